package dev.kith.index.hnsw;

import dev.kith.index.codec.F32Scorer;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/// A graph that grows: any number of threads link nodes while any number search.
///
/// After Malkov & Yashunin, *Efficient and robust approximate nearest neighbor search using
/// Hierarchical Navigable Small World graphs* (2018), with two additions, both about nodes that the
/// neighbour-selection heuristic would lose.
///
/// - **A tree that is never cut.** See [LinkTable].
/// - **Twins.** A node whose row equals that of a linked node hangs on that node's chain instead of
///   competing for neighbours: a thousand copies would fill every beam and every list around them,
///   and seal off the rest. Searches follow the chain, linking does not.
///
/// Dead nodes stay and are walked through until the graph is compacted.
public final class HnswGraph implements Graph {

  /*
   * What makes lock-free reading safe: a node's own lists, its row and its upper record are written
   * before the first link to it is, that link is a release store, and the lists are linked from
   * level 0 upwards. Whoever meets a node on some level therefore finds it complete on that level
   * and all below.
   */

  /// Share for [Radius] when a node is linked. (On GloVe-100 and WordNet-MiniLM it saves 25 and 40
  /// % of the time, and a search finds up to .002 less with the same beam.)
  private static final double RADIUS = 0.75;

  /// Of so many nodes, a power of two, one is linked without a limit of distance, to learn the
  /// dimension of the data.
  private static final int SAMPLED_OF = 64;

  private final HnswParams params;
  private final VectorRows rows;

  /// What nodes are linked by.
  private final VectorRows near;

  private final Tombstones dead;
  private final LevelDraw draw;
  private final GraphLinks links;
  private final LinkTable table;
  private final IntrinsicDimension dimension;
  private final AtomicInteger upperUsed = new AtomicInteger(1);

  /// Held while a node is linked that will become the entry.
  private final ReentrantLock growth = new ReentrantLock();

  private volatile Entry entry = Entry.NONE;

  /// Creates an empty graph over rows that will be filled.
  ///
  /// @param rows the node with ordinal `i` is row `i`, which must be written before it is linked
  /// @param dead nodes that new links avoid while there are others
  /// @param arena owns the links
  public HnswGraph(HnswParams params, VectorRows rows, Tombstones dead, Arena arena) {
    this(params, rows, rows, dead, arena);
  }

  /// Creates an empty graph of rows that are linked by other ones, such as their prefixes.
  ///
  /// @param near as many rows, of any dimension: row `i` stands for node `i`, and is written before
  ///   that is linked too
  public HnswGraph(
      HnswParams params, VectorRows rows, VectorRows near, Tombstones dead, Arena arena) {
    this(params, rows, near, dead, arena, Core.NONE);
  }

  private HnswGraph(
      HnswParams params,
      VectorRows rows,
      VectorRows near,
      Tombstones dead,
      Arena arena,
      Core core) {
    this.params = params;
    this.rows = rows;
    this.near = near;
    this.dead = dead;
    this.draw = new LevelDraw(params);
    this.dimension = new IntrinsicDimension(near.space().metric(), core.dimension());
    int capacity = rows.capacity();
    long upperInts = 1 + core.upperInts();
    for (int node = 0; node < capacity; node++) {
      int level = core.contains(node) ? 0 : draw.level(node);
      upperInts += level == 0 ? 0 : GraphLinks.upperInts(params.m(), level);
    }
    this.links =
        new GraphLinks(
            params.m(),
            OffHeap.reserve(GraphLinks.level0Bytes(params.m(), capacity), arena),
            OffHeap.reserve((long) capacity * Integer.BYTES, arena),
            OffHeap.reserve(Math.toIntExact(upperInts) * (long) Integer.BYTES, arena));
    this.table =
        new LinkTable(links, near, OffHeap.reserve((long) capacity * Integer.BYTES, arena));
  }

  /// Nodes that a graph has from the beginning.
  ///
  /// @param first ordinal of the first one
  /// @param size how many there are, one after another
  /// @param upperInts integers that their upper records take
  /// @param dimension of the data, as far as it is known
  record Core(int first, int size, long upperInts, double dimension) {
    static final Core NONE = new Core(0, 0, 0, IntrinsicDimension.UNKNOWN);

    boolean contains(int node) {
      return node >= first && node < end();
    }

    /// Ordinal after the last one.
    int end() {
      return first + size;
    }
  }

  /// Creates a graph whose core is about to be written to [#links()]; complete after [#begin].
  static HnswGraph around(
      HnswParams params,
      VectorRows rows,
      VectorRows near,
      Tombstones dead,
      Arena arena,
      Core core) {
    return new HnswGraph(params, rows, near, dead, arena, core);
  }

  /// Takes the core as written, before anything else is linked.
  ///
  /// @param used integers of `upper` up to the end of its records
  void begin(Core core, Entry coreEntry, int used, HnswScratch scratch) {
    new TreePlanter(links, table, near, scratch).plant(core, coreEntry.node());
    upperUsed.set(used);
    entry = coreEntry;
  }

  @Override
  public GraphLinks links() {
    return links;
  }

  @Override
  public Entry entry() {
    return entry;
  }

  @Override
  public double dimension() {
    return dimension.estimate();
  }

  /// How the graph is built.
  public HnswParams params() {
    return params;
  }

  LinkTable table() {
    return table;
  }

  /// Bytes of links that `count` linked nodes take.
  public long bytes(int count) {
    return GraphLinks.level0Bytes(params.m(), count)
        + 2L * Integer.BYTES * count
        + (long) upperUsed.get() * Integer.BYTES;
  }

  @Override
  public int upperUsed() {
    return upperUsed.get();
  }

  /// Connects a node. Thread-safe; each ordinal must be linked once.
  ///
  /// @param ordinal a row written before, by this thread or with a happens-before edge to it
  /// @param scratch owned by the calling thread
  public void link(int ordinal, HnswScratch scratch) {
    int level = draw.level(ordinal);
    Entry seen = entry;
    if (!seen.isNone() && level <= seen.level()) {
      insert(ordinal, level, scratch);
      return;
    }
    growth.lock();
    try {
      if (entry.isNone()) {
        allocateUpper(ordinal, level);
        entry = new Entry(ordinal, level);
      } else {
        insert(ordinal, level, scratch);
      }
    } finally {
      growth.unlock();
    }
  }

  /// Checks everything promised about the first `count` nodes, while nobody links.
  ///
  /// @return what is wrong, empty if nothing is
  public List<String> verify(int count) {
    return GraphVerifier.verify(this, count, node -> !dead.isDead(node));
  }

  private void insert(int ordinal, int level, HnswScratch scratch) {
    Entry top = entry;
    F32Scorer scorer = scratch.rowScorer;
    scorer.bind(near, ordinal);
    allocateUpper(ordinal, level);
    long nearest = Scored.pack(top.node(), scorer.score(top.node()));
    nearest =
        BeamSearch.descend(
            links,
            scorer,
            nearest,
            new BeamSearch.Levels(top.level(), level),
            scratch,
            scratch.linkWork);
    for (int on = Math.min(level, top.level()); on >= 0; on--) {
      // The dead are candidates, as long as the living are few, but the walk goes as far as there
      // are
      // living ones. (On GloVe-100, two thirds of the nodes dead after a hundred generations of
      // churn:
      // .978 recall@100, as in a fresh graph, for 16 % more time than with the dead counted, .973.)
      BeamSearch.Beam beam =
          new BeamSearch.Beam(
              on, params.efConstruction(), BeamSearch.EVERY_NODE, dead.alive(), false);
      boolean sampled = on == 0 && (ordinal & (SAMPLED_OF - 1)) == 0;
      setRadius(sampled, scratch.radius);
      BeamSearch.beam(links, scorer, nearest, beam, scratch, scratch.linkWork);
      int count = scratch.sortKept();
      if (sampled) {
        sample(count, scratch.sorted);
      }
      nearest = scratch.sorted[count - 1];
      if (on == 0) {
        int twin = twin(ordinal, count, scratch);
        if (twin >= 0) {
          links.dropPointer(ordinal);
          table.hang(ordinal, twin, dead, scratch);
          return;
        }
      }
      table.writeList(on, ordinal, scratch.chosen, choose(count, scratch));
    }
    connect(ordinal, Math.min(level, top.level()), scratch);
    if (level > top.level()) {
      entry = new Entry(ordinal, level); // Under the growth lock: only then is the level higher.
    }
  }

  private void setRadius(boolean sampled, Radius radius) {
    if (sampled) {
      radius.endless();
    } else {
      radius.set(
          near.space().metric(),
          Math.min(params.m(), params.efConstruction()),
          params.efConstruction(),
          dimension.estimate(),
          RADIUS);
    }
  }

  /// @param sorted a beam of `count` nodes in ascending order
  private void sample(int count, long[] sorted) {
    if (count == params.efConstruction() && count > params.m()) {
      dimension.offer(
          Scored.score(sorted[count - params.m()]), params.m(), Scored.score(sorted[0]), count);
    }
  }

  /// Returns a node of the beam whose row equals that of `ordinal`, or -1.
  private int twin(int ordinal, int count, HnswScratch scratch) {
    float self = scratch.rowScorer.score(ordinal);
    float tolerance = 1e-4f * Math.max(1, Math.abs(self));
    for (int i = count - 1; i >= 0; i--) {
      // Equal rows score as the row itself does, up to the order of summation; comparing the bytes
      // of all the others would be a waste.
      boolean near = Math.abs(Scored.score(scratch.sorted[i]) - self) <= tolerance;
      if (near && sameRow(ordinal, Scored.ordinal(scratch.sorted[i]))) {
        return Scored.ordinal(scratch.sorted[i]);
      }
    }
    return -1;
  }

  private boolean sameRow(int a, int b) {
    long bytes = (long) rows.paddedDimension() * Float.BYTES;
    MemorySegment segment = rows.segment();
    long from = rows.offset(a);
    long other = rows.offset(b);
    return MemorySegment.mismatch(segment, from, from + bytes, segment, other, other + bytes) < 0;
  }

  /// Chooses up to `m` neighbours from the sorted beam into `scratch.chosen`, the best first.
  ///
  /// Dead nodes are chosen only where the living are too few: a link to one is soon lost.
  private int choose(int count, HnswScratch scratch) {
    boolean all = dead.deadCount() == 0 || living(count, scratch) < Math.min(count, params.m());
    NeighbourSelector selector = scratch.selector;
    selector.begin();
    int chosen = 0;
    for (int i = count - 1; i >= 0 && chosen < params.m(); i--) {
      long candidate = scratch.sorted[i];
      if ((all || !dead.isDead(Scored.ordinal(candidate)))
          && selector.keepIfDiverse(near, candidate)) {
        scratch.chosen[chosen++] = candidate;
      }
    }
    return chosen;
  }

  private int living(int count, HnswScratch scratch) {
    int living = 0;
    for (int i = 0; i < count; i++) {
      living += dead.isDead(Scored.ordinal(scratch.sorted[i])) ? 0 : 1;
    }
    return living;
  }

  /// Makes the neighbours a new node chose link back to it, level 0 first.
  private void connect(int ordinal, int highest, HnswScratch scratch) {
    int[] neighbours = scratch.neighbours;
    int count = links.neighbours(0, ordinal, neighbours);
    int parent = table.adopt(ordinal, neighbours, count, scratch);
    for (int level = 0; level <= highest; level++) {
      if (level > 0) {
        count = links.neighbours(level, ordinal, neighbours);
      }
      for (int i = 0; i < count; i++) {
        if (level > 0 || neighbours[i] != parent) {
          table.linkBack(level, neighbours[i], ordinal, scratch);
        }
      }
    }
  }

  private void allocateUpper(int ordinal, int level) {
    if (level > 0) {
      links.setPointer(
          ordinal, upperUsed.getAndAdd((int) GraphLinks.upperInts(params.m(), level)), level);
    }
  }
}

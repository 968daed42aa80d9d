package dev.kith.index.hnsw;

import dev.kith.index.store.OffHeap;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// Makes, from a graph with dead nodes, one of the live nodes alone. Used once, by one thread.
///
/// A live node keeps the neighbours that are alive. One that loses neighbours gets theirs to choose
/// from, by the same heuristic that chose the first ones, so the ways that led through the dead are
/// closed. What it keeps is not chosen again: the heuristic takes fewer from many at once than it
/// left from as many that came one by one, and lists would get shorter with every compaction (on
/// 5,000 rows of GloVe-100, 20 generations of replacing 2 % cost 2.4 points of recall@100 then, and
/// .2 this way). A dead node with a live twin hands over its place. What is cut off after that is
/// attached again: in a sealed graph by [ReachabilityRepair], in a growing one by the tree that
/// every growing graph keeps (see [TreePlanter]).
///
/// While it works it holds, for every node of the source, a list of `2 * m` links and three
/// integers.
public final class GraphCompactor {

  /// Dead nodes looked behind for one list.
  private static final int MAX_EXPANSIONS = 32;

  private final Graph source;
  private final GraphLinks links;
  private final VectorRows rows;
  private final int[] newOrdinals;
  private final int count;
  private final int live;
  private final IntConsumer progress;
  private final HnswScratch scratch = new HnswScratch();

  /// For every node the node on whose chain it hangs as a twin, or -1.
  private final int[] chainHeads;

  /// For every node the live node that stands in its place: itself, a live twin, or -1.
  private final int[] image;

  private final int[] list;
  private final int[] holes = new int[MAX_EXPANSIONS];
  private int holeCount;
  private final int[] found;
  private final float[] foundScores;
  private final long[] foundScored;
  private int foundCount;

  /// @param source nobody is adding to it; searches may go on
  /// @param rows of `source`
  /// @param newOrdinals for every node of `source` its ordinal afterwards, ascending without gaps,
  ///   or -1 if it is dead
  /// @param progress hears how many nodes are done
  public GraphCompactor(Graph source, VectorRows rows, int[] newOrdinals, IntConsumer progress) {
    this.source = source;
    this.links = source.links();
    this.rows = rows;
    this.newOrdinals = newOrdinals;
    this.count = newOrdinals.length;
    this.live = (int) Arrays.stream(newOrdinals).filter(ordinal -> ordinal >= 0).count();
    this.progress = progress;
    this.chainHeads = chainHeads();
    this.image = new int[count];
    int slots = links.slots(0);
    this.list = new int[slots];
    this.found = new int[(MAX_EXPANSIONS + 1) * slots];
    this.foundScores = new float[found.length];
    this.foundScored = new long[found.length];
  }

  private int[] chainHeads() {
    return switch (source) {
      // A growing graph forgets links to the dead of long chains, but not whose twins they were.
      case HnswGraph growing -> {
        int[] heads = new int[count];
        Arrays.setAll(heads, growing.table()::chainHead);
        yield heads;
      }
      case SealedGraph sealed -> TwinChains.heads(links, count);
    };
  }

  /// Makes a sealed graph, whose ordinals must begin at 0.
  ///
  /// @param arena owns the result, which may also borrow the memory of the source
  public SealedGraph seal(Arena arena) {
    return compacted(arena).measured(source.dimension());
  }

  private SealedGraph compacted(Arena arena) {
    int m = links.m();
    if (live == 0) {
      MemorySegment none = arena.allocate(0);
      return SealedGraph.over(m, Graph.Entry.NONE, 0, none, none, none);
    }
    if (live == count && links.slots(0) == 2 * m && links.isTable()) {
      return SealedGraph.over(
          m,
          source.entry(),
          count,
          links.level0().asSlice(0, GraphLinks.level0Bytes(m, count)),
          links.pointers().asSlice(0, (long) count * Integer.BYTES),
          links.upper().asSlice(0, source.upperUsed() * (long) Integer.BYTES));
    }
    try (Arena temporary = Arena.ofConfined()) {
      GraphLinks work = compact(temporary);
      Graph.Entry entry = highest(work);
      new ReachabilityRepair(work, rows, scratch)
          .repair(entry.node(), node -> newOrdinals[node] >= 0);
      GraphLinks result =
          new GraphLinks(
              m,
              OffHeap.reserve(GraphLinks.level0Bytes(m, live), arena),
              OffHeap.reserve((long) live * Integer.BYTES, arena),
              OffHeap.reserve((1 + upperInts(work)) * Integer.BYTES, arena));
      renumber(work, result);
      return new SealedGraph(
          result, new Graph.Entry(newOrdinals[entry.node()], entry.level()), live);
    }
  }

  /// Makes a graph that goes on growing: the nodes outside the source's new ordinals can be linked
  /// into it.
  ///
  /// @param params with the `m` of the source
  /// @param grownRows the row of every new ordinal, those of the source's live nodes set
  /// @param near what other nodes are linked by; see [HnswGraph]
  /// @param dead none of them yet
  /// @param arena owns the links
  public HnswGraph grow(
      HnswParams params, VectorRows grownRows, VectorRows near, Tombstones dead, Arena arena) {
    if (params.m() != links.m()) {
      throw new IllegalArgumentException(
          "a graph of m = %d cannot go on as one of m = %d".formatted(links.m(), params.m()));
    }
    if (live == 0) {
      return new HnswGraph(params, grownRows, near, dead, arena);
    }
    try (Arena temporary = Arena.ofConfined()) {
      GraphLinks work = compact(temporary);
      Graph.Entry entry = highest(work);
      int first = Arrays.stream(newOrdinals).filter(ordinal -> ordinal >= 0).findFirst().orElse(0);
      HnswGraph.Core core = new HnswGraph.Core(first, live, upperInts(work), source.dimension());
      HnswGraph grown = HnswGraph.around(params, grownRows, near, dead, arena, core);
      int used = renumber(work, grown.links());
      grown.begin(core, new Graph.Entry(newOrdinals[entry.node()], entry.level()), used, scratch);
      return grown;
    }
  }

  /// The lists of the live nodes, still under their old ordinals.
  private GraphLinks compact(Arena temporary) {
    int m = links.m();
    GraphLinks work =
        new GraphLinks(
            m,
            OffHeap.reserve(GraphLinks.level0Bytes(m, count), temporary),
            OffHeap.reserve((long) count * Integer.BYTES, temporary),
            OffHeap.reserve(Math.max(1, source.upperUsed()) * (long) Integer.BYTES, temporary));
    findImages();
    for (int node = 0; node < count; node++) {
      if (image[node] >= 0 && !isTwin(node)) {
        rebuild(work, node);
      }
      progress.accept(node + 1);
    }
    return work;
  }

  private boolean isTwin(int node) {
    return chainHeads[node] >= 0;
  }

  private void findImages() {
    for (int node = 0; node < count; node++) {
      image[node] = newOrdinals[node] >= 0 ? node : isTwin(node) ? -1 : firstLive(twinOf(node));
    }
  }

  private int twinOf(int node) {
    return TwinChains.next(links, node);
  }

  private int firstLive(int chain) {
    int node = chain;
    while (node >= 0 && newOrdinals[node] < 0) {
      node = twinOf(node);
    }
    return node;
  }

  private void rebuild(GraphLinks work, int node) {
    int stand = image[node];
    int level = links.level(node);
    if (level > 0) {
      work.setPointer(stand, links.pointer(node), level);
    }
    int chain = firstLive(twinOf(node));
    if (chain == stand) {
      chain = firstLive(twinOf(stand));
    }
    for (int on = 0; on <= level; on++) {
      int from = on == 0 && chain >= 0 ? 1 : 0;
      rebuildList(work, on, node, from);
    }
    int at = stand;
    while (chain >= 0) {
      GraphLinks.write(
          work.level0(), work.list(0, at), 0, GraphLinks.link(chain) | GraphLinks.TWIN);
      at = chain;
      chain = firstLive(twinOf(chain));
    }
  }

  /// Writes the list of a node's stand-in, from place `from` on.
  private void rebuildList(GraphLinks work, int level, int node, int from) {
    foundCount = 0;
    holeCount = 0;
    scratch.visited.reset(count);
    scratch.visited.add(node);
    collect(level, node);
    int survivors = foundCount;
    for (int i = 0; i < holeCount; i++) {
      collect(level, holes[i]);
    }
    int places = work.slots(level) - from;
    int kept = survivors <= places ? survivors : 0; // Lists of old files may be longer.
    int chosen = foundCount > kept ? choose(image[node], kept, places) : kept;
    MemorySegment lists = work.lists(level);
    long target = work.list(level, image[node]);
    for (int i = 0; i < chosen; i++) {
      GraphLinks.write(lists, target, from + i, GraphLinks.link(found[i]));
    }
  }

  /// Adds the stand-ins of a node's neighbours to what was found, and those without one to the
  /// holes to look behind.
  private void collect(int level, int node) {
    int degree = links.ownNeighbours(level, node, list);
    int first = level == 0 && twinOf(node) >= 0 ? 1 : 0;
    for (int i = first; i < degree; i++) {
      int neighbour = list[i];
      if (scratch.visited.add(neighbour) == 1) {
        if (image[neighbour] >= 0) {
          found[foundCount++] = image[neighbour];
        } else if (holeCount < MAX_EXPANSIONS) {
          holes[holeCount++] = neighbour;
        }
      }
    }
  }

  /// Moves what a list shall hold to the front of `found`, and returns how much that is.
  ///
  /// @param kept of what was found, from the first on, that stay
  /// @param places in the list
  private int choose(int stand, int kept, int places) {
    scratch.pairScorer.bind(rows, stand);
    scratch.pairScorer.score(found, foundCount, foundScores);
    for (int i = kept; i < foundCount; i++) {
      foundScored[i] = Scored.pack(found[i], foundScores[i]);
    }
    Arrays.sort(foundScored, kept, foundCount);
    NeighbourSelector selector = scratch.selector;
    selector.begin();
    for (int i = 0; i < kept; i++) {
      selector.keep(found[i]);
    }
    int chosen = kept;
    for (int i = foundCount - 1; i >= kept && chosen < places; i--) {
      if (selector.keepIfDiverse(rows, foundScored[i])) {
        found[chosen++] = Scored.ordinal(foundScored[i]);
      }
    }
    return chosen;
  }

  /// The first of the live nodes on the highest level, in old ordinals.
  private Graph.Entry highest(GraphLinks work) {
    Graph.Entry highest = Graph.Entry.NONE;
    for (int node = 0; node < count; node++) {
      if (newOrdinals[node] >= 0 && (highest.isNone() || work.level(node) > highest.level())) {
        // A node of a chain is no place to start from; its head is live too, and will come.
        if (!isChained(node)) {
          highest = new Graph.Entry(node, work.level(node));
        }
      }
    }
    return highest;
  }

  /// Whether a live node hangs on the chain of another one.
  private boolean isChained(int node) {
    int head = chainHeads[node];
    return head >= 0 && image[head] != node;
  }

  /// Integers that the upper records of the live nodes take.
  private long upperInts(GraphLinks work) {
    long ints = 0;
    for (int node = 0; node < count; node++) {
      int level = work.level(node);
      ints += level == 0 ? 0 : GraphLinks.upperInts(links.m(), level);
    }
    return ints;
  }

  /// Copies the lists to where they belong, and returns how many integers of `upper` are used.
  private int renumber(GraphLinks work, GraphLinks result) {
    int upperUsed = 1;
    for (int node = 0; node < count; node++) {
      int ordinal = newOrdinals[node];
      if (ordinal >= 0) {
        int level = work.level(node);
        if (level > 0) {
          result.setPointer(ordinal, upperUsed, level);
          upperUsed += (int) GraphLinks.upperInts(links.m(), level);
        }
        for (int on = 0; on <= level; on++) {
          renumberList(work, on, node, result, ordinal);
        }
      }
    }
    return upperUsed;
  }

  private void renumberList(GraphLinks work, int level, int node, GraphLinks result, int ordinal) {
    MemorySegment from = work.lists(level);
    long list = work.list(level, node);
    for (int place = 0; place < work.slots(level); place++) {
      int link = GraphLinks.read(from, list, place);
      if (link == 0) {
        return;
      }
      int target = GraphLinks.link(newOrdinals[GraphLinks.target(link)]);
      GraphLinks.write(
          result.lists(level),
          result.list(level, ordinal),
          place,
          target | (link & GraphLinks.TWIN));
    }
  }
}

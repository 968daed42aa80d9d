package dev.kith.index.hnsw;

import dev.kith.index.store.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// Makes, from a graph with dead nodes, one of the live nodes alone.
///
/// A live node whose neighbours are alive keeps them. One that loses neighbours gets theirs to
/// choose from, by the same heuristic that chose the first ones, so the ways that led through the
/// dead are closed. A dead node with a live twin hands over its place. What is cut off after that
/// is attached again (see [ReachabilityRepair]).
public final class GraphCompactor {

  /// Dead nodes looked behind for one list.
  private static final int MAX_EXPANSIONS = 32;

  private final HnswGraph source;
  private final GraphLinks links;
  private final int[] newOrdinals;
  private final int count;
  private final GraphLinks work;
  private final HnswScratch scratch = new HnswScratch();

  /// For every node the live node that stands in its place: itself, a live twin, or -1.
  private final int[] image;

  private final int[] list;
  private final int[] holes = new int[MAX_EXPANSIONS];
  private int holeCount;
  private int[] found;
  private float[] foundScores;
  private long[] foundScored;
  private int foundCount;

  private GraphCompactor(HnswGraph source, int[] newOrdinals, int count, Arena arena) {
    this.source = source;
    this.links = source.links();
    this.newOrdinals = newOrdinals;
    this.count = count;
    this.image = new int[count];
    int m = links.m();
    this.list = new int[2 * m];
    this.found = new int[(MAX_EXPANSIONS + 1) * 2 * m];
    this.foundScores = new float[found.length];
    this.foundScored = new long[found.length];
    this.work =
        new GraphLinks(
            m,
            OffHeap.reserve(GraphLinks.level0Bytes(m, count), arena),
            OffHeap.reserve((long) count * Integer.BYTES, arena),
            OffHeap.reserve((long) source.upperUsed() * Integer.BYTES, arena));
  }

  /// Compacts a graph that nobody is adding to. Searches may go on.
  ///
  /// @param newOrdinals for every node below `count` its ordinal afterwards, ascending from 0, or
  ///   -1 if it is dead
  /// @param count nodes linked
  /// @param live how many of them are not dead
  /// @param arena owns the result, which may also borrow the memory of `source`
  /// @param progress hears how many nodes are done
  public static SealedGraph compact(
      HnswGraph source, int[] newOrdinals, int count, int live, Arena arena, IntConsumer progress) {
    GraphLinks links = source.links();
    int m = links.m();
    if (live == 0) {
      MemorySegment none = arena.allocate(0);
      return SealedGraph.over(m, Graph.Entry.NONE, 0, none, none, none);
    }
    if (live == count) {
      return SealedGraph.over(
          m,
          source.entry(),
          count,
          links.level0().asSlice(0, GraphLinks.level0Bytes(m, count)),
          links.pointers().asSlice(0, (long) count * Integer.BYTES),
          links.upper().asSlice(0, (long) source.upperUsed() * Integer.BYTES));
    }
    try (Arena temporary = Arena.ofConfined()) {
      GraphCompactor compactor = new GraphCompactor(source, newOrdinals, count, temporary);
      return compactor.run(live, arena, progress);
    }
  }

  private SealedGraph run(int live, Arena arena, IntConsumer progress) {
    findImages();
    for (int node = 0; node < count; node++) {
      if (image[node] >= 0 && !isTwin(node)) {
        rebuild(node);
      }
      progress.accept(node + 1);
    }
    Graph.Entry entry = highest();
    new ReachabilityRepair(work, source.rows(), scratch)
        .repair(entry.node(), node -> newOrdinals[node] >= 0);
    return renumber(entry, live, arena);
  }

  private boolean isTwin(int node) {
    return source.table().chainHead(node) >= 0;
  }

  private void findImages() {
    for (int node = 0; node < count; node++) {
      image[node] = newOrdinals[node] >= 0 ? node : isTwin(node) ? -1 : firstLive(twinOf(node));
    }
  }

  /// The next node of a chain, or -1.
  private int twinOf(int node) {
    int link = GraphLinks.read(links.level0(), links.list(0, node), 0);
    return link < 0 ? GraphLinks.target(link) : -1;
  }

  private int firstLive(int chain) {
    int node = chain;
    while (node >= 0 && newOrdinals[node] < 0) {
      node = twinOf(node);
    }
    return node;
  }

  private void rebuild(int node) {
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
      rebuildList(on, node, from);
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
  private void rebuildList(int level, int node, int from) {
    foundCount = 0;
    holeCount = 0;
    scratch.visited.reset(count);
    scratch.visited.add(node);
    collect(level, node);
    boolean whole = holeCount == 0;
    for (int i = 0; i < holeCount; i++) {
      collect(level, holes[i]);
    }
    MemorySegment lists = work.lists(level);
    long target = work.list(level, image[node]);
    if (whole) {
      for (int i = 0; i < foundCount; i++) {
        GraphLinks.write(lists, target, from + i, GraphLinks.link(found[i]));
      }
    } else {
      choose(level, image[node], lists, target, from);
    }
  }

  /// Adds the stand-ins of a node's neighbours to what was found, and those without one to the
  /// holes to look behind.
  private void collect(int level, int node) {
    int degree = links.neighbours(level, node, list);
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

  private void choose(int level, int stand, MemorySegment lists, long target, int from) {
    scratch.pairScorer.bind(source.rows(), stand);
    scratch.pairScorer.score(found, foundCount, foundScores);
    for (int i = 0; i < foundCount; i++) {
      foundScored[i] = Scored.pack(found[i], foundScores[i]);
    }
    Arrays.sort(foundScored, 0, foundCount);
    NeighbourSelector selector = scratch.selector;
    selector.begin();
    int place = from;
    for (int i = foundCount - 1; i >= 0 && place < links.slots(level); i--) {
      if (selector.keepIfDiverse(source.rows(), foundScored[i])) {
        GraphLinks.write(lists, target, place++, GraphLinks.link(Scored.ordinal(foundScored[i])));
      }
    }
  }

  /// The first of the live nodes on the highest level, in old ordinals.
  private Graph.Entry highest() {
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
    int head = source.table().chainHead(node);
    return head >= 0 && image[head] != node;
  }

  private SealedGraph renumber(Graph.Entry entry, int live, Arena arena) {
    int m = links.m();
    long upperInts = 1;
    for (int node = 0; node < count; node++) {
      int level = work.level(node);
      upperInts += level == 0 ? 0 : 1 + (long) level * m;
    }
    GraphLinks result =
        new GraphLinks(
            m,
            OffHeap.reserve(GraphLinks.level0Bytes(m, live), arena),
            OffHeap.reserve((long) live * Integer.BYTES, arena),
            OffHeap.reserve(upperInts * Integer.BYTES, arena));
    int upperUsed = 1;
    for (int node = 0; node < count; node++) {
      int ordinal = newOrdinals[node];
      if (ordinal >= 0) {
        int level = work.level(node);
        if (level > 0) {
          result.setPointer(ordinal, upperUsed, level);
          upperUsed += 1 + level * m;
        }
        for (int on = 0; on <= level; on++) {
          renumberList(on, node, result, ordinal);
        }
      }
    }
    Graph.Entry renumbered = new Graph.Entry(newOrdinals[entry.node()], entry.level());
    return new SealedGraph(result, renumbered, live);
  }

  private void renumberList(int level, int node, GraphLinks result, int ordinal) {
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

package dev.kith.index.hnsw;

import dev.kith.index.store.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// For every node of a sealed graph the nodes whose level-0 lists lead to it, but for twin links.
/// Immutable and thread-safe, over memory that someone else owns.
final class BackLinks {

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /// For every node, where its links start in `sources`; one more, where the last ones end.
  private final MemorySegment starts;

  private final MemorySegment sources;

  private BackLinks(MemorySegment starts, MemorySegment sources) {
    this.starts = starts;
    this.sources = sources;
  }

  /// Turns the lists of a graph around.
  ///
  /// @param arena owns the result: eight bytes a node and four a link
  static BackLinks of(SealedGraph graph, Arena arena) {
    int size = graph.size();
    GraphLinks lists = graph.links();
    int[] list = new int[lists.slots(0)];
    MemorySegment starts = OffHeap.reserve((size + 1L) * Long.BYTES, arena);
    for (int node = 0; node < size; node++) {
      int count = lists.ownNeighbours(0, node, list);
      for (int i = TwinChains.firstNeighbour(lists, node); i < count; i++) {
        add(starts, list[i], 1);
      }
    }
    for (int node = 1; node <= size; node++) {
      add(starts, node, starts.getAtIndex(LONG, node - 1L));
    }
    // Each start is an end as yet, and moves down while the links are written, the last ones first.
    long links = Math.max(1, starts.getAtIndex(LONG, size));
    MemorySegment sources = OffHeap.reserve(links * Integer.BYTES, arena);
    for (int node = size - 1; node >= 0; node--) {
      int count = lists.ownNeighbours(0, node, list);
      for (int i = TwinChains.firstNeighbour(lists, node); i < count; i++) {
        add(starts, list[i], -1);
        sources.setAtIndex(GraphLinks.INT, starts.getAtIndex(LONG, list[i]), node);
      }
    }
    return new BackLinks(starts, sources);
  }

  /// How many lists lead to a node.
  int count(int node) {
    return Math.toIntExact(start(node + 1) - start(node));
  }

  /// A node whose list leads to `node`, in ascending order of `i`, in `[0, count(node))`.
  int source(int node, int i) {
    return sources.getAtIndex(GraphLinks.INT, start(node) + i);
  }

  private long start(int node) {
    return starts.getAtIndex(LONG, node);
  }

  private static void add(MemorySegment starts, int node, long number) {
    starts.setAtIndex(LONG, node, starts.getAtIndex(LONG, node) + number);
  }
}

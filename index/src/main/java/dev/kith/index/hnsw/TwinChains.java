package dev.kith.index.hnsw;

import java.util.Arrays;
import java.util.BitSet;

/// Finds the chains on which nodes with equal rows hang (see [HnswGraph]) by their links.
final class TwinChains {

  private TwinChains() {}

  /// For every node below `count` the head of the chain on which it hangs, or -1 if it hangs on
  /// none. For links that nobody changes.
  static int[] heads(GraphLinks links, int count) {
    BitSet twins = new BitSet(count);
    for (int node = 0; node < count; node++) {
      int twin = next(links, node);
      if (twin >= 0) {
        twins.set(twin);
      }
    }
    int[] heads = new int[count];
    Arrays.fill(heads, -1);
    for (int head = twins.nextClearBit(0); head < count; head = twins.nextClearBit(head + 1)) {
      for (int twin = next(links, head); twin >= 0; twin = next(links, twin)) {
        heads[twin] = head;
      }
    }
    return heads;
  }

  /// The node after `node` on its chain, or -1.
  static int next(GraphLinks links, int node) {
    int link = GraphLinks.read(links.level0(), links.list(0, node), 0);
    return link < 0 ? GraphLinks.target(link) : -1;
  }

  /// The place of a node's level-0 list at which its neighbours begin, after its twin if it has
  /// one.
  static int firstNeighbour(GraphLinks links, int node) {
    return next(links, node) >= 0 ? 1 : 0;
  }
}

package dev.kith.index.hnsw;

import dev.kith.index.SearchWork;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;

/// Attaches what cannot be reached on level 0 to what can.
///
/// A breadth-first search leaves a tree of links through which everything reached is reached. A
/// node outside becomes the neighbour of one that is near it and in the tree, in a free place or in
/// that of a link the tree does not need, so nothing reached is ever lost.
final class ReachabilityRepair {

  /// Near nodes tried before any will do.
  private static final int BEAM = 64;

  private static final int UNREACHED = -1;

  private final GraphLinks links;
  private final VectorRows rows;
  private final HnswScratch scratch;
  private final SearchWork work = new SearchWork();

  /// For every node reached the node it was reached from.
  private final int[] tree;

  /// Nodes that hang on the chain of another one.
  private final BitSet twins = new BitSet();

  private final int[] queue;
  private final int[] neighbours;

  /// @param links nobody else is reading or writing
  ReachabilityRepair(GraphLinks links, VectorRows rows, HnswScratch scratch) {
    this.links = links;
    this.rows = rows;
    this.scratch = scratch;
    this.tree = new int[links.capacity()];
    this.queue = new int[links.capacity()];
    this.neighbours = new int[links.slots(0)];
    Arrays.fill(tree, UNREACHED);
  }

  /// Makes every node that `isNode` accepts reachable from `entry`, and returns how many were not.
  int repair(int entry, IntPredicate isNode) {
    findTwins(isNode);
    spread(entry, entry);
    int repaired = 0;
    for (int node = 0; node < tree.length; node++) {
      // Twins come with the heads of their chains.
      if (tree[node] == UNREACHED && isNode.test(node) && !twins.get(node)) {
        spread(node, attach(node, entry));
        repaired++;
      }
    }
    return repaired;
  }

  private void findTwins(IntPredicate isNode) {
    for (int node = 0; node < tree.length; node++) {
      int twin = TwinChains.next(links, node);
      if (twin >= 0 && isNode.test(node)) {
        twins.set(twin);
      }
    }
  }

  /// Marks what can be reached from a node, which was itself reached from `from`.
  private void spread(int node, int from) {
    tree[node] = from;
    queue[0] = node;
    int queued = 1;
    for (int next = 0; next < queued; next++) {
      int degree = links.neighbours(0, queue[next], neighbours);
      for (int i = 0; i < degree; i++) {
        if (tree[neighbours[i]] == UNREACHED) {
          tree[neighbours[i]] = queue[next];
          queue[queued++] = neighbours[i];
        }
      }
    }
  }

  /// Makes a reached node link to `node` and returns it.
  private int attach(int node, int entry) {
    scratch.rowScorer.bind(rows, node);
    long start = Scored.pack(entry, scratch.rowScorer.score(entry));
    BeamSearch.Beam beam = new BeamSearch.Beam(0, BEAM, near -> tree[near] != UNREACHED, false);
    scratch.radius.endless();
    BeamSearch.beam(links, scratch.rowScorer, start, beam, scratch, work);
    int count = scratch.sortKept();
    for (int i = count - 1; i >= 0; i--) {
      if (takeIn(Scored.ordinal(scratch.sorted[i]), node)) {
        return Scored.ordinal(scratch.sorted[i]);
      }
    }
    for (int any = 0; any < tree.length; any++) {
      if (tree[any] != UNREACHED && takeIn(any, node)) {
        return any;
      }
    }
    throw new AssertionError("a tree has leaves, and a leaf has places");
  }

  private boolean takeIn(int host, int node) {
    MemorySegment level0 = links.level0();
    long list = links.list(0, host);
    for (int place = links.slots(0) - 1; place >= 0; place--) {
      int link = GraphLinks.read(level0, list, place);
      boolean free = link == 0 && (place == 0 || GraphLinks.read(level0, list, place - 1) != 0);
      if (free || (link > 0 && tree[GraphLinks.target(link)] != host)) {
        GraphLinks.write(level0, list, place, GraphLinks.link(node));
        return true;
      }
    }
    return false;
  }
}

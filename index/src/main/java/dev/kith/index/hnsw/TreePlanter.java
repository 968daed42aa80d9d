package dev.kith.index.hnsw;

import dev.kith.index.SearchWork;
import dev.kith.index.store.VectorRows;

/// Gives a graph that was not grown here the tree that growing graphs keep (see [LinkTable]), so
/// that it can go on growing. Used once, while nobody else reads or changes the links.
///
/// Where two nodes link to each other already, the one may become the other's parent at no cost; a
/// walk over such links from the entry gives most nodes one. A node that only one of the tree links
/// to is adopted by that one, which costs it the link back; one that none of them links to, by one
/// near it, which costs both a link.
final class TreePlanter {

  /// Near nodes of the tree looked for when none of a node's neighbours is in it.
  private static final int BEAM = 64;

  private final GraphLinks links;
  private final LinkTable table;
  private final VectorRows rows;
  private final HnswScratch scratch;
  private final SearchWork work = new SearchWork();
  private final int[] queue;
  private final int[] list;
  private final int[] back;
  private int root;

  TreePlanter(GraphLinks links, LinkTable table, VectorRows rows, HnswScratch scratch) {
    this.links = links;
    this.table = table;
    this.rows = rows;
    this.scratch = scratch;
    this.queue = new int[links.capacity()];
    this.list = new int[links.slots(0)];
    this.back = new int[links.slots(0)];
  }

  /// Plants the tree of the nodes of `core`, with the entry as its root.
  void plant(HnswGraph.Core core, int entry) {
    root = entry;
    int[] heads = TwinChains.heads(links, core.end());
    for (int node = core.first(); node < core.end(); node++) {
      if (heads[node] >= 0) {
        table.noteTwin(node, heads[node]);
      }
    }
    spread(entry);
    for (int node = core.first(); node < core.end(); node++) {
      if (heads[node] < 0 && !isInTree(node)) {
        graft(node);
        spread(node);
      }
    }
  }

  private boolean isInTree(int node) {
    return node == root || table.parent(node) >= 0;
  }

  /// Gives a parent to what can be reached from a node of the tree: first to all that can be
  /// reached over links in both directions, then to what links in one direction lead to.
  private void spread(int from) {
    queue[0] = from;
    int queued = 1;
    int next = 0;
    for (int followed = 0; followed < queued; followed++) {
      for (; next < queued; next++) {
        queued = joinMutual(queue[next], queued);
      }
      queued = adoptOneWay(queue[followed], queued);
    }
  }

  private int joinMutual(int node, int queued) {
    int end = queued;
    int treeLinks = node == root ? 0 : 1; // A node is met here before it has children.
    int degree = links.neighbours(0, node, list);
    int first = TwinChains.firstNeighbour(links, node);
    for (int i = first; i < degree && treeLinks < table.maxTreeLinks(); i++) {
      if (!isInTree(list[i]) && linksTo(list[i], node)) {
        table.join(list[i], node);
        queue[end++] = list[i];
        treeLinks++;
      }
    }
    return end;
  }

  private int adoptOneWay(int node, int queued) {
    int end = queued;
    int degree = links.neighbours(0, node, list);
    for (int i = TwinChains.firstNeighbour(links, node); i < degree; i++) {
      if (!isInTree(list[i]) && table.tryAdopt(node, list[i], scratch)) {
        queue[end++] = list[i];
      }
    }
    return end;
  }

  private boolean linksTo(int from, int to) {
    int degree = links.neighbours(0, from, back);
    for (int i = 0; i < degree; i++) {
      if (back[i] == to) {
        return true;
      }
    }
    return false;
  }

  /// Lets a node of the tree that is near `node` adopt it.
  private void graft(int node) {
    scratch.rowScorer.bind(rows, node);
    long start = Scored.pack(root, scratch.rowScorer.score(root));
    BeamSearch.Beam beam = new BeamSearch.Beam(0, BEAM, this::isInTree, false);
    scratch.radius.endless();
    BeamSearch.beam(links, scratch.rowScorer, start, beam, scratch, work);
    int count = scratch.sortKept();
    int[] near = new int[count];
    for (int i = 0; i < count; i++) {
      near[i] = Scored.ordinal(scratch.sorted[count - 1 - i]);
    }
    int _ = table.adopt(node, near, count, scratch);
  }
}

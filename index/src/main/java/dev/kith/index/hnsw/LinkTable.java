package dev.kith.index.hnsw;

import dev.kith.index.codec.F32Scorer;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/// Changes the links of a growing graph, one list at a time, each under its lock. Thread-safe.
///
/// ## The tree that is never cut
///
/// The selection heuristic drops links without asking whether they were the last way to a node, and
/// in clustered data they sometimes are. So every node but the first has a *parent*, an older node,
/// and the links between the two, in both directions on level 0, are kept whatever the heuristic
/// says. The tree they form connects every node with every other, by induction over the order in
/// which nodes were linked. No node carries more than half of its places in such links, so the
/// heuristic keeps a say; a node whose neighbours are all taken is adopted further down the tree.
final class LinkTable {

  /// Locks are shared by nodes with equal low bits; no thread holds two.
  private static final int LOCKS = 1 << 12;

  /// Twins at the head of a chain that stay there, dead or alive.
  private static final int SPARED_TWINS = 32;

  private static final VarHandle PARENTS = GraphLinks.INT.varHandle();

  private final GraphLinks links;
  private final VectorRows rows;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  /// For every node its parent plus one; negated for a twin, whose parent is the head of its chain;
  /// zero for the root and for nodes not linked yet.
  private final MemorySegment parents;

  private final int maxTreeLinks;

  LinkTable(GraphLinks links, VectorRows rows, MemorySegment parents) {
    this.links = links;
    this.rows = rows;
    this.parents = parents;
    this.maxTreeLinks = Math.max(3, links.m());
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /// The parent of a node, or -1 if it is the root, a twin, or not linked.
  int parent(int node) {
    int parent = readParent(node);
    return parent > 0 ? parent - 1 : -1;
  }

  /// The node on whose chain a twin hangs, or -1 if the node is no twin.
  int chainHead(int node) {
    int parent = readParent(node);
    return parent < 0 ? -parent - 1 : -1;
  }

  /// Writes the list of a node that no link leads to yet.
  void writeList(int level, int node, long[] chosen, int count) {
    MemorySegment lists = links.lists(level);
    long list = links.list(level, node);
    for (int i = 0; i < count; i++) {
      GraphLinks.write(lists, list, i, GraphLinks.link(Scored.ordinal(chosen[i])));
    }
  }

  /// Finds a parent for a node that has none, preferably among its neighbours, and links the two.
  ///
  /// @param child to which the scratch's row scorer is bound
  /// @param neighbours nodes of the tree near the child, the nearest first; at least one
  /// @return the parent
  int adopt(int child, int[] neighbours, int count, HnswScratch scratch) {
    for (int i = 0; i < count; i++) {
      if (tryAdopt(neighbours[i], child, scratch)) {
        return neighbours[i];
      }
    }
    // All full of children: go down the tree, whose leaves have room.
    int node = neighbours[0];
    do {
      node = nearestChild(node, scratch);
    } while (!tryAdopt(node, child, scratch));
    return node;
  }

  /// Makes `node` the parent of `child`, with links in both directions, unless it has too many tree
  /// links already.
  boolean tryAdopt(int node, int child, HnswScratch scratch) {
    ReentrantLock lock = lock(node);
    lock.lock();
    try {
      int count = links.neighbours(0, node, scratch.batch);
      if (treeLinks(node, scratch.batch, count) >= maxTreeLinks) {
        return false;
      }
      writeParent(child, node + 1);
      point(child, node, scratch); // First: whoever meets a node finds it complete.
      point(node, child, scratch);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Makes one end of a tree link lead to the other, if it does not yet.
  private void point(int from, int to, HnswScratch scratch) {
    int count = links.neighbours(0, from, scratch.batch);
    if (indexOf(to, scratch.batch, count) < 0) {
      add(0, from, to, scratch);
    }
  }

  /// Makes `node` link to `newcomer`, or not, if it has nearer neighbours in that direction.
  void linkBack(int level, int node, int newcomer, HnswScratch scratch) {
    ReentrantLock lock = lock(node);
    lock.lock();
    try {
      add(level, node, newcomer, scratch);
    } finally {
      lock.unlock();
    }
  }

  /// Hangs a node on the chain of the node whose twin it is. The newest comes first.
  void hang(int twin, int head, Tombstones dead, HnswScratch scratch) {
    ReentrantLock lock = lock(head);
    lock.lock();
    try {
      MemorySegment level0 = links.level0();
      long list = links.list(0, head);
      int first = GraphLinks.read(level0, list, 0);
      writeParent(twin, -head - 1);
      if (first < 0) {
        GraphLinks.write(level0, links.list(0, twin), 0, first);
        dropOldDead(first, dead);
      } else if (first != 0) {
        int count = links.neighbours(0, head, scratch.batch);
        if (count == links.slots(0)) {
          shrink(0, head, count, count - 1, scratch);
          count = links.neighbours(0, head, scratch.batch);
        }
        int displaced = GraphLinks.read(level0, list, 0);
        GraphLinks.write(level0, list, count, displaced);
      }
      GraphLinks.write(level0, list, 0, GraphLinks.link(twin) | GraphLinks.TWIN);
    } finally {
      lock.unlock();
    }
  }

  /// Takes dead twins off a chain behind its first few.
  ///
  /// A point that is overwritten with the same vector again and again would otherwise trail all its
  /// former selves. The newest stay a while, because a search that began before they died may still
  /// return them.
  private void dropOldDead(int first, Tombstones dead) {
    MemorySegment level0 = links.level0();
    long last = links.list(0, GraphLinks.target(first));
    for (int spared = 1; spared < SPARED_TWINS; spared++) {
      int link = GraphLinks.read(level0, last, 0);
      if (link == 0) {
        return;
      }
      last = links.list(0, GraphLinks.target(link));
    }
    int next = GraphLinks.read(level0, last, 0);
    while (next < 0 && dead.isDead(GraphLinks.target(next))) {
      next = GraphLinks.read(level0, links.list(0, GraphLinks.target(next)), 0);
    }
    GraphLinks.write(level0, last, 0, next);
  }

  private void add(int level, int node, int newcomer, HnswScratch scratch) {
    int count = links.neighbours(level, node, scratch.batch);
    if (count < links.slots(level)) {
      GraphLinks.write(
          links.lists(level), links.list(level, node), count, GraphLinks.link(newcomer));
    } else {
      scratch.batch[count] = newcomer;
      shrink(level, node, count + 1, count, scratch);
    }
  }

  /// Chooses again which of the first `count` nodes of `scratch.batch` a node links to.
  private void shrink(int level, int node, int count, int limit, HnswScratch scratch) {
    MemorySegment lists = links.lists(level);
    long list = links.list(level, node);
    int twin = level == 0 && GraphLinks.read(lists, list, 0) < 0 ? 1 : 0;
    int candidates = count - twin;
    F32Scorer scorer = scratch.pairScorer;
    scorer.bind(rows, node);
    System.arraycopy(scratch.batch, twin, scratch.batch, 0, candidates);
    scorer.score(scratch.batch, candidates, scratch.batchScores);
    int reserved = level == 0 ? treeLinks(node, scratch.batch, candidates) : 0;
    for (int i = 0; i < candidates; i++) {
      scratch.candidates[i] = Scored.pack(scratch.batch[i], scratch.batchScores[i]);
    }
    Arrays.sort(scratch.candidates, 0, candidates);

    NeighbourSelector selector = scratch.selector;
    selector.begin();
    int place = twin;
    for (int i = candidates - 1; i >= 0; i--) {
      int candidate = Scored.ordinal(scratch.candidates[i]);
      boolean chosen;
      if (reserved > 0 && isTreeLink(node, candidate)) {
        selector.keep(candidate);
        reserved--;
        chosen = true;
      } else {
        chosen = place + reserved < limit && selector.keepIfDiverse(rows, scratch.candidates[i]);
      }
      if (chosen) {
        GraphLinks.write(lists, list, place++, GraphLinks.link(candidate));
      }
    }
    for (int old = links.slots(level); place < old; place++) {
      GraphLinks.write(lists, list, place, 0);
    }
  }

  /// Makes two nodes that link to each other child and parent. For a graph that nobody else uses.
  void join(int child, int parent) {
    writeParent(child, parent + 1);
  }

  /// Notes whose twin a node is that hangs on a chain already. For a graph that nobody else uses.
  void noteTwin(int twin, int head) {
    writeParent(twin, -head - 1);
  }

  /// Most links between parent and children that a node may have.
  int maxTreeLinks() {
    return maxTreeLinks;
  }

  private int treeLinks(int node, int[] neighbours, int count) {
    int tree = 0;
    for (int i = 0; i < count; i++) {
      tree += isTreeLink(node, neighbours[i]) ? 1 : 0;
    }
    return tree;
  }

  /// Whether one of two neighbours is the parent of the other.
  boolean isTreeLink(int a, int b) {
    return readParent(b) == a + 1 || readParent(a) == b + 1;
  }

  /// The child of `node` nearest to the row being linked. A node with as many tree links as are
  /// allowed has children.
  private int nearestChild(int node, HnswScratch scratch) {
    int[] batch = scratch.batch;
    ReentrantLock lock = lock(node);
    int children = 0;
    lock.lock();
    try {
      int count = links.neighbours(0, node, batch);
      for (int i = 0; i < count; i++) {
        int neighbour = batch[i];
        if (readParent(neighbour) == node + 1) {
          batch[children++] = neighbour;
        }
      }
    } finally {
      lock.unlock();
    }
    scratch.rowScorer.score(batch, children, scratch.batchScores);
    long nearest = Long.MIN_VALUE;
    for (int i = 0; i < children; i++) {
      nearest = Math.max(nearest, Scored.pack(batch[i], scratch.batchScores[i]));
    }
    return Scored.ordinal(nearest);
  }

  private static int indexOf(int node, int[] nodes, int count) {
    for (int i = 0; i < count; i++) {
      if (nodes[i] == node) {
        return i;
      }
    }
    return -1;
  }

  private ReentrantLock lock(int node) {
    return locks[node & (LOCKS - 1)];
  }

  private int readParent(int node) {
    return (int) PARENTS.getAcquire(parents, (long) node * Integer.BYTES);
  }

  private void writeParent(int node, int parent) {
    PARENTS.setRelease(parents, (long) node * Integer.BYTES, parent);
  }
}

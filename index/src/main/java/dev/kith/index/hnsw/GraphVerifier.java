package dev.kith.index.hnsw;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/// Checks everything that is promised about the links of a graph nobody is changing.
///
/// - Lists hold distinct nodes of the graph, never the node itself, and nothing after their end; on
///   an upper level, only nodes that live there.
/// - Twin links stand in the first place of level-0 lists, and no other link leads to a twin.
/// - The entry exists and lives on its level, and no node lives higher.
/// - Every live node can be reached on level 0 from the entry.
/// - In a growing graph, every node and its parent link to each other.
final class GraphVerifier {

  /// Enough to see what is wrong; a damaged graph would yield millions.
  private static final int MAX_VIOLATIONS = 100;

  private final Graph graph;
  private final GraphLinks links;
  private final int count;
  private final BitSet twins = new BitSet();
  private final List<String> violations = new ArrayList<>();

  private GraphVerifier(Graph graph, int count) {
    this.graph = graph;
    this.links = graph.links();
    this.count = count;
  }

  /// Returns what is wrong, at most 100 sentences, empty if nothing is.
  ///
  /// @param count nodes in the graph: the ordinals below it
  /// @param live which of them must be reachable
  static List<String> verify(Graph graph, int count, IntPredicate live) {
    GraphVerifier verifier = new GraphVerifier(graph, count);
    verifier.findTwins();
    for (int node = 0; node < count; node++) {
      for (int level = 0; level <= verifier.links.level(node); level++) {
        verifier.checkList(level, node);
      }
    }
    verifier.checkEntry();
    if (verifier.violations.isEmpty()) {
      verifier.checkReachability(live); // Walking bad links would only fail.
    }
    if (verifier.violations.isEmpty() && graph instanceof HnswGraph growing) {
      verifier.checkTree(growing.table());
    }
    return verifier.violations;
  }

  private void findTwins() {
    for (int node = 0; node < count; node++) {
      int link = place(0, node, 0);
      if (link < 0) {
        twins.set(GraphLinks.target(link));
      }
    }
  }

  private void checkList(int level, int node) {
    Set<Integer> seen = new HashSet<>();
    boolean ended = false;
    for (int place = 0; place < links.slots(level); place++) {
      int link = place(level, node, place);
      if (link == 0) {
        ended = true;
      } else if (ended) {
        complain(level, node, "has a link after the end of its list, in place " + place);
      } else {
        checkLink(level, node, place, link, seen);
      }
    }
  }

  private void checkLink(int level, int node, int place, int link, Set<Integer> seen) {
    int target = GraphLinks.target(link);
    boolean twin = link < 0;
    if (target < 0 || target >= count) {
      complain(level, node, "links to %d of %d nodes".formatted(target, count));
      return;
    }
    if (target == node) {
      complain(level, node, "links to itself");
    }
    if (!seen.add(target)) {
      complain(level, node, "links to %d twice".formatted(target));
    }
    if (twin && (level > 0 || place > 0)) {
      complain(level, node, "has a twin link to %d in place %d".formatted(target, place));
    }
    if (!twin && twins.get(target)) {
      complain(level, node, "links to %d, which is a twin".formatted(target));
    }
    if (links.level(target) < level) {
      complain(level, node, "links to %d of level %d".formatted(target, links.level(target)));
    }
  }

  private void checkEntry() {
    Graph.Entry entry = graph.entry();
    if (entry.isNone()) {
      if (count > 0) {
        violations.add("a graph of %d nodes has no entry".formatted(count));
      }
      return;
    }
    if (entry.node() >= count || links.level(entry.node()) != entry.level()) {
      violations.add("%s is not a node of that level".formatted(entry));
    }
    for (int node = 0; node < count; node++) {
      if (links.level(node) > entry.level()) {
        complain(links.level(node), node, "lives above the entry's level " + entry.level());
      }
    }
  }

  private void checkReachability(IntPredicate live) {
    BitSet reached = new BitSet(count);
    int[] queue = new int[count];
    int queued = 0;
    int[] neighbours = new int[links.slots(0)];
    if (count > 0) {
      queue[queued++] = graph.entry().node();
      reached.set(graph.entry().node());
    }
    for (int next = 0; next < queued; next++) {
      int degree = links.neighbours(0, queue[next], neighbours);
      for (int i = 0; i < degree; i++) {
        if (!reached.get(neighbours[i])) {
          reached.set(neighbours[i]);
          queue[queued++] = neighbours[i];
        }
      }
    }
    for (int node = 0; node < count; node++) {
      if (live.test(node) && !reached.get(node)) {
        complain(0, node, "cannot be reached from the entry");
      }
    }
  }

  private void checkTree(LinkTable table) {
    int roots = 0;
    for (int node = 0; node < count; node++) {
      int parent = table.parent(node);
      if (parent >= 0) {
        if (!linksTo(parent, node) || !linksTo(node, parent)) {
          complain(0, node, "and its parent %d do not link to each other".formatted(parent));
        }
      } else if (table.chainHead(node) < 0) {
        roots++;
      }
    }
    if (roots != Math.min(1, count)) {
      violations.add("%d nodes have no parent".formatted(roots));
    }
  }

  private boolean linksTo(int from, int to) {
    for (int place = 0; place < links.slots(0); place++) {
      if (place(0, from, place) == GraphLinks.link(to)) {
        return true;
      }
    }
    return false;
  }

  private int place(int level, int node, int place) {
    return GraphLinks.read(links.lists(level), links.list(level, node), place);
  }

  private void complain(int level, int node, String problem) {
    if (violations.size() < MAX_VIOLATIONS) {
      violations.add("node %d on level %d %s".formatted(node, level, problem));
    }
  }
}

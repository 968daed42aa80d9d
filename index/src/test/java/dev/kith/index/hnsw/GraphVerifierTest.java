package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A checker that finds nothing in a broken graph is worse than none: each test breaks one thing.
final class GraphVerifierTest {
  private static final VectorSpace SPACE = new VectorSpace(20, Metric.EUCLIDEAN);

  private final GraphFixture fixture =
      new GraphFixture(SPACE, HnswGraphTest.clustered(300, 5, 0.5, 1), new HnswParams(4, 30, 1))
          .linkAll();
  private final GraphLinks links = fixture.graph.links();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void findsNothingInAWholeGraph() {
    fixture.assertClean();
  }

  @Test
  void findsALinkOutOfTheGraph() {
    set(0, 7, 0, GraphLinks.link(300));
    assertFound("node 7 on level 0 links to 300 of 300 nodes");
  }

  @Test
  void findsALinkToItself() {
    set(0, 7, 0, GraphLinks.link(7));
    assertFound("node 7 on level 0 links to itself");
  }

  @Test
  void findsALinkThatIsThereTwice() {
    int first = GraphLinks.read(links.level0(), links.list(0, 7), 0);
    set(0, 7, 1, first);
    assertFound("node 7 on level 0 links to %d twice".formatted(GraphLinks.target(first)));
  }

  @Test
  void findsALinkAfterTheEnd() {
    set(0, 7, 0, 0);
    assertFound("node 7 on level 0 has a link after the end of its list, in place 1");
  }

  @Test
  void findsATwinLinkWhereNoneMayBe() {
    int second = GraphLinks.read(links.level0(), links.list(0, 7), 1);
    set(0, 7, 1, second | GraphLinks.TWIN);
    assertFound(
        "node 7 on level 0 has a twin link to %d in place 1".formatted(GraphLinks.target(second)));
  }

  @Test
  void findsAnUpperLinkToANodeThatDoesNotLiveThere() {
    int high = node(1);
    int low = node(0);
    set(1, high, 0, GraphLinks.link(low));
    assertFound("node %d on level 1 links to %d of level 0".formatted(high, low));
  }

  @Test
  void findsANodeThatNothingLeadsTo() {
    int lonely = node(0);
    for (int node = 0; node < 300; node++) {
      MemorySegment level0 = links.level0();
      int[] neighbours = new int[8];
      int degree = links.neighbours(0, node, neighbours);
      for (int place = 0; place < degree; place++) {
        if (neighbours[place] == lonely) {
          int last = GraphLinks.read(level0, links.list(0, node), degree - 1);
          set(0, node, place, last);
          set(0, node, degree - 1, 0);
          break;
        }
      }
    }
    assertFound("node %d on level 0 cannot be reached from the entry".formatted(lonely));
    fixture.dead.kill(lonely);
    assertTrue(
        fixture.graph.verify(300).stream().noneMatch(text -> text.contains("cannot be reached")));
  }

  @Test
  void findsANodeThatItsParentForgot() {
    int child = 299;
    int parent = fixture.graph.table().parent(child);
    int[] neighbours = new int[8];
    int degree = links.neighbours(0, child, neighbours);
    for (int place = 0; place < degree; place++) {
      if (neighbours[place] == parent) {
        set(0, child, place, GraphLinks.read(links.level0(), links.list(0, child), degree - 1));
        set(0, child, degree - 1, 0);
        break;
      }
    }
    assertFound(
        "node 299 on level 0 and its parent %d do not link to each other".formatted(parent));
  }

  @Test
  void findsANodeAboveTheEntry() {
    Graph.Entry entry = fixture.graph.entry();
    links.setPointer(entry.node(), links.pointer(entry.node()), entry.level() - 1);
    assertFound("%s is not a node of that level".formatted(entry));
  }

  private int node(int level) {
    for (int node = 0; node < 300; node++) {
      if (links.level(node) == level && node != fixture.graph.entry().node()) {
        return node;
      }
    }
    throw new AssertionError("no node of level " + level);
  }

  private void set(int level, int node, int place, int link) {
    GraphLinks.write(links.lists(level), links.list(level, node), place, link);
  }

  private void assertFound(String violation) {
    List<String> found = fixture.graph.verify(300);
    assertTrue(found.contains(violation), violation + " not among " + found);
    assertEquals(found.size(), found.stream().distinct().count());
  }
}

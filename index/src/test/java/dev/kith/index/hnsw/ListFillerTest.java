package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.Mixture;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ListFillerTest {
  private static final int COUNT = 1_500;
  private static final int PLACES = 32;

  /// Vectors in clusters, some of them several times.
  private static float[][] vectors(VectorSpace space) {
    float[][] vectors = Mixture.of(space, COUNT, 12, 9).vectors();
    for (int row = 7; row < COUNT; row += 31) {
      vectors[row] = vectors[row - 5].clone();
    }
    return vectors;
  }

  @ParameterizedTest(name = "{0}, seed 9")
  @EnumSource(Metric.class)
  void linksBackComeFirstThenRarelyLinkedNodesThenTheOthers_seed9(Metric metric) {
    VectorSpace space = new VectorSpace(24, metric);
    HnswParams params = new HnswParams(16, 80, 1);
    try (GraphFixture grown = new GraphFixture(space, vectors(space), params).linkAll();
        Arena arena = Arena.ofConfined()) {
      int[] same = IntStream.range(0, COUNT).toArray();
      SealedGraph graph = new GraphCompactor(grown.graph, grown.rows, same, done -> {}).seal(arena);
      FastGraphSource source =
          new FastGraphSource(
              new FastGraph.Params(space, 16, 1, 1), graph, grown.rows, same, arena);
      source.prepare(0, COUNT);
      List<Set<Integer>> sources = sources(graph);
      for (int node = 0; node < COUNT; node++) {
        assertEquals(List.copyOf(sources.get(node)), listed(source.backLinks, node));
      }
      int filled = 0;
      FastGraphEncoder encoder = new FastGraphEncoder(source);
      MemorySegment record = arena.allocate(source.recordBytes(), 64);
      for (int node = 0; node < COUNT; node++) {
        encoder.writeRecord(node, record, 0);
        List<Integer> links = links(record, source.layout.linksAt());
        List<Integer> own = links(graph.level0(), graph.links().list(0, node));
        assertEquals(own, links.subList(0, own.size()));
        List<Integer> filling =
            links.subList(own.size(), links.size()).stream().map(GraphLinks::target).toList();
        filled += filling.size();
        Set<Integer> all = new HashSet<>(filling);
        own.forEach(link -> all.add(GraphLinks.target(link)));
        assertEquals(links.size(), all.size(), "a node stands in the list of " + node + " twice");
        Set<Integer> linkingHere = sources.get(node);
        int backLinks = runOf(linkingHere::contains, filling, 0);
        int rare = runOf(other -> sources.get(other).size() < PLACES / 2, filling, backLinks);
        boolean others = filling.size() > backLinks + rare;
        assertEquals(0, filling.stream().skip(backLinks).filter(linkingHere::contains).count());
        assertTrue(!others || all.containsAll(linkingHere), "room for others, but not for all");
        assertTrue(
            filling.stream()
                .skip(backLinks + rare)
                .allMatch(other -> sources.get(other).size() >= PLACES / 2));
      }
      assertTrue(filled > COUNT, filled + " links were added");
    }
  }

  /// How many from a position on satisfy a condition, one after another.
  private static int runOf(IntPredicate condition, List<Integer> nodes, int from) {
    int to = from;
    while (to < nodes.size() && condition.test(nodes.get(to))) {
      to++;
    }
    return to - from;
  }

  private static List<Set<Integer>> sources(SealedGraph graph) {
    List<Set<Integer>> sources = new ArrayList<>();
    for (int node = 0; node < COUNT; node++) {
      sources.add(new LinkedHashSet<>());
    }
    for (int node = 0; node < COUNT; node++) {
      for (int link : links(graph.level0(), graph.links().list(0, node))) {
        if (link > 0) {
          sources.get(GraphLinks.target(link)).add(node);
        }
      }
    }
    return sources;
  }

  private static List<Integer> listed(BackLinks backLinks, int node) {
    return IntStream.range(0, backLinks.count(node))
        .mapToObj(i -> backLinks.source(node, i))
        .toList();
  }

  private static List<Integer> links(MemorySegment lists, long list) {
    int[] links = new int[PLACES];
    for (int place = 0; place < PLACES; place++) {
      links[place] = GraphLinks.read(lists, list, place);
    }
    return Arrays.stream(links).takeWhile(link -> link != 0).boxed().toList();
  }
}

package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.SearchWork;
import dev.kith.index.VectorSpace;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// That the limit of distance spares work where it should, and nothing else.
final class ReachOfWalksTest {
  private static final VectorSpace SPACE = new VectorSpace(24, Metric.EUCLIDEAN);
  private static final int ROWS = 4000;
  private static final int QUERIES = 100;
  private static final int K = 10;
  private static final int EF = 200;

  @Test
  void aGraphLearnsItsDimensionAndSearchesOfItExpandLessThanTheBeamHolds() {
    try (GraphFixture fixture = new GraphFixture(SPACE, uniform(ROWS, 6), params()).linkAll();
        Arena arena = Arena.ofConfined()) {
      assertEquals(5, fixture.graph.dimension(), 1); // Of six; edges take something.
      int[] all = IntStream.range(0, ROWS).toArray();
      SealedGraph sealed =
          new GraphCompactor(fixture.graph, fixture.rows, all, _ -> {}).seal(arena);
      assertEquals(fixture.graph.dimension(), sealed.dimension());
      Walks limited = walk(fixture, sealed);
      Walks endless = walk(fixture, sealed.measured(IntrinsicDimension.UNKNOWN));
      assertTrue(endless.expanded >= EF * QUERIES, endless.toString());
      assertTrue(limited.expanded < 0.9 * endless.expanded, limited + " and " + endless);
      assertTrue(limited.found > 0.99 * endless.found, limited + " and " + endless);
      assertTrue(endless.found > 0.99 * K * QUERIES, endless.toString());
    }
  }

  @Test
  void aGraphOfFewRowsKnowsNoDimension() {
    try (GraphFixture fixture = new GraphFixture(SPACE, uniform(500, 6), params()).linkAll()) {
      assertEquals(IntrinsicDimension.UNKNOWN, fixture.graph.dimension());
    }
  }

  private static HnswParams params() {
    return new HnswParams(16, 100, 5);
  }

  /// @param expanded nodes
  /// @param found of the true nearest
  private record Walks(long expanded, int found) {}

  private static Walks walk(GraphFixture fixture, Graph graph) {
    SearchWork work = new SearchWork();
    int found = 0;
    for (int query = 0; query < QUERIES; query++) {
      int[] hits = fixture.search(graph, query, K, EF, fixture.scratch, work);
      for (int truth : fixture.nearest(query, K, _ -> true)) {
        found += Arrays.stream(hits).anyMatch(hit -> hit == truth) ? 1 : 0;
      }
    }
    return new Walks(work.nodesVisited, found);
  }

  /// Rows that are uniform in the first coordinates and zero in the others.
  private static float[][] uniform(int count, int dimensions) {
    Random random = new Random(11);
    float[][] rows = new float[count][SPACE.dimension()];
    for (float[] row : rows) {
      for (int i = 0; i < dimensions; i++) {
        row[i] = random.nextFloat();
      }
    }
    return rows;
  }
}

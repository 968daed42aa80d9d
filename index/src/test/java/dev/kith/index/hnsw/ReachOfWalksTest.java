package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import java.lang.foreign.Arena;
import java.util.Random;
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
      int[] all = new int[ROWS];
      for (int i = 0; i < ROWS; i++) {
        all[i] = i;
      }
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
      TopK hits = new TopK(K);
      F32Scorer scorer = new F32Scorer().bind(fixture.rows, query);
      graph.search(scorer, SPACE.metric(), EF, BeamSearch.EVERY_NODE, hits, fixture.scratch, work);
      int[] ordinals = new int[K];
      hits.drainTo(ordinals, new float[K]);
      int[] nearest = fixture.nearest(query, K, _ -> true);
      for (int node : nearest) {
        for (int hit : ordinals) {
          found += hit == node ? 1 : 0;
        }
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

package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A graph compacted to go on growing keeps every promise of one that grew from nothing, its tree
/// included.
final class GraphCompactorTest {
  private static final int NODES = 1200;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void aGraphGrowsOnWhereItsLivingNodesAre(long seed) {
    Random random = new Random(seed);
    VectorSpace space = new VectorSpace(2 + random.nextInt(14), Metric.EUCLIDEAN);
    HnswParams params = new HnswParams(2 + random.nextInt(10), 40, seed);
    float[][] vectors = vectors(space.dimension(), random);
    double share = List.of(0.0, 0.1, 0.5, 0.9, 0.99, 1.0).get((int) (seed % 6));
    int before = random.nextInt(300);
    int after = random.nextInt(300);
    int[] newOrdinals = new int[NODES];
    try (GraphFixture source = new GraphFixture(space, vectors, params).linkAll()) {
      int next = before;
      for (int node = 0; node < NODES; node++) {
        newOrdinals[node] = random.nextDouble() < share ? -1 : next++;
      }
      float[][] others = vectors(space.dimension(), random);
      boolean sealFirst = random.nextBoolean();
      try (Arena arena = Arena.ofShared()) {
        int capacity = Math.max(1, next + after);
        VectorRows rows = VectorRows.reserve(space, capacity, arena);
        for (int i = 0; i < capacity; i++) {
          rows.set(i, others[i % NODES]);
        }
        for (int node = 0; node < NODES; node++) {
          if (newOrdinals[node] >= 0) {
            rows.set(newOrdinals[node], vectors[node]);
          }
        }
        Graph graph = sealFirst ? sealed(source, arena) : source.graph;
        HnswGraph grown =
            new GraphCompactor(graph, source.rows, newOrdinals, _ -> {})
                .grow(params, rows, rows, new Tombstones(capacity), arena);
        if (before == 0) {
          assertEquals(List.of(), grown.verify(next));
        }
        for (int i = 0; i < next + after; i++) {
          if (i < before || i >= next) {
            grown.link(i, source.scratch);
          }
        }
        assertEquals(List.of(), grown.verify(next + after));
        int[] all = new int[next + after];
        Arrays.setAll(all, i -> i);
        SealedGraph whole = new GraphCompactor(grown, rows, all, _ -> {}).seal(arena);
        assertEquals(List.of(), whole.verify());
        assertTrue(whole.size() == all.length);
      }
    }
  }

  private static SealedGraph sealed(GraphFixture source, Arena arena) {
    int[] all = new int[NODES];
    Arrays.setAll(all, i -> i);
    return new GraphCompactor(source.graph, source.rows, all, _ -> {}).seal(arena);
  }

  /// Around a few centres, a quarter of them twins, so that lists are full and chains long.
  private static float[][] vectors(int dimension, Random random) {
    float[][] vectors = new float[NODES][dimension];
    for (int i = 0; i < NODES; i++) {
      for (int j = 0; j < dimension; j++) {
        vectors[i][j] = (float) random.nextGaussian() + 8 * (i % 5);
      }
      if (i > 10 && random.nextInt(4) == 0) {
        vectors[i] = vectors[random.nextInt(10)];
      }
    }
    return vectors;
  }
}

package dev.kith.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RecallTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Metric.class)
  void withoutTiesItIsTheShareOfTheTrueNeighboursFound(Metric metric) throws Exception {
    RandomData.write(folder, metric, 1000, 40, 8, 5);
    try (Dataset dataset = DatasetFolder.open(folder, 2)) {
      Random random = new Random(7);
      int[][] hits = new int[40][];
      for (int query = 0; query < hits.length; query++) {
        // Some neighbours of the first ranks, some of later ones, in any order.
        int[] near = dataset.neighbors().row(query);
        hits[query] = random.ints(0, 25).distinct().limit(10).map(rank -> near[rank]).toArray();
      }
      for (int k : new int[] {1, 5, 10}) {
        assertEquals(naive(dataset, hits, k), Recall.at(k, dataset).of(hits), 1e-12, "k " + k);
      }
    }
  }

  @Test
  void aHitAsNearAsTheLastNeighbourCounts() throws Exception {
    try (Dataset dataset = twoRings()) {
      // Rows 0-3 are equally near; the truth names 0 and 1.
      assertEquals(1, Recall.at(2, dataset).of(new int[][] {{2, 3}}));
      assertEquals(0.5, Recall.at(2, dataset).of(new int[][] {{2, 4}}));
    }
  }

  @Test
  void aRowReturnedTwiceCountsOnce() throws Exception {
    try (Dataset dataset = twoRings()) {
      assertEquals(0.5, Recall.at(2, dataset).of(new int[][] {{1, 1}}));
    }
  }

  @Test
  void missingHitsAreMissesAndHitsBeyondKDoNotCount() throws Exception {
    try (Dataset dataset = twoRings()) {
      assertEquals(0, Recall.at(2, dataset).of(new int[][] {{}}));
      assertEquals(0.5, Recall.at(2, dataset).of(new int[][] {{0}}));
      assertEquals(0.5, Recall.at(2, dataset).of(new int[][] {{5, 0, 1, 2}}));
    }
  }

  @Test
  void moreNeighboursThanAreKnownAreRefused() throws Exception {
    try (Dataset dataset = twoRings()) {
      assertThrows(IllegalArgumentException.class, () -> Recall.at(9, dataset));
      assertThrows(IllegalArgumentException.class, () -> Recall.at(0, dataset));
    }
  }

  /// Four vectors at distance 1 of the only query, then four at distance 2.
  private Dataset twoRings() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      FloatMatrix base = FloatMatrix.allocate(8, 2, arena);
      for (int row = 0; row < 8; row++) {
        int radius = row < 4 ? 1 : 2;
        int sign = row % 2 == 0 ? radius : -radius;
        base.set(row, row / 2 % 2 == 0 ? new float[] {sign, 0} : new float[] {0, sign});
      }
      FloatMatrix query = FloatMatrix.allocate(1, 2, arena);
      DatasetFolder.write(folder, "rings", Metric.EUCLIDEAN, base, query);
    }
    return DatasetFolder.open(folder, 1);
  }

  private static double naive(Dataset dataset, int[][] hits, int k) {
    double sum = 0;
    for (int query = 0; query < hits.length; query++) {
      Set<Integer> truth = new HashSet<>();
      for (int rank = 0; rank < k; rank++) {
        truth.add(dataset.neighbors().get(query, rank));
      }
      sum += (double) Arrays.stream(hits[query]).limit(k).filter(truth::contains).count() / k;
    }
    return sum / hits.length;
  }
}

package dev.kith.bench.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.client.file.IntMatrix;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.lang.foreign.Arena;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ExactNeighborsTest {

  // More base vectors than a block of 1 MiB holds, more queries than a group, no round numbers.
  @ParameterizedTest
  @EnumSource(Metric.class)
  void sortingAllBaseVectorsFindsTheSame(Metric metric) throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      FloatMatrix base = RandomData.gaussian(20_001, 5, new Random(3), arena);
      FloatMatrix queries = RandomData.gaussian(131, 5, new Random(4), arena);
      AtomicInteger done = new AtomicInteger();
      IntMatrix found =
          ExactNeighbors.find(new VectorSpace(5, metric), base, queries, 10, 2, done::addAndGet);
      assertEquals(131, done.get());
      for (int query = 0; query < 131; query++) {
        assertArrayEquals(sorted(metric, base, queries.row(query), 10), found.row(query));
      }
    }
  }

  @Test
  void thereAreNoMoreNeighboursThanBaseVectors() throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      FloatMatrix base = RandomData.gaussian(3, 2, new Random(3), arena);
      IntMatrix found =
          ExactNeighbors.find(new VectorSpace(2, Metric.DOT), base, base, 100, 1, done -> {});
      assertEquals(3, found.columns());
    }
  }

  @Test
  void ofEquallyNearVectorsTheSmallerRowComesFirst() throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      FloatMatrix base = FloatMatrix.allocate(500, 2, arena);
      for (int row = 0; row < 500; row++) {
        base.set(row, new float[] {row % 2, 1});
      }
      FloatMatrix query = FloatMatrix.allocate(1, 2, arena);
      query.set(0, new float[] {1, 0});
      IntMatrix found =
          ExactNeighbors.find(new VectorSpace(2, Metric.DOT), base, query, 4, 1, done -> {});
      assertArrayEquals(new int[] {1, 3, 5, 7}, found.row(0));
    }
  }

  private static int[] sorted(Metric metric, FloatMatrix base, float[] query, int k) {
    double[] similarity = new double[base.rows()];
    for (int row = 0; row < similarity.length; row++) {
      similarity[row] = similarity(metric, base.row(row), query);
    }
    return IntStream.range(0, similarity.length)
        .boxed()
        .sorted(Comparator.comparingDouble(row -> -similarity[row]))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double similarity(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double squares = 0;
    double distance = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squares += (double) a[i] * a[i];
      distance += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return switch (metric) {
      case COSINE -> dot / Math.sqrt(squares);
      case DOT -> dot;
      case EUCLIDEAN -> -distance;
    };
  }
}

package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RadiusTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theLimitIsAPowerOfTheBeamsWidthTimesTheSquaredDistanceOfTheWorstWanted(long seed) {
    Random random = new Random(seed);
    int wanted = 1 + random.nextInt(20);
    int ef = wanted + random.nextInt(500);
    double dimension = 2 + 40 * random.nextDouble();
    double share = random.nextDouble();
    double factor = Math.pow((double) ef / wanted, share * 2 / dimension);
    Radius radius = new Radius();
    for (Metric metric : new Metric[] {Metric.EUCLIDEAN, Metric.COSINE}) {
      radius.set(metric, wanted, ef, dimension, share);
      double[] squares = new double[100]; // Of distances between unit vectors.
      for (int i = 0; i < squares.length; i++) {
        squares[i] = 4 * random.nextDouble();
        radius.offer(Scored.pack(i, (float) score(metric, squares[i])));
        double[] sorted = Arrays.copyOf(squares, i + 1);
        Arrays.sort(sorted);
        double expected =
            i + 1 < wanted ? Double.NEGATIVE_INFINITY : score(metric, factor * sorted[wanted - 1]);
        assertEquals(expected, radius.limit(), 1e-4, metric + " after " + (i + 1));
      }
      radius.set(metric, wanted, ef, dimension, share);
      assertEquals(Float.NEGATIVE_INFINITY, radius.limit());
    }
  }

  @Test
  void aBeamAsWideAsTheHitsReachesAsFarAsTheHits() {
    Radius radius = new Radius();
    radius.set(Metric.EUCLIDEAN, 10, 10, 30, 0.8);
    for (int i = 1; i <= 30; i++) {
      radius.offer(Scored.pack(i, -i));
    }
    assertEquals(-10, radius.limit());
  }

  @Test
  void aWiderBeamReachesFarther() {
    Radius radius = new Radius();
    float before = Float.POSITIVE_INFINITY;
    for (int ef = 10; ef <= 10_000; ef *= 10) {
      radius.set(Metric.COSINE, 10, ef, 30, 0.8);
      for (int i = 0; i < 10; i++) {
        radius.offer(Scored.pack(i, 0.5f));
      }
      assertTrue(radius.limit() < before, "ef " + ef);
      before = radius.limit();
    }
  }

  @Test
  void innerProductsHaveNoLimit() {
    Radius radius = new Radius();
    radius.set(Metric.DOT, 1, 10, 30, 0.8);
    radius.offer(Scored.pack(1, 3));
    assertEquals(Float.NEGATIVE_INFINITY, radius.limit());
  }

  @Test
  void dataOfUnknownDimensionHaveNoLimit() {
    Radius radius = new Radius();
    radius.set(Metric.COSINE, 1, 10, IntrinsicDimension.UNKNOWN, 0.8);
    radius.offer(Scored.pack(1, 0.5f));
    assertEquals(Float.NEGATIVE_INFINITY, radius.limit());
  }

  @Test
  void withoutAnEndThereIsNoLimit() {
    Radius radius = new Radius();
    radius.set(Metric.COSINE, 1, 10, 30, 0.8);
    radius.endless();
    radius.offer(Scored.pack(1, 0.5f));
    assertEquals(Float.NEGATIVE_INFINITY, radius.limit());
  }

  /// Raw score of two unit vectors at a squared distance.
  static double score(Metric metric, double square) {
    return metric == Metric.COSINE ? 1 - square / 2 : -square;
  }
}

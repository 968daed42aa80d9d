package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.index.Metric;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IntrinsicDimensionTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 12})
  void findsTheDimensionOfUniformData(int dimension) {
    Random random = new Random(dimension);
    for (Metric metric : new Metric[] {Metric.EUCLIDEAN, Metric.COSINE}) {
      IntrinsicDimension estimated = new IntrinsicDimension(metric, IntrinsicDimension.UNKNOWN);
      for (int row = 0; row < 300; row++) {
        // Radii of points that are uniform in a ball.
        double[] distances = new double[5000];
        for (int i = 0; i < distances.length; i++) {
          distances[i] = Math.pow(random.nextDouble(), 1.0 / dimension);
        }
        Arrays.sort(distances);
        estimated.offer(score(metric, distances[9]), 10, score(metric, distances[99]), 100);
      }
      assertEquals(dimension, estimated.estimate(), 0.1 * dimension, metric.toString());
    }
  }

  @Test
  void keepsToWhatWasKnownAsLongAsFewRowsWereHeardOf() {
    IntrinsicDimension estimated = new IntrinsicDimension(Metric.EUCLIDEAN, 7);
    for (int i = 0; i < 15; i++) {
      estimated.offer(-1, 10, -100, 100);
      assertEquals(7, estimated.estimate());
    }
    estimated.offer(-1, 10, -100, 100);
    assertEquals(1, estimated.estimate(), 1e-6);
  }

  @Test
  void learnsNothingFromTwinsFromCrowdsNorFromInnerProducts() {
    IntrinsicDimension estimated =
        new IntrinsicDimension(Metric.COSINE, IntrinsicDimension.UNKNOWN);
    IntrinsicDimension products = new IntrinsicDimension(Metric.DOT, IntrinsicDimension.UNKNOWN);
    for (int i = 0; i < 100; i++) {
      estimated.offer(1, 10, 0.5f, 100);
      estimated.offer(1.0000001f, 10, 0.5f, 100);
      estimated.offer(0.5f, 10, 0.5f, 100);
      products.offer(0.5f, 10, 0.1f, 100);
    }
    assertEquals(IntrinsicDimension.UNKNOWN, estimated.estimate());
    assertEquals(IntrinsicDimension.UNKNOWN, products.estimate());
  }

  private static float score(Metric metric, double distance) {
    return (float) RadiusTest.score(metric, distance * distance);
  }
}

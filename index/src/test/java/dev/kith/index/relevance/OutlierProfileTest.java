package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.kernel.Points;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OutlierProfileTest {
  private static final int DIMENSION = 12;

  @Test
  void distancesAreThoseOfMahalanobisToTheNearestCentroid_seed1() {
    Random random = new Random(1);
    int clusters = 5;
    // A triangle with a diagonal away from zero, and centroids wherever.
    float[] whitening = new float[DIMENSION * (DIMENSION + 1) / 2];
    double[][] inverse = new double[DIMENSION][DIMENSION];
    int next = 0;
    for (int j = 0; j < DIMENSION; j++) {
      for (int i = j; i < DIMENSION; i++) {
        inverse[i][j] = (i == j ? 2 : 0) + 0.5 * random.nextGaussian();
        whitening[next++] = (float) inverse[i][j];
      }
    }
    double[][] means = new double[clusters][DIMENSION];
    float[] centroids = new float[clusters * DIMENSION];
    for (int c = 0; c < clusters; c++) {
      for (int i = 0; i < DIMENSION; i++) {
        means[c][i] = random.nextGaussian();
      }
      for (int i = 0; i < DIMENSION; i++) {
        centroids[i * clusters + c] = (float) product(inverse[i], means[c]);
      }
    }
    OutlierProfile profile = new OutlierProfile(DIMENSION, whitening, centroids, new float[1]);
    for (int trial = 0; trial < 100; trial++) {
      float[] vector = Judged.vector(random, DIMENSION);
      double least = Double.POSITIVE_INFINITY;
      for (double[] mean : means) {
        double[] difference = new double[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
          difference[i] = vector[i] - mean[i];
        }
        double squares = 0;
        for (double[] row : inverse) {
          squares += Math.pow(product(row, difference), 2);
        }
        least = Math.min(least, Math.sqrt(squares));
      }
      assertEquals(least, profile.distance(vector), 1e-4 * least);
    }
  }

  private static double product(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  @Test
  void whatLiesAcrossTheDirectionsInWhichPointsVaryIsFar_seed2() throws InterruptedException {
    Random random = new Random(2);
    try (Arena arena = Arena.ofShared()) {
      Points points = flat(random, 3_000, arena);
      int[] sample = IntStream.range(0, 3_000).toArray();
      OutlierProfile profile = OutlierProfile.fit(points, sample, 1, 2, () -> {});
      float[] inside = row(flat(random, 1, arena), 0);
      float[] across = inside.clone();
      across[DIMENSION - 1] += 1; // As long a step within the plane is nothing unusual.
      float[] along = inside.clone();
      along[0] += 1;
      double far = profile.distance(across);
      assertEquals(100, profile.pointsPercentile(far));
      assertTrue(profile.distance(along) < far / 3);
      assertTrue(profile.pointsPercentile(profile.distance(inside)) < 99.9);
      assertEquals(0, profile.pointsPercentile(0));
    }
  }

  @Test
  void percentilesOfOtherPointsOfTheKindAreEvenlySpread_seed3() throws InterruptedException {
    Random random = new Random(3);
    try (Arena arena = Arena.ofShared()) {
      Points points = flat(random, 6_000, arena);
      OutlierProfile profile =
          OutlierProfile.fit(points, IntStream.range(0, 4_000).toArray(), 1, 1, () -> {});
      double sum = 0;
      for (int i = 4_000; i < 6_000; i++) {
        sum += profile.pointsPercentile(profile.distance(row(points, i)));
      }
      assertEquals(50, sum / 2_000, 5);
    }
  }

  @Test
  void pointsThatAreAllTheSameHaveAProfileToo() throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      Points points = flat(new Random(4), 100, arena);
      int[] same = new int[100];
      OutlierProfile profile = OutlierProfile.fit(points, same, 1, 1, () -> {});
      double here = profile.distance(row(points, 0));
      assertTrue(here < 1e-3, "at " + here);
      assertTrue(profile.distance(row(points, 1)) > 1);
    }
  }

  @Test
  void tooFewPointsAreRefusedAndAFitEndsWhenItIsTold() {
    try (Arena arena = Arena.ofShared()) {
      Points points = flat(new Random(5), 200, arena);
      assertThrows(
          IllegalArgumentException.class,
          () -> OutlierProfile.fit(points, new int[99], 1, 1, () -> {}));
      Runnable end =
          () -> {
            throw new CancellationException();
          };
      assertThrows(
          CancellationException.class,
          () -> OutlierProfile.fit(points, IntStream.range(0, 200).toArray(), 1, 1, end));
    }
  }

  /// Points about three centres that vary much in all directions but the last.
  private static Points flat(Random random, int count, Arena arena) {
    long stride = DIMENSION * (long) Float.BYTES;
    MemorySegment rows = arena.allocate(count * stride, 64);
    for (int i = 0; i < count; i++) {
      int centre = random.nextInt(3);
      for (int j = 0; j < DIMENSION; j++) {
        double spread = j == DIMENSION - 1 ? 0.05 : 1;
        double coordinate = (j == centre ? 8 : 0) + spread * random.nextGaussian();
        rows.set(Points.FLOAT, i * stride + (long) j * Float.BYTES, (float) coordinate);
      }
    }
    return new Points(rows, 0, stride, DIMENSION);
  }

  private static float[] row(Points points, int row) {
    float[] vector = new float[points.depth()];
    MemorySegment.copy(points.segment(), Points.FLOAT, points.at(row), vector, 0, vector.length);
    return vector;
  }
}

package dev.kith.index.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KMeansTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void wellSeparatedGroupsGetACentroidEach_seed(long seed) throws InterruptedException {
    Random random = new Random(seed);
    int groups = 40;
    Points points = mixture(random, 8_000, 12, groups, 0.01f);
    KMeans.Result result = train(points, 8_000, groups, false, seed, 1);
    int[] nearest = nearest(result.clusters(), points, 8_000);
    // Point i was made from group i % groups.
    for (int i = groups; i < 8_000; i++) {
      assertEquals(nearest[i % groups], nearest[i], "point " + i);
    }
    assertEquals(0, result.empty());
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void theErrorIsThatOfTheNearestCentroidsAndFallsFromRoundToRound_seed(long seed)
      throws InterruptedException {
    Points points = mixture(new Random(seed), 6_000, 20, 300, 1f);
    for (boolean spherical : new boolean[] {false, true}) {
      if (spherical) {
        toUnitLength(points, 6_000);
      }
      List<Double> errors = new ArrayList<>();
      KMeans.Params params = new KMeans.Params(100, 30, spherical, 100, seed);
      KMeans.Result result =
          KMeans.train(
              points, all(6_000), params, 2, arena, (round, of, error) -> errors.add(error));
      double expected = 0;
      int[] nearest = nearest(result.clusters(), points, 6_000);
      for (int i = 0; i < 6_000; i++) {
        double least = Double.POSITIVE_INFINITY;
        for (int centroid = 0; centroid < 100; centroid++) {
          least = Math.min(least, distance(points, i, result.clusters().centroids(), centroid));
        }
        assertEquals(
            least,
            distance(points, i, result.clusters().centroids(), nearest[i]),
            1e-4 * (1 + least));
        expected += least / 6_000;
      }
      assertEquals(expected, result.error(), 1e-4 * expected);
      assertEquals(errors.size(), result.rounds());
      int risen = 0;
      for (int i = 1; i < errors.size(); i++) {
        risen += errors.get(i) > errors.get(i - 1) * 1.0001 ? 1 : 0;
      }
      // Once: when more points are looked at.
      assertTrue(risen <= 1, errors.toString());
    }
  }

  @Test
  void aSphericalCentroidIsTheDirectionOfItsPoints_seed6() throws InterruptedException {
    Points points = mixture(new Random(6), 3_000, 16, 50, 1f);
    toUnitLength(points, 3_000);
    KMeans.Result result = train(points, 3_000, 20, true, 6, 1);
    Points centroids = result.clusters().centroids();
    int[] nearest = nearest(result.clusters(), points, 3_000);
    for (int centroid = 0; centroid < 20; centroid++) {
      double[] mean = new double[16];
      for (int i = 0; i < 3_000; i++) {
        if (nearest[i] == centroid) {
          for (int j = 0; j < 16; j++) {
            mean[j] += at(points, i, j);
          }
        }
      }
      double squares = 0;
      double product = 0;
      double length = 0;
      for (int j = 0; j < 16; j++) {
        squares += (double) at(centroids, centroid, j) * at(centroids, centroid, j);
        product += mean[j] * at(centroids, centroid, j);
        length += mean[j] * mean[j];
      }
      assertEquals(1, squares, 1e-5);
      assertTrue(product >= 0.99 * Math.sqrt(length), product + " of " + Math.sqrt(length));
    }
  }

  @Test
  void itIsNearlyAsGoodAsComparingEveryPointWithEveryCentroidInEveryRound_seed7()
      throws InterruptedException {
    Points points = mixture(new Random(7), 9_000, 24, 900, 1f);
    KMeans.Result result = train(points, 9_000, 128, false, 7, 2);
    double lloyd = lloyd(points, 9_000, 128, 15);
    assertTrue(result.error() <= 1.01 * lloyd, result.error() + " against " + lloyd);
  }

  @Test
  void centroidsAreTheSameWithAnyNumberOfThreads_seed8() throws InterruptedException {
    Points points = mixture(new Random(8), 9_000, 10, 200, 1f);
    float[] expected = floats(train(points, 9_000, 150, false, 8, 1).clusters());
    for (int threads : new int[] {2, 3, 7}) {
      assertArrayEquals(expected, floats(train(points, 9_000, 150, false, 8, threads).clusters()));
    }
  }

  @Test
  void aGroupMuchLargerThanTheOthersIsSplitDownToTheCap_seed9() throws InterruptedException {
    Random random = new Random(9);
    MemorySegment segment = arena.allocate(10_000 * 32L, 64);
    Points points = new Points(segment, 0, 32, 8);
    for (int i = 0; i < 10_000; i++) {
      // Nine tenths of the points around one place, as far from each other as the others' groups.
      float centre = i % 10 == 0 ? 100f * (i % 17) : 0;
      for (int j = 0; j < 8; j++) {
        segment.set(FLOAT, 32L * i + 4L * j, centre + (float) random.nextGaussian());
      }
    }
    KMeans.Params params = new KMeans.Params(100, 40, false, 3, 9);
    KMeans.Result result =
        KMeans.train(points, all(10_000), params, 1, arena, (round, of, error) -> {});
    assertTrue(result.largest() <= 3.5, "largest is " + result.largest());
    assertEquals(0, result.empty());
  }

  @Test
  void equalPointsFewerThanCentroidsAndASinglePointAreNoTrouble() throws InterruptedException {
    MemorySegment segment = arena.allocate(100 * 16L, 64);
    for (int i = 0; i < 100; i++) {
      segment.set(FLOAT, 16L * i, i % 3);
    }
    Points points = new Points(segment, 0, 16, 4);
    KMeans.Result equal = train(points, 100, 7, false, 1, 2);
    assertEquals(0, equal.error(), 1e-12);
    assertEquals(4, equal.empty());
    assertEquals(0, train(points, 5, 50, false, 1, 2).error(), 1e-12);
    assertEquals(0, train(points, 1, 1, false, 1, 1).error(), 1e-12);
  }

  @Test
  void aListenerThatThrowsEndsTheTraining_seed10() {
    Points points = mixture(new Random(10), 5_000, 8, 100, 1f);
    KMeans.Params params = new KMeans.Params(64, 30, false, 8, 10);
    IllegalStateException end = new IllegalStateException("enough");
    assertEquals(
        end,
        assertThrows(
            IllegalStateException.class,
            () ->
                KMeans.train(
                    points,
                    all(5_000),
                    params,
                    2,
                    arena,
                    (round, of, error) -> {
                      throw end;
                    })));
  }

  @Test
  void parametersOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new KMeans.Params(0, 1, false, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> new KMeans.Params(1, 0, false, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> new KMeans.Params(1, 1, false, 1.9, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new KMeans.Params(1, 1, false, Double.NaN, 1));
    Points points = new Points(arena.allocate(16), 0, 16, 4);
    assertThrows(IllegalArgumentException.class, () -> train(points, 0, 1, false, 1, 1));
  }

  private KMeans.Result train(
      Points points, int count, int clusters, boolean spherical, long seed, int threads)
      throws InterruptedException {
    KMeans.Params params = new KMeans.Params(clusters, 30, spherical, 100, seed);
    return KMeans.train(points, all(count), params, threads, arena, (round, of, error) -> {});
  }

  /// Lloyd's algorithm from random centroids, as it is written in textbooks.
  private double lloyd(Points points, int count, int clusters, int rounds) {
    int depth = points.depth();
    double[][] centroids = new double[clusters][depth];
    for (int c = 0; c < clusters; c++) {
      for (int j = 0; j < depth; j++) {
        centroids[c][j] = at(points, c * (count / clusters), j);
      }
    }
    double error = 0;
    for (int round = 0; round <= rounds; round++) {
      double[][] sums = new double[clusters][depth];
      int[] sizes = new int[clusters];
      error = 0;
      for (int i = 0; i < count; i++) {
        int nearest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int c = 0; c < clusters; c++) {
          double sum = 0;
          for (int j = 0; j < depth; j++) {
            double difference = at(points, i, j) - centroids[c][j];
            sum += difference * difference;
          }
          if (sum < least) {
            least = sum;
            nearest = c;
          }
        }
        error += least / count;
        sizes[nearest]++;
        for (int j = 0; j < depth; j++) {
          sums[nearest][j] += at(points, i, j);
        }
      }
      for (int c = 0; c < clusters; c++) {
        for (int j = 0; j < depth && sizes[c] > 0; j++) {
          centroids[c][j] = sums[c][j] / sizes[c];
        }
      }
    }
    return error;
  }

  /// Points `i` around a centre that points `i + groups`, `i + 2 * groups` ... share.
  private Points mixture(Random random, int count, int depth, int groups, float spread) {
    float[][] centres = new float[groups][depth];
    for (float[] centre : centres) {
      for (int j = 0; j < depth; j++) {
        centre[j] = (float) random.nextGaussian() * 2;
      }
    }
    long stride = 4L * depth + 4;
    MemorySegment segment = arena.allocate(8 + count * stride, 64);
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < depth; j++) {
        float value = centres[i % groups][j] + spread * (float) random.nextGaussian();
        segment.set(FLOAT, 8 + i * stride + 4L * j, value);
      }
    }
    return new Points(segment, 8, stride, depth);
  }

  private static void toUnitLength(Points points, int count) {
    for (int i = 0; i < count; i++) {
      double squares = 0;
      for (int j = 0; j < points.depth(); j++) {
        squares += (double) at(points, i, j) * at(points, i, j);
      }
      for (int j = 0; j < points.depth(); j++) {
        float value = (float) (at(points, i, j) / Math.sqrt(squares));
        points.segment().set(FLOAT, points.at(i) + 4L * j, value);
      }
    }
  }

  private static int[] nearest(Clusters clusters, Points points, int count) {
    int[] nearest = new int[count];
    clusters.assign(points, all(count), 0, count, nearest, new float[count], new RowProducts());
    return nearest;
  }

  private static double distance(Points a, int i, Points b, int j) {
    double sum = 0;
    for (int k = 0; k < a.depth(); k++) {
      double difference = (double) at(a, i, k) - at(b, j, k);
      sum += difference * difference;
    }
    return sum;
  }

  private static float at(Points points, int point, int coordinate) {
    return points.segment().get(FLOAT, points.at(point) + 4L * coordinate);
  }

  private static float[] floats(Clusters clusters) {
    float[] floats = new float[clusters.count() * clusters.depth()];
    MemorySegment.copy(clusters.centroids().segment(), FLOAT, 0, floats, 0, floats.length);
    return floats;
  }

  private static int[] all(int count) {
    return IntStream.range(0, count).toArray();
  }
}

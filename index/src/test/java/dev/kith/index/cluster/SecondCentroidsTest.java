package dev.kith.index.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Second centroids, held to their definition.
final class SecondCentroidsTest {

  @AutoClose private final Arena arena = Arena.ofShared();

  @ParameterizedTest(name = "spherical {0}, {1} centroids of {2} coordinates, seed {3}")
  @CsvSource({
    "false, 2, 1, 1",
    "true, 2, 3, 2",
    "false, 70, 5, 3",
    "true, 70, 17, 4",
    "false, 33, 100, 5",
    "true, 129, 32, 6"
  })
  void theSecondHasTheLeastLossOfAllButTheFirst(
      boolean spherical, int count, int depth, long seed) {
    Random random = new Random(seed);
    double[][] centroids = vectors(count, depth, spherical, random);
    double[][] vectors = vectors(200, depth, spherical, random);
    Clusters clusters = Clusters.of(spherical, points(centroids), count, arena);
    int[] ordinals = IntStream.range(0, 200).map(i -> 199 - i).toArray();
    int[] first = new int[200];
    int[] second = new int[200];
    clusters.assign(points(vectors), ordinals, 0, 200, first, new float[200], new RowProducts());
    new SecondCentroids(clusters, arena).find(points(vectors), ordinals, 0, 200, first, second);
    for (int i = 0; i < 200; i++) {
      double[] vector = vectors[ordinals[i]];
      double[] nearest = centroids[first[i]];
      int own = first[i];
      double least =
          IntStream.range(0, count)
              .filter(centroid -> centroid != own)
              .mapToDouble(centroid -> loss(vector, nearest, centroids[centroid]))
              .min()
              .orElseThrow();
      assertNotEquals(own, second[i]);
      assertEquals(least, loss(vector, nearest, centroids[second[i]]), 1e-4 * (1 + least));
    }
  }

  /// `|s|² + λ ⟨s, r / |r|⟩²`.
  private static double loss(double[] vector, double[] first, double[] second) {
    double squares = 0;
    double product = 0;
    double length = 0;
    for (int i = 0; i < vector.length; i++) {
      double r = vector[i] - first[i];
      double s = vector[i] - second[i];
      squares += s * s;
      product += r * s;
      length += r * r;
    }
    return squares + (length > 0 ? SecondCentroids.WEIGHT * product * product / length : 0);
  }

  @Test
  void aCentroidAcrossIsBetterThanANearerOneBehindTheFirst() {
    double[][] centroids = {{0, 0}, {-1, 0}, {1, 1.5}};
    Clusters clusters = Clusters.of(false, points(centroids), 3, arena);
    int[] second = new int[1];
    new SecondCentroids(clusters, arena)
        .find(points(new double[][] {{0.45, 0}}), new int[1], 0, 1, new int[1], second);
    assertArrayEquals(new int[] {2}, second);
  }

  @Test
  void onlyWhatIsAskedForIsFound() {
    Random random = new Random(7);
    double[][] vectors = vectors(90, 4, false, random);
    Clusters clusters = Clusters.of(false, points(vectors(9, 4, false, random)), 9, arena);
    int[] ordinals = IntStream.range(0, 90).toArray();
    int[] first = new int[90];
    clusters.assign(points(vectors), ordinals, 0, 90, first, new float[90], new RowProducts());
    SecondCentroids seconds = new SecondCentroids(clusters, arena);
    int[] all = new int[90];
    int[] some = new int[90];
    seconds.find(points(vectors), ordinals, 0, 90, first, all);
    seconds.find(points(vectors), ordinals, 7, 71, first, some);
    for (int i = 0; i < 90; i++) {
      assertEquals(i >= 7 && i < 71 ? all[i] : 0, some[i]);
    }
  }

  @Test
  void pointsOnTheirCentroidsOrTooFarToMeasureHaveAnotherOne() {
    double[][] centroids = {{1, 0}, {1, 0}, {0, 5}};
    Clusters clusters = Clusters.of(false, points(centroids), 3, arena);
    double[][] vectors = {{1, 0}, {1e30, -1e30}, {Float.MAX_VALUE, Float.MAX_VALUE}};
    for (int own = 0; own < 3; own++) {
      int[] first = {own, own, own};
      int[] second = new int[3];
      new SecondCentroids(clusters, arena)
          .find(points(vectors), new int[] {0, 1, 2}, 0, 3, first, second);
      for (int found : second) {
        assertNotEquals(own, found);
        assertTrue(found >= 0 && found < 3);
      }
    }
  }

  @Test
  void oneCentroidHasNoSecond() {
    Clusters one = Clusters.of(false, points(new double[][] {{1, 2}}), 1, arena);
    assertEquals(
        "second centroids take two at least, got 1",
        assertThrows(IllegalArgumentException.class, () -> new SecondCentroids(one, arena))
            .getMessage());
  }

  private static double[][] vectors(int count, int depth, boolean spherical, Random random) {
    double[][] vectors = new double[count][depth];
    for (double[] vector : vectors) {
      double squares = 0;
      for (int i = 0; i < depth; i++) {
        vector[i] = (float) random.nextGaussian();
        squares += vector[i] * vector[i];
      }
      for (int i = 0; i < depth && spherical; i++) {
        vector[i] = (float) (vector[i] / Math.sqrt(squares));
      }
    }
    return vectors;
  }

  private Points points(double[][] vectors) {
    int depth = vectors[0].length;
    MemorySegment memory = arena.allocate((long) vectors.length * depth * Float.BYTES, 64);
    for (int i = 0; i < vectors.length; i++) {
      for (int j = 0; j < depth; j++) {
        long at = ((long) i * depth + j) * Float.BYTES;
        memory.set(Points.FLOAT, at, (float) vectors[i][j]);
      }
    }
    return new Points(memory, 0, (long) depth * Float.BYTES, depth);
  }
}

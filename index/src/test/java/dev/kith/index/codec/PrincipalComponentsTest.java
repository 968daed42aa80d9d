package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Axes, held to what is true of the best ones: those that cyclic Jacobi rotations find.
final class PrincipalComponentsTest {
  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest(name = "{0} of {1} axes, {2} vectors, centred {3}, seed {4}")
  @CsvSource({
    "1, 1, 40, false, 1",
    "3, 7, 200, true, 2",
    "7, 7, 200, false, 3",
    "5, 30, 1000, true, 4",
    "16, 48, 700, false, 5",
    "8, 70, 40, true, 6",
    "20, 90, 1500, true, 7"
  })
  void theyHoldAsMuchOfTheVectorsAsAnyAxesDoAndTheFirstTheMost_seed(
      int width, int dimension, int count, boolean centred, long seed) throws InterruptedException {
    float[][] vectors = vectors(count, dimension, new Random(seed));
    Projection projection = train(vectors, centred, width, seed, 2);
    double[][] axes = axes(projection);
    for (int i = 0; i < width; i++) {
      for (int j = 0; j <= i; j++) {
        assertEquals(i == j ? 1 : 0, dot(axes[i], axes[j]), 1e-6, i + " and " + j);
      }
    }
    double[][] covariances = covariances(vectors, centred);
    double[] held = new double[width];
    Arrays.setAll(held, axis -> variance(covariances, axes[axis]));
    double[] best = eigenvalues(covariances);
    assertEquals(sum(best, width), sum(held, width), 0.01 * sum(best, width));
    for (int axis = 1; axis < width; axis++) {
      assertTrue(held[axis] <= held[axis - 1] * 1.001 + 1e-6 * best[0], Arrays.toString(held));
    }
  }

  @Test
  void theyAreTheSameWithAnyNumberOfThreads_seed8() throws InterruptedException {
    float[][] vectors = vectors(1700, 33, new Random(8));
    MemorySegment one = stored(train(vectors, true, 12, 8, 1));
    assertEquals(-1, one.mismatch(stored(train(vectors, true, 12, 8, 3))));
    assertTrue(one.mismatch(stored(train(vectors, false, 12, 8, 3))) >= 0);
  }

  @Test
  void ofVectorsThatAreAllTheSameOrZeroTheyAreOrthonormalToo_seed9() throws InterruptedException {
    float[][] same = new float[30][12];
    for (float[][] vectors : new float[][][] {same, filled(same.clone())}) {
      for (boolean centred : new boolean[] {false, true}) {
        double[][] axes = axes(train(vectors, centred, 5, 9, 1)); // Checks that they are.
        assertEquals(5, axes.length);
      }
    }
  }

  @Test
  void itEndsWhenToldToAndRefusesWhatItCannotLearn_seed10() {
    float[][] vectors = vectors(600, 10, new Random(10));
    assertThrows(
        CancellationException.class,
        () ->
            train(
                vectors,
                true,
                3,
                10,
                2,
                () -> {
                  throw new CancellationException("enough");
                }));
    assertThrows(IllegalArgumentException.class, () -> train(vectors, true, 0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> train(vectors, true, 11, 1, 1));
  }

  @Test
  void theNarrowestPrefixIsFoundThatHoldsAShareOfDistances_seed12() {
    Random random = new Random(12);
    VectorSpace space = new VectorSpace(8, Metric.EUCLIDEAN);
    VectorRows rows = VectorRows.reserve(space, 400, arena);
    double[] deviations = {10, 5, 3, 1, 1, 1, 1, 1}; // Squares 100, 25, 9 and five times 1.
    float[] row = new float[8];
    for (int i = 0; i < 400; i++) {
      for (int j = 0; j < row.length; j++) {
        row[j] = (float) (50 + deviations[j] * random.nextGaussian());
      }
      rows.set(i, row);
    }
    int[] all = IntStream.range(0, 400).toArray();
    Projection projection = Projection.asIs(8, 6);
    List<Integer> widths = List.of(1, 2, 6);
    // On average over pairs of the shares of each pair, which far pairs do not outweigh.
    assertEquals(1, projection.holding(0.5, widths, rows, all, 1).orElseThrow().width());
    assertEquals(2, projection.holding(0.75, widths, rows, all, 1).orElseThrow().width());
    assertEquals(6, projection.holding(0.9, widths, rows, all, 1).orElseThrow().width());
    assertEquals(Optional.empty(), projection.holding(0.99, widths, rows, all, 1));
  }

  @Test
  void whatIsNoSetOfAxesIsRefused_seed11() throws InterruptedException {
    MemorySegment axes = stored(train(vectors(100, 6, new Random(11)), true, 2, 1, 1));
    assertEquals(128, axes.byteSize());
    assertThrows(IllegalArgumentException.class, () -> Projection.map(6, 3, axes));
    assertThrows(IllegalArgumentException.class, () -> Projection.map(20, 2, axes));
    MemorySegment copy = arena.allocate(128, 64).copyFrom(axes);
    copy.set(Points.FLOAT, 0, copy.get(Points.FLOAT, 0) + 0.01f);
    assertThrows(IllegalArgumentException.class, () -> Projection.map(6, 2, copy));
    MemorySegment.copy(axes, 0, copy, 64, 64); // Twice the same.
    assertThrows(IllegalArgumentException.class, () -> Projection.map(6, 2, copy));
  }

  private static float[][] filled(float[][] vectors) {
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = new float[vectors[i].length];
      Arrays.fill(vectors[i], 3);
    }
    return vectors;
  }

  /// Of coordinates that vary by less and less along directions that are mixed, round a centre.
  private static float[][] vectors(int count, int dimension, Random random) {
    double[][] mixed = new double[dimension][dimension];
    for (double[] direction : mixed) {
      for (int i = 0; i < dimension; i++) {
        direction[i] = random.nextGaussian() / Math.sqrt(dimension);
      }
    }
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      Arrays.fill(vector, 0.4f);
      for (int direction = 0; direction < dimension; direction++) {
        double size = random.nextGaussian() * Math.pow(0.9, direction);
        for (int i = 0; i < dimension; i++) {
          vector[i] += (float) (size * mixed[direction][i]);
        }
      }
    }
    return vectors;
  }

  private Projection train(float[][] vectors, boolean centred, int width, long seed, int threads)
      throws InterruptedException {
    return train(vectors, centred, width, seed, threads, () -> {});
  }

  private Projection train(
      float[][] vectors, boolean centred, int width, long seed, int threads, Runnable step)
      throws InterruptedException {
    int dimension = vectors[0].length;
    MemorySegment memory = arena.allocate(4L * vectors.length * dimension, 64);
    for (int i = 0; i < vectors.length; i++) {
      MemorySegment.copy(vectors[i], 0, memory, Points.FLOAT, 4L * i * dimension, dimension);
    }
    Points points = new Points(memory, 0, 4L * dimension, dimension);
    int[] all = IntStream.range(0, vectors.length).toArray();
    return PrincipalComponents.train(points, all, centred, width, seed, threads, arena, step);
  }

  private static MemorySegment stored(Projection projection) {
    return projection.stored().orElseThrow();
  }

  private static double[][] axes(Projection projection) {
    double[][] axes = new double[projection.width()][projection.dimension()];
    long stride = stored(projection).byteSize() / projection.width();
    for (int axis = 0; axis < axes.length; axis++) {
      for (int i = 0; i < axes[axis].length; i++) {
        axes[axis][i] = stored(projection).get(Points.FLOAT, axis * stride + 4L * i);
      }
    }
    return axes;
  }

  private static double[][] covariances(float[][] vectors, boolean centred) {
    int dimension = vectors[0].length;
    double[] means = new double[dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        means[i] += centred ? (double) vector[i] / vectors.length : 0;
      }
    }
    double[][] covariances = new double[dimension][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        for (int j = 0; j < dimension; j++) {
          covariances[i][j] += (vector[i] - means[i]) * (vector[j] - means[j]);
        }
      }
    }
    return covariances;
  }

  private static double variance(double[][] covariances, double[] axis) {
    double sum = 0;
    for (int i = 0; i < axis.length; i++) {
      sum += axis[i] * dot(covariances[i], axis);
    }
    return sum;
  }

  /// By turning pairs of coordinates until nothing is left beside the diagonal; descending.
  private static double[] eigenvalues(double[][] symmetric) {
    int n = symmetric.length;
    double[][] a = Arrays.stream(symmetric).map(double[]::clone).toArray(double[][]::new);
    for (int sweep = 0; sweep < 30; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          double angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
          turn(a, p, q, Math.cos(angle), Math.sin(angle));
        }
      }
    }
    return IntStream.range(0, n)
        .mapToDouble(i -> -a[i][i])
        .sorted()
        .map(negative -> -negative)
        .toArray();
  }

  private static void turn(double[][] a, int p, int q, double cosine, double sine) {
    for (int i = 0; i < a.length; i++) {
      double ofP = a[i][p];
      double ofQ = a[i][q];
      a[i][p] = cosine * ofP - sine * ofQ;
      a[i][q] = sine * ofP + cosine * ofQ;
    }
    for (int i = 0; i < a.length; i++) {
      double ofP = a[p][i];
      double ofQ = a[q][i];
      a[p][i] = cosine * ofP - sine * ofQ;
      a[q][i] = sine * ofP + cosine * ofQ;
    }
  }

  private static double sum(double[] values, int count) {
    return Arrays.stream(values).limit(count).sum();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}

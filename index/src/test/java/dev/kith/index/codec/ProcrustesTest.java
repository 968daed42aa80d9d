package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.kernel.Points;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Matrices are made of factors that are known, `U S V'`: the orthogonal matrix nearest to one is
/// `U V'`.
final class ProcrustesTest {
  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest(name = "{0} dimensions, condition {1}, {2} threads, seed {3}")
  @CsvSource({
    "1, 1, 1, 1",
    "2, 10, 1, 2",
    "5, 1, 1, 3",
    "24, 100, 1, 4",
    "61, 30, 2, 5",
    "200, 100, 2, 6"
  })
  void theNearestOrthogonalMatrixIsFound_seed(
      int dimension, double condition, int threads, long seed) throws InterruptedException {
    Random random = new Random(seed);
    double[][] u = OrthogonalRotationTest.orthogonal(dimension, random);
    double[][] v = OrthogonalRotationTest.orthogonal(dimension, random);
    double[] singular = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      singular[i] = 1e6 * Math.pow(condition, -random.nextDouble());
    }
    MemorySegment found = OrthogonalRotation.identity(dimension, arena);
    solve(product(u, singular, v), found, threads);
    double[] ones = new double[dimension];
    Arrays.fill(ones, 1);
    double[] expected = product(u, ones, v);
    // The anchor, a ten-thousandth as large, tells more where singular values are small.
    double bound = 1e-5 + 1e-3 * condition;
    for (int i = 0; i < dimension * dimension; i++) {
      assertEquals(expected[i], at(found, dimension, i / dimension, i % dimension), bound);
    }
    assertOrthogonal(found, dimension);
  }

  @ParameterizedTest(name = "rank {0}, seed {1}")
  @CsvSource({"0, 7", "1, 8", "20, 9", "39, 10"})
  void whatAMatrixLeavesOpenStaysAndNothingGetsWorse_seed(int rank, long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    double[][] u = OrthogonalRotationTest.orthogonal(40, random);
    double[][] v = OrthogonalRotationTest.orthogonal(40, random);
    double[] singular = new double[40];
    for (int i = 0; i < rank; i++) {
      singular[i] = 1 + random.nextDouble();
    }
    double[] matrix = product(u, singular, v);
    MemorySegment found = OrthogonalRotation.identity(40, arena);
    double before = inner(matrix, found);
    solve(matrix, found, 1);
    assertOrthogonal(found, 40);
    double most = Arrays.stream(singular).sum();
    assertTrue(inner(matrix, found) >= before - 1e-5 * most);
    assertEquals(most, inner(matrix, found), 2e-3 * most + 1e-9);
  }

  @Test
  void aMatrixThatTurnsTheAnchorAboutOrIsNotFiniteLeavesARotation() throws InterruptedException {
    for (double entry : new double[] {-1, 0, Double.NaN, Double.POSITIVE_INFINITY, 1e-200}) {
      double[] matrix = new double[100];
      for (int i = 0; i < 10; i++) {
        matrix[i * 11] = entry;
      }
      MemorySegment found = OrthogonalRotation.identity(10, arena);
      solve(matrix, found, 1);
      assertOrthogonal(found, 10);
      if (entry < 0) {
        assertEquals(-1, at(found, 10, 3, 3), 1e-5);
      }
    }
  }

  private void solve(double[] matrix, MemorySegment anchor, int threads)
      throws InterruptedException {
    int dimension = (int) Math.sqrt(matrix.length);
    try (Procrustes procrustes = new Procrustes(dimension, threads, arena)) {
      procrustes.solve(matrix, anchor);
    }
  }

  static void assertOrthogonal(MemorySegment matrix, int dimension) {
    for (int row = 0; row < dimension; row++) {
      for (int other = 0; other <= row; other++) {
        double product = 0;
        for (int i = 0; i < dimension; i++) {
          product += at(matrix, dimension, row, i) * at(matrix, dimension, other, i);
        }
        assertEquals(row == other ? 1 : 0, product, 1e-5);
      }
    }
  }

  private static double inner(double[] matrix, MemorySegment other) {
    int dimension = (int) Math.sqrt(matrix.length);
    double sum = 0;
    for (int i = 0; i < matrix.length; i++) {
      sum += matrix[i] * at(other, dimension, i / dimension, i % dimension);
    }
    return sum;
  }

  private static double at(MemorySegment matrix, int dimension, int row, int column) {
    return matrix.get(Points.FLOAT, row * OrthogonalRotation.strideBytes(dimension) + 4L * column);
  }

  private static double[] product(double[][] u, double[] singular, double[][] v) {
    int dimension = u.length;
    double[] product = new double[dimension * dimension];
    for (int row = 0; row < dimension; row++) {
      for (int column = 0; column < dimension; column++) {
        for (int i = 0; i < dimension; i++) {
          product[row * dimension + column] += u[row][i] * singular[i] * v[column][i];
        }
      }
    }
    return product;
  }
}

package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OrthogonalRotationTest {
  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest(name = "{0} dimensions, seed {1}")
  @CsvSource({"1, 1", "2, 2", "7, 3", "16, 4", "33, 5", "100, 6"})
  void coordinatesAreTheProductsWithTheRows_seed(int dimension, long seed) {
    Random random = new Random(seed);
    double[][] matrix = orthogonal(dimension, random);
    OrthogonalRotation rotation = rotation(matrix);
    assertEquals(dimension, rotation.dimension());
    int count = 13;
    MemorySegment vectors = arena.allocate(4L * count * dimension + 4, 64);
    Points points = new Points(vectors, 4, 4L * dimension, dimension);
    for (long at = 4; at < vectors.byteSize(); at += 4) {
      vectors.set(Points.FLOAT, at, (float) random.nextGaussian());
    }
    float[] many = new float[count * dimension];
    Columns columns = rotation.columns(arena);
    int[] all = IntStream.range(0, count).toArray();
    new RowProducts().products(columns, points, all, 0, count, many);
    for (int vector = 0; vector < count; vector++) {
      float[] rotated = new float[dimension + 3];
      rotated[dimension + 2] = 7; // What was there before.
      rotation.rotate(vectors, points.at(vector), dimension, rotated);
      for (int row = 0; row < dimension; row++) {
        double expected = 0;
        for (int i = 0; i < dimension; i++) {
          expected += matrix[row][i] * vectors.get(Points.FLOAT, points.at(vector) + 4L * i);
        }
        assertEquals(expected, rotated[row], 1e-5);
        assertEquals(expected, many[vector * dimension + row], 1e-5);
      }
      for (int i = dimension; i < rotated.length; i++) {
        assertEquals(0, rotated[i]);
      }
    }
  }

  @Test
  void whatIsStoredIsReadAgain_seed7() {
    OrthogonalRotation rotation = rotation(orthogonal(20, new Random(7)));
    MemorySegment kept = arena.allocate(rotation.stored().byteSize(), 64);
    OrthogonalRotation read = OrthogonalRotation.map(20, kept.copyFrom(rotation.stored()));
    MemorySegment vector = arena.allocate(80);
    vector.set(Points.FLOAT, 12, 2);
    float[] expected = new float[20];
    float[] rotated = new float[20];
    rotation.rotate(vector, 0, 20, expected);
    read.rotate(vector, 0, 20, rotated);
    assertArrayEquals(expected, rotated);
  }

  @Test
  void matricesThatAreNoRotationAreRefused_seed8() {
    assertEquals(20 * 128, OrthogonalRotation.storedBytes(20));
    OrthogonalRotation rotation = rotation(orthogonal(20, new Random(8)));
    MemorySegment stored = rotation.stored();
    assertRefused(20, stored.asSlice(0, stored.byteSize() - 4), "take");
    assertRefused(19, stored, "take");
    assertRefused(0, arena.allocate(64, 64), "dimension");
    assertRefused(4097, stored, "dimension");
    MemorySegment askew = arena.allocate(stored.byteSize() + 64, 64);
    assertRefused(20, askew.asSlice(8, stored.byteSize()), "64 bytes");
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1.1f}) {
      MemorySegment damaged = arena.allocate(stored.byteSize(), 64).copyFrom(stored);
      damaged.set(Points.FLOAT, 5 * 128, wrong);
      assertRefused(20, damaged, "row 5 of a rotation must be of length one");
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> rotation.rotate(arena.allocate(80), 0, 19, new float[20]));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> rotation.rotate(arena.allocate(79), 0, 20, new float[20]));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> rotation.rotate(arena.allocate(80), 0, 20, new float[19]));
  }

  private static void assertRefused(int dimension, MemorySegment matrix, String expected) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> OrthogonalRotation.map(dimension, matrix));
    assertTrue(refused.toString().contains(expected), refused::toString);
  }

  private OrthogonalRotation rotation(double[][] matrix) {
    int dimension = matrix.length;
    MemorySegment stored = arena.allocate(OrthogonalRotation.storedBytes(dimension), 64);
    for (int row = 0; row < dimension; row++) {
      for (int i = 0; i < dimension; i++) {
        long at = row * OrthogonalRotation.strideBytes(dimension) + 4L * i;
        stored.set(Points.FLOAT, at, (float) matrix[row][i]);
      }
    }
    return OrthogonalRotation.map(dimension, stored);
  }

  /// Random rows, each made orthogonal to those before it.
  static double[][] orthogonal(int dimension, Random random) {
    double[][] rows = new double[dimension][dimension];
    for (int row = 0; row < dimension; row++) {
      for (int i = 0; i < dimension; i++) {
        rows[row][i] = random.nextGaussian();
      }
      for (int pass = 0; pass < 2; pass++) {
        for (int before = 0; before < row; before++) {
          double product = dot(rows[row], rows[before]);
          for (int i = 0; i < dimension; i++) {
            rows[row][i] -= product * rows[before][i];
          }
        }
      }
      double length = Math.sqrt(dot(rows[row], rows[row]));
      for (int i = 0; i < dimension; i++) {
        rows[row][i] /= length;
      }
    }
    return rows;
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }
}

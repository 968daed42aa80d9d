package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GridKernelTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final GridKernel simd = new SimdGridKernel();
  private final GridKernel scalar = GridKernel.scalar();

  @Test
  void theBestOneIsTheSimdOneWhereTheModuleIsPresent() {
    assertInstanceOf(SimdGridKernel.class, GridKernel.best());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void bothFindTheSameCodesAndSumsAtAnyDimensionAndOffset_seed(long seed) {
    Random random = new Random(seed);
    for (int dimension = 16; dimension <= 4160; dimension += 16 * random.nextInt(1, 20)) {
      float[] centre = random(dimension, random);
      float[] row = random(dimension, random);
      int offset = 4 * random.nextInt(40) + random.nextInt(4);
      for (int bits = 1; bits <= 2; bits++) {
        float perWidth = random.nextFloat(0.5f, 4);
        GridRow expected = run(scalar, bits, centre, row, offset, perWidth);
        GridRow found = run(simd, bits, centre, row, offset, perWidth);
        assertArrayEquals(expected.difference, found.difference);
        assertArrayEquals(expected.codes, found.codes, "bits " + bits);
        double lengths = Math.sqrt(expected.squaredNorm * dot(centre, centre));
        assertEquals(expected.squaredNorm, found.squaredNorm, 1e-6 * expected.squaredNorm);
        assertEquals(expected.withCentre, found.withCentre, 1e-6 * lengths);
        assertEquals(expected.gridWithRow, found.gridWithRow, 1e-6 * expected.gridWithRow);
        assertEquals(
            expected.gridWithCentre, found.gridWithCentre, 1e-6 * dimension * norm(centre));
      }
    }
  }

  @Test
  void codesAreTheNearestPointsOfTheGrid_seed4() {
    Random random = new Random(4);
    float[] centre = random(112, random);
    float[] row = random(112, random);
    float perWidth = 2;
    for (GridKernel kernel : new GridKernel[] {scalar, simd}) {
      for (int bits = 1; bits <= 2; bits++) {
        GridRow result = run(kernel, bits, centre, row, 0, perWidth);
        int top = (1 << bits) - 1;
        for (int i = 0; i < row.length; i++) {
          int at = i * bits;
          int level = (result.codes[at / 4] >> (at % 4)) & top;
          double inWidths = (row[i] - centre[i]) * (double) perWidth;
          for (int other = 0; other <= top; other++) {
            assertTrue(
                Math.abs(inWidths - (level - top / 2.0))
                    <= Math.abs(inWidths - (other - top / 2.0)) + 1e-6,
                "coordinate %d is %f, level %d".formatted(i, inWidths, level));
          }
        }
        for (byte code : result.codes) {
          assertTrue(code >= 0 && code < 16);
        }
      }
    }
  }

  @Test
  void coordinatesOnABoundaryAreRoundedTheSameWay() {
    float[] row = new float[16];
    float[] edges = {0, -0f, 1, -1, Math.nextDown(1f), Math.nextUp(-1f), 1e-40f, -1e-40f};
    System.arraycopy(edges, 0, row, 0, edges.length);
    for (int bits = 1; bits <= 2; bits++) {
      for (float perWidth : new float[] {0, 1, 1e-30f}) {
        assertArrayEquals(
            run(scalar, bits, new float[16], row, 0, perWidth).codes,
            run(simd, bits, new float[16], row, 0, perWidth).codes);
      }
    }
  }

  @Test
  void aRowEqualToItsCentreHasNoLength_seed5() {
    float[] centre = random(48, new Random(5));
    for (GridKernel kernel : new GridKernel[] {scalar, simd}) {
      GridRow result = run(kernel, 2, centre, centre, 0, 0);
      assertEquals(0, result.squaredNorm);
      assertEquals(0, result.withCentre);
      assertEquals(0, result.gridWithRow);
    }
  }

  @Test
  void operandsThatAreTooShortAreRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(2 * 64L, 64);
      GridRow result = new GridRow(16);
      for (GridKernel kernel : new GridKernel[] {scalar, simd}) {
        for (long offset : new long[] {-1, 65, Long.MAX_VALUE, Long.MIN_VALUE}) {
          assertThrows(
              IndexOutOfBoundsException.class,
              () -> kernel.subtract(new float[16], rows, offset, result));
        }
        assertThrows(
            IndexOutOfBoundsException.class, () -> kernel.subtract(new float[15], rows, 0, result));
        assertThrows(
            IndexOutOfBoundsException.class, () -> kernel.round(new float[15], 1, 1, result));
      }
    }
    for (int dimension : new int[] {-16, 0, 8, 17}) {
      assertThrows(IllegalArgumentException.class, () -> new GridRow(dimension));
    }
  }

  private static GridRow run(
      GridKernel kernel, int bits, float[] centre, float[] row, int offset, float perWidth) {
    GridRow result = new GridRow(row.length);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(offset + 4L * row.length, 64);
      MemorySegment.copy(row, 0, rows, FLOAT, offset, row.length);
      kernel.subtract(centre, rows, offset, result);
      kernel.round(centre, bits, perWidth, result);
    }
    return result;
  }

  private static float[] random(int length, Random random) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double norm(float[] values) {
    return Math.sqrt(dot(values, values));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}

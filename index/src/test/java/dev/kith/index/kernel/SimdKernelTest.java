package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Holds both kernels to sums in doubles over Java arrays, in every dimension from 1 to 2,100, at
/// every alignment, between guards of NaN that a load outside the vectors would bring in.
final class SimdKernelTest {
  private static final int MAX_DIMENSION = 2100;
  private static final int ROWS = 5;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorKernel simd = new SimdKernel();
  private final VectorKernel scalar = VectorKernel.scalar();

  /// Which coordinates to try; a magnitude is a power of two.
  enum Coordinates {
    ORDINARY(-4, 4),
    DENORMAL(-149, -127),
    TINY(-149, -60),
    LARGE(40, 50),
    MIXED(-149, 50),
    /// Sums of squares overflow a float, in one product or over many; the cosine must not care.
    HUGE(60, 127),
    /// From one end of the floats to the other, zeros of both signs included.
    EXTREME(-149, 127);

    final int minExponent;
    final int maxExponent;

    Coordinates(int minExponent, int maxExponent) {
      this.minExponent = minExponent;
      this.maxExponent = maxExponent;
    }

    float next(Random random) {
      if (this == EXTREME && random.nextInt(8) == 0) {
        return random.nextBoolean() ? 0f : -0f;
      }
      float magnitude = Math.scalb(1f, random.nextInt(minExponent, maxExponent + 1));
      float value = magnitude * random.nextFloat(1, 2);
      return random.nextBoolean() ? value : -value;
    }
  }

  @ParameterizedTest
  @EnumSource(Coordinates.class)
  void agreesWithSumsInDoublesInEveryDimensionFrom1To2100(Coordinates coordinates) {
    Random random = new Random(coordinates.name().hashCode());
    try (Arena arena = Arena.ofConfined()) {
      for (int dimension = 1; dimension <= MAX_DIMENSION; dimension++) {
        Case tried =
            new Case(
                dimension,
                coordinates,
                random,
                arena.allocate(4L * (ROWS + 1) * (dimension + 32), 64));
        tried.check(simd);
        if (dimension % 16 < 2) {
          tried.check(scalar);
        }
      }
    }
  }

  @Test
  void theCosineOfAVectorAndItselfIsOneAndOfItsOppositeMinusOneAtEveryMagnitude() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vectors = arena.allocate(8 * 33);
      for (int exponent = -149; exponent <= 127; exponent++) {
        for (int i = 0; i < 33; i++) {
          vectors.setAtIndex(FLOAT, i, Math.scalb(1f, exponent));
          vectors.setAtIndex(FLOAT, 33 + i, -Math.scalb(1f, exponent));
        }
        for (VectorKernel kernel : new VectorKernel[] {simd, scalar}) {
          assertEquals(1f, kernel.cosine(vectors, 0, vectors, 0, 33), 1e-6f);
          assertEquals(-1f, kernel.cosine(vectors, 0, vectors, 4 * 33, 33), 1e-6f);
          assertTrue(kernel.cosine(vectors, 0, vectors, 0, 33) <= 1);
        }
      }
    }
  }

  @Test
  void theCosineOfAZeroVectorIsZero() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zero = arena.allocate(4 * 40);
      MemorySegment ones = arena.allocate(4 * 40);
      for (int i = 0; i < 40; i++) {
        ones.setAtIndex(FLOAT, i, 1);
      }
      for (VectorKernel kernel : new VectorKernel[] {simd, scalar}) {
        assertEquals(0f, kernel.cosine(zero, 0, ones, 0, 40));
        assertEquals(0f, kernel.cosine(ones, 0, zero, 0, 40));
        assertEquals(0f, kernel.cosine(zero, 0, zero, 0, 40));
        FourRows four = new FourRows();
        kernel.cosine4(ones, 0, zero, four, 40);
        assertEquals(0f, four.result3);
      }
    }
  }

  @Test
  void anOperandOutsideItsSegmentIsRefusedBeforeAnythingIsRead() {
    try (Arena arena = Arena.ofConfined()) {
      for (VectorKernel kernel : new VectorKernel[] {simd, scalar}) {
        OperandsOutOfBounds.assertRefused(kernel, arena, SimdKernelTest::expectRefusal);
      }
    }
  }

  @Test
  void aFreedSegmentIsRefused() {
    MemorySegment freed;
    try (Arena arena = Arena.ofShared()) {
      freed = arena.allocate(1024, 64);
    }
    assertThrows(IllegalStateException.class, () -> simd.dot(freed, 0, freed, 0, 256));
    assertThrows(IllegalStateException.class, () -> simd.squaredDistance(freed, 0, freed, 0, 256));
  }

  @Test
  void theBestKernelIsTheSimdOneWhereTheModuleIsPresent() {
    assertInstanceOf(SimdKernel.class, VectorKernel.best());
    assertTrue(KernelChoice.isSimd("simd", true));
    assertFalse(KernelChoice.isSimd("simd", false));
    assertFalse(KernelChoice.isSimd("scalar", true));
    assertThrows(IllegalArgumentException.class, () -> KernelChoice.isSimd("turbo", true));
  }

  private static void expectRefusal(Runnable call) {
    assertThrows(IndexOutOfBoundsException.class, call::run);
  }

  /// One query and five rows in one segment, each at its own odd place between guards.
  private static final class Case {
    private final int dimension;
    private final float[] query;
    private final float[][] rows = new float[ROWS][];
    private final MemorySegment memory;
    private final long queryOffset;
    private final long[] offsets = new long[ROWS];

    Case(int dimension, Coordinates coordinates, Random random, MemorySegment memory) {
      this.dimension = dimension;
      this.memory = memory;
      for (long i = 0; i < memory.byteSize() / 4; i++) {
        memory.setAtIndex(FLOAT, i, Float.NaN);
      }
      this.query = vector(coordinates, random);
      this.queryOffset = place(query, 0, random);
      for (int row = 0; row < ROWS; row++) {
        rows[row] = vector(coordinates, random);
        offsets[row] = place(rows[row], row + 1, random);
      }
    }

    private float[] vector(Coordinates coordinates, Random random) {
      float[] vector = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        vector[i] = coordinates.next(random);
      }
      return vector;
    }

    private long place(float[] vector, int slot, Random random) {
      long offset = slot * 4L * (dimension + 32) + 4 + random.nextInt(64);
      MemorySegment.copy(vector, 0, memory, FLOAT, offset, dimension);
      return offset;
    }

    void check(VectorKernel kernel) {
      FourRows four = new FourRows();
      four.offset0 = offsets[0];
      four.offset1 = offsets[1];
      four.offset2 = offsets[2];
      four.offset3 = offsets[3];
      for (int row = 0; row < ROWS; row++) {
        long offset = offsets[row];
        checkDot(rows[row], kernel.dot(memory, queryOffset, memory, offset, dimension));
        checkDistance(
            rows[row], kernel.squaredDistance(memory, queryOffset, memory, offset, dimension));
        checkCosine(rows[row], kernel.cosine(memory, queryOffset, memory, offset, dimension));
      }
      kernel.dot4(memory, queryOffset, memory, four, dimension);
      float[] results = results(four);
      for (int row = 0; row < 4; row++) {
        checkDot(rows[row], results[row]);
      }
      kernel.squaredDistance4(memory, queryOffset, memory, four, dimension);
      results = results(four);
      for (int row = 0; row < 4; row++) {
        checkDistance(rows[row], results[row]);
      }
      FourRows second = new FourRows();
      second.offset0 = offsets[4];
      second.offset1 = offsets[3];
      second.offset2 = offsets[2];
      second.offset3 = offsets[1];
      kernel.dot8(memory, queryOffset, memory, four, second, dimension);
      results = results(four);
      float[] more = results(second);
      for (int place = 0; place < 4; place++) {
        checkDot(rows[place], results[place]);
        checkDot(rows[4 - place], more[place]);
      }
      kernel.squaredDistance8(memory, queryOffset, memory, four, second, dimension);
      results = results(four);
      more = results(second);
      for (int place = 0; place < 4; place++) {
        checkDistance(rows[place], results[place]);
        checkDistance(rows[4 - place], more[place]);
      }
      kernel.cosine4(memory, queryOffset, memory, four, dimension);
      results = results(four);
      for (int row = 0; row < 4; row++) {
        checkCosine(rows[row], results[row]);
      }
    }

    private static float[] results(FourRows four) {
      return new float[] {four.result0, four.result1, four.result2, four.result3};
    }

    private void checkDot(float[] row, float actual) {
      double sum = 0;
      double magnitude = 0;
      for (int i = 0; i < dimension; i++) {
        double product = (double) query[i] * row[i];
        sum += product;
        magnitude += Math.abs(product);
      }
      if (magnitude < Float.MAX_VALUE / 2) {
        assertEquals(sum, actual, tolerance(magnitude), this::toString);
      }
      // Beyond, partial sums may be infinite: any result is in order, even NaN (see VectorKernel).
    }

    private void checkDistance(float[] row, float actual) {
      double sum = 0;
      for (int i = 0; i < dimension; i++) {
        double difference = (double) query[i] - row[i];
        sum += difference * difference;
      }
      if (sum < Float.MAX_VALUE / 2) {
        assertEquals(sum, actual, tolerance(sum), this::toString);
      }
      assertTrue(actual >= 0, "a squared distance is never negative nor NaN");
      assertTrue(sum < 2.0 * Float.MAX_VALUE || actual == Float.POSITIVE_INFINITY);
    }

    private void checkCosine(float[] row, float actual) {
      double dot = 0;
      double norm = 0;
      double rowNorm = 0;
      for (int i = 0; i < dimension; i++) {
        dot += (double) query[i] * row[i];
        norm += (double) query[i] * query[i];
        rowNorm += (double) row[i] * row[i];
      }
      double expected = norm == 0 || rowNorm == 0 ? 0 : dot / Math.sqrt(norm) / Math.sqrt(rowNorm);
      assertFalse(Float.isNaN(actual));
      assertEquals(expected, actual, 1e-7 * (dimension / 4.0 + 16), this::toString);
    }

    /// Each lane adds at most `dimension / 4` terms, each addition rounds to within half a unit in
    /// the last place of a partial sum, and what is below the smallest float is lost.
    private double tolerance(double magnitude) {
      return magnitude * (dimension / 4.0 + 16) * 0x1p-24 + (double) dimension * Float.MIN_VALUE;
    }

    @Override
    public String toString() {
      return "%d dimensions, query at %d, rows at %s"
          .formatted(dimension, queryOffset, Arrays.toString(offsets));
    }
  }
}

package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Holds the kernels of 16-bit numbers to sums in doubles over arrays, in every even dimension from
/// 2 to 600, at every alignment, between guards of NaN that a load outside the vectors would bring
/// in.
final class HalfKernelTest {
  private static final int ROWS = 4;
  private static final int MAX_DIMENSION = 600;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @ParameterizedTest(name = "{0}, seed {1}, rows 2^[{2}, {3}], query 2^[{4}, {5}]")
  @CsvSource({
    "F16, 1, -4, 2, -4, 2",
    "F16, 2, -24, -15, -10, 10", // Sub-normal halves.
    "F16, 3, -24, 15, -20, 20",
    "F16, 4, 10, 15, 30, 60",
    "F16, 5, -10, 10, -149, -100",
    "BF16, 6, -4, 2, -4, 2",
    "BF16, 7, -133, -126, -10, 10", // Sub-normal in this format.
    "BF16, 8, -40, 40, -40, 40",
    "BF16, 9, 40, 50, -149, -100"
  })
  void agreesWithSumsInDoubles(
      HalfFormat format, long seed, int least, int most, int leastQuery, int mostQuery) {
    Random random = new Random(seed);
    HalfKernel simd = format == HalfFormat.F16 ? new SimdF16Kernel() : new SimdBf16Kernel();
    for (int dimension = 2; dimension <= MAX_DIMENSION; dimension += 2) {
      float[] query = new float[dimension];
      float[][] rows = new float[ROWS][dimension];
      for (int i = 0; i < dimension; i++) {
        query[i] = draw(random, leastQuery, mostQuery);
        for (float[] row : rows) {
          row[i] = format.decode(format.encode(draw(random, least, most)));
        }
      }
      try (Arena arena = Arena.ofConfined()) {
        Case tried = new Case(format, query, rows, random, arena);
        tried.check(simd);
        if (dimension % 16 < 4) {
          tried.check(HalfKernel.scalar(format));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(HalfFormat.class)
  void everyFiniteNumberOf16BitsIsReadAsWhatItIs(HalfFormat format) {
    int dimension = 64;
    HalfKernel kernel = HalfKernel.best(format);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment query = arena.allocate(4L * dimension, 64);
      MemorySegment row = arena.allocate(2L * dimension, 64);
      for (int bits = 0; bits <= 0xFFFF; bits++) {
        float value = format.decode((short) bits);
        if (Float.isInfinite(value) || Float.isNaN(value)) {
          continue;
        }
        int place = bits % dimension;
        query.setAtIndex(FLOAT, place, 1);
        row.setAtIndex(SHORT, slot(place, dimension), (short) bits);
        assertEquals(value + 0f, kernel.dot(query, 0, row, 0, dimension), 0f);
        query.setAtIndex(FLOAT, place, value);
        assertEquals(0f, kernel.squaredDistance(query, 0, row, 0, dimension), 0f);
        query.setAtIndex(FLOAT, place, 0);
        row.setAtIndex(SHORT, slot(place, dimension), (short) 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(HalfFormat.class)
  void whateverARowHoldsADistanceIsNeverNegative(HalfFormat format) {
    Random random = new Random(11);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment query = arena.allocate(4 * 64, 64);
      MemorySegment row = arena.allocate(2 * 64, 64);
      for (int round = 0; round < 2000; round++) {
        for (int i = 0; i < 64; i++) {
          query.setAtIndex(FLOAT, i, draw(random, -20, 20));
          row.setAtIndex(SHORT, i, (short) random.nextInt());
        }
        float distance = HalfKernel.best(format).squaredDistance(query, 0, row, 0, 64);
        assertTrue(distance >= 0 || Float.isNaN(distance));
      }
    }
  }

  @Test
  void anOddDimensionIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(256);
      for (HalfFormat format : HalfFormat.values()) {
        for (HalfKernel kernel : List.of(HalfKernel.best(format), HalfKernel.scalar(format))) {
          assertThrows(IllegalArgumentException.class, () -> kernel.dot(memory, 0, memory, 0, 33));
        }
      }
    }
  }

  private static float draw(Random random, int least, int most) {
    if (random.nextInt(16) == 0) {
      return random.nextBoolean() ? 0f : -0f;
    }
    float value = Math.scalb(1f, random.nextInt(least, most + 1)) * random.nextFloat(1, 1.99f);
    return random.nextBoolean() ? value : -value;
  }

  /// Where a coordinate lies in a row, counted in halves.
  private static int slot(int coordinate, int dimension) {
    int words = dimension / 2;
    return coordinate < words ? 2 * coordinate : 2 * (coordinate - words) + 1;
  }

  /// A query and four rows, each at its own odd place.
  private static final class Case {
    private final float[] query;
    private final float[][] rows;
    private final MemorySegment memory;
    private final long queryOffset;
    private final long[] offsets = new long[ROWS];

    Case(HalfFormat format, float[] query, float[][] rows, Random random, Arena arena) {
      int dimension = query.length;
      this.query = query;
      this.rows = rows;
      this.memory = arena.allocate((ROWS + 2) * 4L * (dimension + 64), 64);
      memory.fill((byte) -1); // NaN in every format.
      this.queryOffset = 1L + random.nextInt(64);
      MemorySegment.copy(query, 0, memory, FLOAT, queryOffset, dimension);
      for (int row = 0; row < ROWS; row++) {
        offsets[row] = (row + 1) * 4L * (dimension + 64) + 1 + random.nextInt(64);
        for (int i = 0; i < dimension; i++) {
          memory.set(SHORT, offsets[row] + 2L * slot(i, dimension), format.encode(rows[row][i]));
        }
      }
    }

    void check(HalfKernel kernel) {
      int dimension = query.length;
      FourRows four = new FourRows();
      four.offset0 = offsets[0];
      four.offset1 = offsets[1];
      four.offset2 = offsets[2];
      four.offset3 = offsets[3];
      kernel.dot4(memory, queryOffset, memory, four, dimension);
      float[] dots = {four.result0, four.result1, four.result2, four.result3};
      kernel.squaredDistance4(memory, queryOffset, memory, four, dimension);
      float[] distances = {four.result0, four.result1, four.result2, four.result3};
      for (int row = 0; row < ROWS; row++) {
        checkDot(rows[row], dots[row]);
        checkDot(rows[row], kernel.dot(memory, queryOffset, memory, offsets[row], dimension));
        checkDistance(rows[row], distances[row]);
        checkDistance(
            rows[row],
            kernel.squaredDistance(memory, queryOffset, memory, offsets[row], dimension));
      }
    }

    private void checkDot(float[] row, float actual) {
      double sum = 0;
      double magnitude = 0;
      for (int i = 0; i < row.length; i++) {
        double product = (double) query[i] * row[i];
        sum += product;
        magnitude += Math.abs(product);
      }
      // What an inner product may lose below its scale: see SimdF16Kernel.
      assertEquals(sum, actual, tolerance(magnitude) + row.length * 0x1p-93, this::toString);
    }

    private void checkDistance(float[] row, float actual) {
      double sum = 0;
      for (int i = 0; i < row.length; i++) {
        double difference = (double) query[i] - row[i];
        sum += difference * difference;
      }
      assertTrue(actual >= 0, this::toString);
      if (sum < Float.MAX_VALUE / 2) {
        assertEquals(sum, actual, tolerance(sum), this::toString);
      }
    }

    private double tolerance(double magnitude) {
      int dimension = query.length;
      return magnitude * (dimension / 4.0 + 16) * 0x1p-24 + (double) dimension * Float.MIN_VALUE;
    }

    @Override
    public String toString() {
      return "%d dimensions, query at %d".formatted(query.length, queryOffset);
    }
  }
}

package dev.kith.index.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VectorRowsTest {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 100, 128, 384, 65_536})
  void everyRowIsAlignedToACacheLineAndPaddedWithZeros(int dimension) {
    VectorSpace space = new VectorSpace(dimension, Metric.DOT);
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = VectorRows.reserve(space, 3, arena);
      float[] ones = new float[dimension];
      Arrays.fill(ones, 1);
      for (int ordinal = 0; ordinal < 3; ordinal++) {
        rows.set(ordinal, ones);
      }
      assertEquals(0, rows.paddedDimension() % 16);
      assertEquals(rows.segment().byteSize(), rows.bytes(3));
      for (int ordinal = 0; ordinal < 3; ordinal++) {
        assertEquals(0, (rows.segment().address() + rows.offset(ordinal)) % 64);
        for (int i = 0; i < rows.paddedDimension(); i++) {
          assertEquals(i < dimension ? 1 : 0, coordinate(rows, ordinal, i));
        }
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void rowsAreKeptBitForBitUnlessTheMetricIsCosine(long seed) {
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      for (Metric metric : Metric.values()) {
        VectorRows rows = VectorRows.reserve(new VectorSpace(37, metric), 10, arena);
        float[] vector = new float[37];
        double norm = 0;
        for (int i = 0; i < 37; i++) {
          vector[i] = random.nextFloat(-1e3f, 1e3f);
          norm += (double) vector[i] * vector[i];
        }
        rows.set(4, vector);
        for (int i = 0; i < 37; i++) {
          if (metric == Metric.COSINE) {
            assertEquals(vector[i] / Math.sqrt(norm), coordinate(rows, 4, i), 1e-7);
          } else {
            assertEquals(vector[i], coordinate(rows, 4, i));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.MIN_VALUE, 1e-40f, 1e-20f, 1, 1e20f, Float.MAX_VALUE})
  void underCosineEveryMagnitudeBecomesLengthOne(float magnitude) {
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = VectorRows.reserve(new VectorSpace(4, Metric.COSINE), 1, arena);
      rows.set(0, new float[] {magnitude, -magnitude, magnitude, magnitude});
      for (int i = 0; i < 4; i++) {
        assertEquals(i == 1 ? -0.5f : 0.5f, coordinate(rows, 0, i), 1e-6f);
      }
    }
  }

  @Test
  void underCosineAVectorWithoutDirectionIsRefusedAndTheRowKeepsItsOldOne() {
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = VectorRows.reserve(new VectorSpace(2, Metric.COSINE), 1, arena);
      rows.set(0, new float[] {0, 5});
      for (float bad : new float[] {0, -0f, Float.NaN, Float.POSITIVE_INFINITY}) {
        assertThrows(IllegalArgumentException.class, () -> rows.set(0, new float[] {bad, 0}));
      }
      assertEquals(1, coordinate(rows, 0, 1));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    VectorSpace space = new VectorSpace(20, Metric.EUCLIDEAN);
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = VectorRows.reserve(space, 2, arena);
      MemorySegment source = arena.allocate(80);
      assertThrows(IndexOutOfBoundsException.class, () -> rows.set(2, source, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> rows.set(-1, source, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> rows.set(0, source, 4));
      assertThrows(IllegalArgumentException.class, () -> rows.set(0, new float[19]));
      assertThrows(IllegalArgumentException.class, () -> rows.set(0, new float[21]));
      VectorRows others = VectorRows.reserve(new VectorSpace(20, Metric.DOT), 2, arena);
      assertThrows(IllegalArgumentException.class, () -> rows.copy(0, others, 0));
      assertThrows(IllegalArgumentException.class, () -> VectorRows.reserve(space, 0, arena));
      MemorySegment mapped = arena.allocate(256, 64);
      assertThrows(IllegalArgumentException.class, () -> VectorRows.map(space, mapped, 1));
      MemorySegment odd = arena.allocate(256 + 4, 64).asSlice(4);
      assertThrows(IllegalArgumentException.class, () -> VectorRows.map(space, odd, 2));
    }
  }

  @Test
  void rowsWrittenToAFileAreTheSameWhenMapped(@TempDir Path folder) throws IOException {
    VectorSpace space = new VectorSpace(10, Metric.COSINE);
    Path file = folder.resolve("rows.kseg");
    try (Arena arena = Arena.ofConfined();
        SectionFileWriter writer = SectionFileWriter.create(file)) {
      VectorRows rows = VectorRows.reserve(space, 100, arena);
      Random random = new Random(1);
      for (int ordinal = 0; ordinal < 7; ordinal++) {
        float[] vector = new float[10];
        for (int i = 0; i < 10; i++) {
          vector[i] = random.nextFloat(-1, 1);
        }
        rows.set(ordinal, vector);
      }
      writer.begin("rows");
      writer.append(rows.segment(), 0, rows.bytes(7));
      writer.commit();
      try (SectionFile mapped = SectionFile.open(file)) {
        VectorRows read = VectorRows.map(space, mapped.section("rows"), 7);
        VectorRows copies = VectorRows.reserve(space, 7, arena);
        for (int ordinal = 0; ordinal < 7; ordinal++) {
          assertArrayEquals(row(rows, ordinal), row(read, ordinal));
          copies.copy(ordinal, read, ordinal);
          assertArrayEquals(row(rows, ordinal), row(copies, ordinal));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 100})
  void packedRowsFollowEachOtherAndAreThoseThatWereCopied(int dimension) {
    VectorSpace space = new VectorSpace(dimension, Metric.DOT);
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = VectorRows.reserve(space, 3, arena);
      // Anywhere a float may be, and no room beyond the last row.
      MemorySegment memory = arena.allocate(4 + 12L * dimension, 64).asSlice(4);
      VectorRows packed = VectorRows.packed(space, memory, 3);
      assertEquals(4L * dimension, VectorRows.packedBytes(space));
      assertEquals(4L * dimension, packed.stride());
      assertEquals(dimension, packed.paddedDimension());
      assertEquals(3, packed.capacity());
      assertEquals(memory.byteSize(), packed.bytes(3));
      Random random = new Random(dimension);
      for (int ordinal = 0; ordinal < 3; ordinal++) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
          vector[i] = random.nextFloat(-1, 1);
        }
        rows.set(ordinal, vector);
        packed.copy(ordinal, rows, ordinal);
      }
      VectorRows copies = VectorRows.reserve(space, 3, arena);
      for (int ordinal = 0; ordinal < 3; ordinal++) {
        assertArrayEquals(Arrays.copyOf(row(rows, ordinal), dimension), row(packed, ordinal));
        copies.copy(ordinal, packed, ordinal);
        assertArrayEquals(row(rows, ordinal), row(copies, ordinal));
      }
    }
  }

  @Test
  void packedRowsOfAnotherLengthAreRefused() {
    VectorSpace space = new VectorSpace(20, Metric.EUCLIDEAN);
    MemorySegment memory = MemorySegment.ofArray(new float[40]);
    assertEquals(2, VectorRows.packed(space, memory, 2).capacity());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> VectorRows.packed(space, memory, 1));
    assertEquals("1 packed rows of 20 dimensions take 80 bytes, got 160", refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> VectorRows.packed(space, memory, -1));
    assertEquals(0, VectorRows.packed(space, memory.asSlice(0, 0), 0).capacity());
  }

  private static float[] row(VectorRows rows, int ordinal) {
    return rows.segment().asSlice(rows.offset(ordinal), rows.bytes(1)).toArray(FLOAT);
  }

  private static float coordinate(VectorRows rows, int ordinal, int i) {
    return rows.segment().get(FLOAT, rows.offset(ordinal) + 4L * i);
  }
}

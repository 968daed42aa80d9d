package dev.kith.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds the kernels of packed levels to sums over arrays, exactly.
final class LevelKernelTest {
  private final List<LevelKernel> kernels = List.of(new SimdLevelKernel(), LevelKernel.scalar());

  @Test
  void theBestKernelIsTheSimdOneWhereTheModuleIsPresent() {
    assertInstanceOf(SimdLevelKernel.class, LevelKernel.best());
  }

  @ParameterizedTest(name = "{0} bits, seed 1")
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void productsAgreeWithSumsForEveryNumberOfChunksFrom1To40(int bits) {
    Random random = new Random(1);
    for (int chunks = 1; chunks <= 40; chunks++) {
      check(chunks, bits, random, bound -> random.nextInt(bound), _ -> random.nextInt(255) - 127);
    }
  }

  @ParameterizedTest(name = "{0} bits, seed 2")
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void theLargestProductsDoNotOverflow(int bits) {
    Random random = new Random(2);
    for (int chunks : new int[] {1, 1024}) {
      check(chunks, bits, random, bound -> bound - 1, _ -> 127);
      check(chunks, bits, random, bound -> bound - 1, _ -> -127);
      check(chunks, bits, random, _ -> 0, _ -> 127);
    }
  }

  private void check(
      int chunks, int bits, Random random, IntUnaryOperator level, IntUnaryOperator weight) {
    byte[] levels = new byte[chunks * LevelKernel.CHUNK];
    int before = random.nextInt(8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment query = arena.allocate(before + 2L * levels.length, 1);
      MemorySegment rows = arena.allocate(before + 8L * bits * chunks, 1);
      int expected = 0;
      for (int i = 0; i < levels.length; i++) {
        levels[i] = (byte) (bits == 8 ? level.applyAsInt(255) - 127 : level.applyAsInt(1 << bits));
        int coordinate = weight.applyAsInt(0);
        query.set(
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
            before + 2L * i,
            (short) coordinate);
        expected += levels[i] * coordinate;
      }
      LevelKernel.pack(levels, bits, rows, before);
      for (LevelKernel kernel : kernels) {
        assertEquals(expected, kernel.dot(query, before, rows, before, chunks, bits));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void everyBitOfARowIsUsed(int bits) {
    byte[] levels = new byte[LevelKernel.CHUNK];
    Arrays.fill(levels, (byte) ((1 << bits) - 1));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(8L * bits, 1);
      LevelKernel.pack(levels, bits, row, 0);
      for (byte set : row.toArray(JAVA_BYTE)) {
        assertEquals(-1, set);
      }
    }
  }

  @Test
  void anOperandOutsideItsSegmentIsRefusedBeforeAnythingIsRead() {
    try (Arena arena = Arena.ofConfined()) {
      for (LevelKernel kernel : kernels) {
        for (int bits = 2; bits <= 8; bits++) {
          int width = bits;
          MemorySegment query = arena.allocate(256, 64);
          MemorySegment rows = arena.allocate(16L * bits, 64);
          kernel.dot(query, 0, rows, 0, 2, bits);
          for (long bad : new long[] {-1, 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThrows(
                IndexOutOfBoundsException.class, () -> kernel.dot(query, bad, rows, 0, 2, width));
            assertThrows(
                IndexOutOfBoundsException.class, () -> kernel.dot(query, 0, rows, bad, 2, width));
          }
          assertThrows(
              IndexOutOfBoundsException.class, () -> kernel.dot(query, 0, rows, 0, 3, width));
          for (int chunks : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThrows(
                IllegalArgumentException.class, () -> kernel.dot(query, 0, rows, 0, chunks, width));
          }
        }
        MemorySegment memory = arena.allocate(256, 64);
        for (int bits : new int[] {1, 9}) {
          assertThrows(
              IllegalArgumentException.class, () -> kernel.dot(memory, 0, memory, 0, 1, bits));
        }
      }
    }
  }
}

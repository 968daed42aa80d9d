package dev.kith.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds the kernels of bytes and of bits to sums over arrays, exactly, at every alignment, between
/// guards that a load outside the vectors would bring in.
final class CodeKernelTest {
  private static final int ROWS = 4;

  private final List<ByteKernel> byteKernels = List.of(new SimdByteKernel(), ByteKernel.scalar());
  private final List<BitKernel> bitKernels = List.of(new SimdBitKernel(), BitKernel.scalar());

  @Test
  void theBestKernelsAreTheSimdOnesWhereTheModuleIsPresent() {
    assertInstanceOf(SimdByteKernel.class, ByteKernel.best());
    assertInstanceOf(SimdBitKernel.class, BitKernel.best());
    assertInstanceOf(SimdF16Kernel.class, HalfKernel.best(HalfFormat.F16));
    assertInstanceOf(SimdBf16Kernel.class, HalfKernel.best(HalfFormat.BF16));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void bytesAgreeWithSumsInEveryDimensionFrom1To1100_seed(long seed) {
    Random random = new Random(seed);
    for (int dimension = 1; dimension <= 1100; dimension++) {
      checkBytes(new Case(dimension, random, Case::anyByte));
    }
  }

  @Test
  void theLargestProductsAndDifferencesDoNotOverflow() {
    for (int dimension : new int[] {64, 100, 4096, 65_536}) {
      checkBytes(new Case(dimension, new Random(3), random -> (byte) 127));
      checkBytes(new Case(dimension, new Random(4), random -> (byte) -127));
      checkBytes(new Case(dimension, new Random(5), r -> (byte) (r.nextBoolean() ? 127 : -127)));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7})
  void bitsAgreeWithCountsForEveryNumberOfWordsFrom1To80_seed(long seed) {
    Random random = new Random(seed);
    for (int words = 1; words <= 80; words++) {
      checkBits(words, new Case(8 * words, random, r -> (byte) r.nextInt()));
      checkBits(words, new Case(8 * words, random, r -> (byte) -1));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {8, 9})
  void planesAgreeWithNumbersOfFourBitsForEveryNumberOfWordsFrom1To40_seed(long seed) {
    Random random = new Random(seed);
    for (int words = 1; words <= 40; words++) {
      checkPlanes(words, random, 16);
    }
    checkPlanes(1024, random, 1);
  }

  /// @param levels draws from the uppermost so many of 16
  private void checkPlanes(int words, Random random, int levels) {
    Case tried = new Case(8 * words, random, r -> (byte) (levels == 1 ? -1 : r.nextInt()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = tried.place(arena);
      MemorySegment query = arena.allocate(4L * tried.bytes + 3, 1);
      int[] sums = new int[ROWS];
      for (int i = 0; i < 8 * tried.bytes; i++) {
        int level = 15 - random.nextInt(levels);
        for (int plane = 0; plane < 4; plane++) {
          long at = 3 + (long) plane * tried.bytes + i / 8;
          int bit = (level >> plane & 1) << i % 8;
          query.set(JAVA_BYTE, at, (byte) (query.get(JAVA_BYTE, at) | bit));
        }
        for (int row = 0; row < ROWS; row++) {
          sums[row] += (tried.rows[row][i / 8] >> i % 8 & 1) * level;
        }
      }
      for (BitKernel kernel : bitKernels) {
        FourRows four = tried.four();
        kernel.weighted4(query, 3, memory, four, words);
        assertEquals(Arrays.toString(sums), counts(four), tried::toString);
        for (int row = 0; row < ROWS; row++) {
          assertEquals(sums[row], kernel.weighted(query, 3, memory, tried.offsets[row], words));
        }
      }
    }
  }

  @Test
  void anOperandOutsideItsSegmentIsRefusedBeforeAnythingIsRead() {
    try (Arena arena = Arena.ofConfined()) {
      for (List<CodeKernels.Operation> all : List.of(CodeKernels.best(), CodeKernels.scalar())) {
        CodeKernels.assertRefused(
            all, arena, call -> assertThrows(IndexOutOfBoundsException.class, call::run));
        MemorySegment memory = arena.allocate(64);
        for (CodeKernels.Operation operation : all) {
          for (int units : new int[] {0, -2, Integer.MIN_VALUE}) {
            assertThrows(
                IllegalArgumentException.class,
                () -> operation.call().run(memory, 0, memory, new FourRows(), units));
          }
        }
      }
    }
  }

  private void checkBytes(Case tried) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = tried.place(arena);
      int[] dots = new int[ROWS];
      int[] distances = new int[ROWS];
      for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < tried.bytes; i++) {
          int difference = tried.query[i] - tried.rows[row][i];
          dots[row] += tried.query[i] * tried.rows[row][i];
          distances[row] += difference * difference;
        }
      }
      for (ByteKernel kernel : byteKernels) {
        FourRows four = tried.four();
        kernel.dot4(memory, tried.queryOffset, memory, four, tried.bytes);
        assertEquals(Arrays.toString(dots), counts(four), tried::toString);
        kernel.squaredDistance4(memory, tried.queryOffset, memory, four, tried.bytes);
        assertEquals(Arrays.toString(distances), counts(four), tried::toString);
        for (int row = 0; row < ROWS; row++) {
          long at = tried.offsets[row];
          assertEquals(dots[row], kernel.dot(memory, tried.queryOffset, memory, at, tried.bytes));
          assertEquals(
              distances[row],
              kernel.squaredDistance(memory, tried.queryOffset, memory, at, tried.bytes));
        }
      }
    }
  }

  private void checkBits(int words, Case tried) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = tried.place(arena);
      int[] differing = new int[ROWS];
      int[] common = new int[ROWS];
      for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < tried.bytes; i++) {
          differing[row] += Integer.bitCount((tried.query[i] ^ tried.rows[row][i]) & 0xFF);
          common[row] += Integer.bitCount(tried.query[i] & tried.rows[row][i] & 0xFF);
        }
      }
      for (BitKernel kernel : bitKernels) {
        FourRows four = tried.four();
        kernel.differing4(memory, tried.queryOffset, memory, four, words);
        assertEquals(Arrays.toString(differing), counts(four), tried::toString);
        kernel.common4(memory, tried.queryOffset, memory, four, words);
        assertEquals(Arrays.toString(common), counts(four), tried::toString);
        for (int row = 0; row < ROWS; row++) {
          long at = tried.offsets[row];
          assertEquals(
              differing[row], kernel.differing(memory, tried.queryOffset, memory, at, words));
          assertEquals(common[row], kernel.common(memory, tried.queryOffset, memory, at, words));
        }
      }
    }
  }

  private static String counts(FourRows four) {
    return Arrays.toString(new int[] {four.count0, four.count1, four.count2, four.count3});
  }

  /// Draws a byte.
  @FunctionalInterface
  private interface Draw {
    byte next(Random random);
  }

  /// A query and four rows, each at its own odd place between guards.
  private static final class Case {
    private final int bytes;
    private final byte[] query;
    private final byte[][] rows = new byte[ROWS][];
    private final long queryOffset;
    private final long[] offsets = new long[ROWS];

    Case(int bytes, Random random, Draw draw) {
      this.bytes = bytes;
      this.query = vector(random, draw);
      this.queryOffset = 1L + random.nextInt(64);
      for (int row = 0; row < ROWS; row++) {
        rows[row] = vector(random, draw);
        offsets[row] = (row + 1) * (bytes + 128L) + 1 + random.nextInt(64);
      }
    }

    static byte anyByte(Random random) {
      return (byte) random.nextInt(-127, 128);
    }

    private byte[] vector(Random random, Draw draw) {
      byte[] vector = new byte[bytes];
      for (int i = 0; i < bytes; i++) {
        vector[i] = draw.next(random);
      }
      return vector;
    }

    MemorySegment place(Arena arena) {
      MemorySegment memory = arena.allocate((ROWS + 1) * (bytes + 128L), 64);
      memory.fill((byte) 0x55);
      MemorySegment.copy(query, 0, memory, JAVA_BYTE, queryOffset, bytes);
      for (int row = 0; row < ROWS; row++) {
        MemorySegment.copy(rows[row], 0, memory, JAVA_BYTE, offsets[row], bytes);
      }
      return memory;
    }

    FourRows four() {
      FourRows four = new FourRows();
      four.offset0 = offsets[0];
      four.offset1 = offsets[1];
      four.offset2 = offsets[2];
      four.offset3 = offsets[3];
      return four;
    }

    @Override
    public String toString() {
      return "%d bytes, query at %d, rows at %s"
          .formatted(bytes, queryOffset, Arrays.toString(offsets));
    }
  }
}

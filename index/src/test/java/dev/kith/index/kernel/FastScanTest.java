package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FastScanTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final FastScan simd = new SimdFastScan();
  private final FastScan scalar = FastScan.scalar();

  @Test
  void theBestOneIsTheSimdOneWhereTheModuleIsPresent() {
    assertInstanceOf(SimdFastScan.class, FastScan.best());
  }

  @Test
  void everyVectorHasAHalfByteOfItsOwn() {
    BitSet halves = new BitSet();
    for (int k = 0; k < FastScan.BLOCK; k++) {
      halves.set(2 * FastScan.codeByte(k) + (FastScan.isHigh(k) ? 1 : 0));
    }
    assertEquals(FastScan.BLOCK, halves.cardinality());
    assertEquals(FastScan.BLOCK, halves.length());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void bothAgreeWithSumsOverArraysForEveryNumberOfLookups_seed(long seed) {
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      for (int lookups = 4; lookups <= FastScan.MAX_LOOKUPS; lookups += 4 * random.nextInt(1, 9)) {
        for (FactorFormat format : FactorFormat.values()) {
          Block block = new Block(lookups, format, random, arena);
          block.check(simd);
          block.check(scalar);
        }
      }
    }
  }

  @Test
  void theLargestSumsDoNotOverflow() {
    try (Arena arena = Arena.ofConfined()) {
      Block block = new Block(FastScan.MAX_LOOKUPS, FactorFormat.FLOAT, new Random(4), arena);
      for (int lookup = 0; lookup < FastScan.MAX_LOOKUPS; lookup++) {
        block.weigh(lookup, 15, 16, 16, 16);
        for (int k = 0; k < FastScan.BLOCK; k++) {
          block.code(lookup, k, 15);
        }
      }
      block.check(simd);
      block.check(scalar);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8})
  void valuesOfUnlikeRangesAreOffByHalfAStepAtMostAndOverflowNothing_seed(long seed) {
    Random random = new Random(seed);
    for (int lookups : new int[] {4, 48, FastScan.MAX_LOOKUPS}) {
      LookupTable table = new LookupTable(lookups);
      float[] values = table.values();
      for (int lookup = 0; lookup < lookups; lookup++) {
        float width = lookup % 4 == lookup / 4 % 4 ? 1 : 0.01f; // One of four is wide.
        for (int v = 0; v < 16; v++) {
          values[16 * lookup + v] = random.nextFloat(-width, width);
        }
        values[16 * lookup] = -width;
        values[16 * lookup + 15] = width;
      }
      table.setToValues();
      assertEquals(2.06f / 250, table.scale, 1e-6f);
      int codes = (int) FastScan.factorsBytes(FactorFormat.FLOAT);
      byte[] block = new byte[(int) FastScan.blockBytes(FactorFormat.FLOAT, lookups)];
      random.nextBytes(block);
      MemorySegment bytes = MemorySegment.ofArray(block);
      for (int k = 0; k < FastScan.BLOCK; k++) {
        bytes.set(FLOAT, 4L * k, 0);
        bytes.set(FLOAT, 4L * (FastScan.BLOCK + k), 1);
      }
      for (int lookup = 0; lookup < lookups; lookup++) {
        // The largest values of all are those of vector 0.
        block[codes + 16 * lookup + FastScan.codeByte(0)] |= 15;
      }
      for (FastScan scan : new FastScan[] {simd, scalar}) {
        float[] estimates = new float[FastScan.BLOCK];
        scan.estimate(table, FactorFormat.FLOAT, bytes, 0, 0, 0, estimates);
        for (int k = 0; k < FastScan.BLOCK; k++) {
          double expected = 0;
          for (int lookup = 0; lookup < lookups; lookup++) {
            int at = codes + 16 * lookup + FastScan.codeByte(k);
            int code = block[at] >> (FastScan.isHigh(k) ? 4 : 0) & 15;
            expected += values[16 * lookup + code];
          }
          assertEquals(expected, estimates[k], lookups * table.scale / 2 + 1e-3);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FactorFormat.class)
  void anEstimateThatEqualsTheFloorIsNotAboveIt(FactorFormat format) {
    try (Arena arena = Arena.ofConfined()) {
      Block block = new Block(8, format, new Random(5), arena);
      for (FastScan scan : new FastScan[] {simd, scalar}) {
        float[] estimates = new float[FastScan.BLOCK];
        scan.estimate(block.table, format, block.bytes, block.offset, 0, 0, estimates);
        for (int k = 0; k < FastScan.BLOCK; k++) {
          int above =
              scan.estimate(
                  block.table, format, block.bytes, block.offset, 0, estimates[k], new float[32]);
          assertEquals(0, above >>> k & 1);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FactorFormat.class)
  void aBlockOutsideItsSegmentIsRefused(FactorFormat format) {
    try (Arena arena = Arena.ofConfined()) {
      LookupTable table = new LookupTable(8);
      MemorySegment bytes = arena.allocate(FastScan.blockBytes(format, 8), 64);
      for (FastScan scan : new FastScan[] {simd, scalar}) {
        for (long offset : new long[] {-1, 1, Long.MAX_VALUE}) {
          assertThrows(
              IndexOutOfBoundsException.class,
              () -> scan.estimate(table, format, bytes, offset, 0, 0, new float[32]));
        }
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> scan.estimate(table, format, bytes, 0, 0, 0, new float[31]));
      }
    }
  }

  @Test
  void aTableOfAnImpossibleNumberOfLookupsIsRefused() {
    for (int lookups : new int[] {0, 3, 6, -4, FastScan.MAX_LOOKUPS + 4}) {
      assertThrows(IllegalArgumentException.class, () -> new LookupTable(lookups));
    }
  }

  /// A block and a table of random content, and the same in arrays.
  private static final class Block {
    private final int lookups;
    private final FactorFormat format;
    private final long offset;
    private final MemorySegment bytes;
    private final LookupTable table;
    private final int[][] codes;
    private final int[][] entries;
    private final float[] addends = new float[FastScan.BLOCK];
    private final float[] factors = new float[FastScan.BLOCK];
    private final float scale;
    private final float bias;

    Block(int lookups, FactorFormat format, Random random, Arena arena) {
      this.lookups = lookups;
      this.format = format;
      this.offset = random.nextInt(70);
      this.bytes = arena.allocate(offset + FastScan.blockBytes(format, lookups), 64);
      this.table = new LookupTable(lookups);
      this.codes = new int[lookups][FastScan.BLOCK];
      this.entries = new int[lookups][16];
      this.scale = random.nextFloat();
      this.bias = random.nextFloat(-100, 100);
      table.setValue(scale, bias);
      for (int k = 0; k < FastScan.BLOCK; k++) {
        addends[k] = format.nearest(random.nextFloat(-1, 1));
        factors[k] = format.nearest(random.nextFloat(-1, 1));
        format.store(addends[k], factors[k], bytes, offset + 4L * k, 4L * FastScan.BLOCK);
      }
      for (int lookup = 0; lookup < lookups; lookup++) {
        weigh(
            lookup,
            random.nextInt(-15, 16),
            random.nextInt(-15, 16),
            random.nextInt(-15, 16),
            random.nextInt(-15, 16));
        for (int k = 0; k < FastScan.BLOCK; k++) {
          code(lookup, k, random.nextInt(16));
        }
      }
    }

    void weigh(int lookup, int... weights) {
      int least = 0;
      for (int entry = 0; entry < 16; entry++) {
        int sum = 0;
        for (int i = 0; i < 4; i++) {
          sum += (entry >> i & 1) * weights[i];
        }
        entries[lookup][entry] = sum;
        least = Math.min(least, sum);
      }
      for (int entry = 0; entry < 16; entry++) {
        entries[lookup][entry] -= least;
      }
      assertEquals(-least, table.set(lookup, weights[0], weights[1], weights[2], weights[3]));
    }

    void code(int lookup, int k, int code) {
      long at = offset + FastScan.factorsBytes(format) + 16L * lookup + FastScan.codeByte(k);
      int shift = FastScan.isHigh(k) ? 4 : 0;
      int others = bytes.get(ValueLayout.JAVA_BYTE, at) & ~(15 << shift);
      bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (others | code << shift));
      codes[lookup][k] = code;
    }

    void check(FastScan scan) {
      float[] estimates = new float[FastScan.BLOCK + 1];
      estimates[FastScan.BLOCK] = 42;
      float base = 0.5f;
      float floor = 7;
      int above = scan.estimate(table, format, bytes, offset, base, floor, estimates);
      for (int k = 0; k < FastScan.BLOCK; k++) {
        int sum = 0;
        for (int lookup = 0; lookup < lookups; lookup++) {
          sum += entries[lookup][codes[lookup][k]];
        }
        double expected = base + addends[k] + factors[k] * ((double) scale * sum + bias);
        double size = Math.abs(scale * sum) + 65_536 * scale + Math.abs(bias) + 2;
        assertEquals(expected, estimates[k], 1e-6 * size, lookups + " lookups, vector " + k);
        assertEquals(estimates[k] > floor ? 1 : 0, above >>> k & 1);
      }
      assertEquals(42, estimates[FastScan.BLOCK]);
    }
  }
}

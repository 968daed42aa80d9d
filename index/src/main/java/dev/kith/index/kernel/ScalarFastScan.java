package dev.kith.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The definition of [FastScan], one vector at a time. It also runs where the Vector API is
/// missing.
final class ScalarFastScan implements FastScan {

  static final ScalarFastScan INSTANCE = new ScalarFastScan();

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ScalarFastScan() {}

  @Override
  public int estimate(
      LookupTable table,
      MemorySegment blocks,
      long offset,
      float base,
      float floor,
      float[] estimates) {
    Bounds.check(table, blocks, offset, estimates);
    int above = 0;
    for (int k = 0; k < BLOCK; k++) {
      float value = table.scale * sum(table, blocks, offset, k) + table.bias;
      float addend = blocks.get(FLOAT, offset + (long) k * Float.BYTES);
      float factor = blocks.get(FLOAT, offset + (long) (BLOCK + k) * Float.BYTES);
      estimates[k] = base + addend + factor * value;
      above |= estimates[k] > floor ? 1 << k : 0;
    }
    return above;
  }

  private static int sum(LookupTable table, MemorySegment blocks, long offset, int k) {
    long codes = offset + FACTORS_BYTES + FastScan.codeByte(k);
    int shift = FastScan.isHigh(k) ? 4 : 0;
    int sum = 0;
    for (int lookup = 0; lookup < table.lookups(); lookup++) {
      int at = lookup * LookupTable.TABLE;
      int code = blocks.get(JAVA_BYTE, codes + at) >> shift & 15;
      sum += table.entries()[at + code] & 0xFF;
    }
    return sum;
  }
}

package dev.kith.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// The definition of [FastScan], one vector at a time. It also runs where the Vector API is
/// missing.
final class ScalarFastScan implements FastScan {

  static final ScalarFastScan INSTANCE = new ScalarFastScan();

  private ScalarFastScan() {}

  @Override
  public int estimate(
      LookupTable table,
      FactorFormat format,
      MemorySegment blocks,
      long offset,
      float base,
      float floor,
      float[] estimates) {
    Bounds.check(table, format, blocks, offset, estimates);
    int above = 0;
    for (int k = 0; k < BLOCK; k++) {
      long codes = offset + FastScan.factorsBytes(format);
      float value = table.scale * sum(table, blocks, codes, k) + table.bias;
      long at = offset + (long) k * Float.BYTES;
      float addend = format.addend(blocks, at);
      float factor = format.factor(blocks, at, (long) BLOCK * Float.BYTES);
      estimates[k] = base + addend + factor * value;
      above |= estimates[k] > floor ? 1 << k : 0;
    }
    return above;
  }

  private static int sum(LookupTable table, MemorySegment blocks, long codes, int k) {
    long first = codes + FastScan.codeByte(k);
    int shift = FastScan.isHigh(k) ? 4 : 0;
    int sum = 0;
    for (int lookup = 0; lookup < table.lookups(); lookup++) {
      int at = lookup * LookupTable.TABLE;
      int code = blocks.get(JAVA_BYTE, first + at) >> shift & 15;
      sum += table.entries()[at + code] & 0xFF;
    }
    return sum;
  }
}

package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The definition of [BitKernel], one word at a time. It also runs where the Vector API is missing.
final class ScalarBitKernel implements BitKernel {

  static final ScalarBitKernel INSTANCE = new ScalarBitKernel();

  // Of what order the bytes are does not matter to a count.
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private ScalarBitKernel() {}

  @Override
  public int differing(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words) {
    Bounds.checkUnits(query, queryOffset, rows, offset, words, 3);
    return differing(query, queryOffset, rows, offset, 0, words);
  }

  @Override
  public int common(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words) {
    Bounds.checkUnits(query, queryOffset, rows, offset, words, 3);
    return common(query, queryOffset, rows, offset, 0, words);
  }

  @Override
  public void differing4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words) {
    for (int row = 0; row < 4; row++) {
      four.setCount(row, differing(query, queryOffset, rows, four.offset(row), words));
    }
  }

  @Override
  public void common4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words) {
    for (int row = 0; row < 4; row++) {
      four.setCount(row, common(query, queryOffset, rows, four.offset(row), words));
    }
  }

  @Override
  public int weighted(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words) {
    Bounds.checkPlanes(query, queryOffset, rows, offset, words);
    long plane = (long) words << 3;
    int sum = 0;
    for (int i = 0; i < words; i++) {
      sum +=
          weighted(
              word(rows, offset, i),
              word(query, queryOffset, i),
              word(query, queryOffset + plane, i),
              word(query, queryOffset + 2 * plane, i),
              word(query, queryOffset + 3 * plane, i));
    }
    return sum;
  }

  @Override
  public void weighted4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words) {
    Bounds.checkPlanes(query, queryOffset, rows, four, words);
    long plane = (long) words << 3;
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    int sum0 = 0;
    int sum1 = 0;
    int sum2 = 0;
    int sum3 = 0;
    for (int i = 0; i < words; i++) {
      long ones = word(query, queryOffset, i);
      long twos = word(query, queryOffset + plane, i);
      long fours = word(query, queryOffset + 2 * plane, i);
      long eights = word(query, queryOffset + 3 * plane, i);
      sum0 += weighted(word(rows, offset0, i), ones, twos, fours, eights);
      sum1 += weighted(word(rows, offset1, i), ones, twos, fours, eights);
      sum2 += weighted(word(rows, offset2, i), ones, twos, fours, eights);
      sum3 += weighted(word(rows, offset3, i), ones, twos, fours, eights);
    }
    four.count0 = sum0;
    four.count1 = sum1;
    four.count2 = sum2;
    four.count3 = sum3;
  }

  private static int weighted(long row, long ones, long twos, long fours, long eights) {
    return Long.bitCount(row & ones)
        + 2 * Long.bitCount(row & twos)
        + 4 * Long.bitCount(row & fours)
        + 8 * Long.bitCount(row & eights);
  }

  /// The part of [#differing(MemorySegment, long, MemorySegment, long, int)] that `[from, to)`
  /// have. Operands are checked already.
  static int differing(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += Long.bitCount(word(query, queryOffset, i) ^ word(rows, offset, i));
    }
    return sum;
  }

  /// The part of [#common(MemorySegment, long, MemorySegment, long, int)] that `[from, to)` have.
  /// Operands are checked already.
  static int common(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += Long.bitCount(word(query, queryOffset, i) & word(rows, offset, i));
    }
    return sum;
  }

  /// Adds the part that `[from, to)` have to the counts. Operands are checked already.
  static void addDiffering(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int from, int to) {
    if (from == to) {
      return;
    }
    four.count0 += differing(query, queryOffset, rows, four.offset0, from, to);
    four.count1 += differing(query, queryOffset, rows, four.offset1, from, to);
    four.count2 += differing(query, queryOffset, rows, four.offset2, from, to);
    four.count3 += differing(query, queryOffset, rows, four.offset3, from, to);
  }

  /// Adds the part that `[from, to)` have to the counts. Operands are checked already.
  static void addCommon(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int from, int to) {
    if (from == to) {
      return;
    }
    four.count0 += common(query, queryOffset, rows, four.offset0, from, to);
    four.count1 += common(query, queryOffset, rows, four.offset1, from, to);
    four.count2 += common(query, queryOffset, rows, four.offset2, from, to);
    four.count3 += common(query, queryOffset, rows, four.offset3, from, to);
  }

  private static long word(MemorySegment segment, long offset, int i) {
    return segment.get(LONG, offset + ((long) i << 3));
  }
}

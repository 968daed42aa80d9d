package dev.kith.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// The definition of [ByteKernel], one coordinate at a time. It also runs where the Vector API is
/// missing.
final class ScalarByteKernel implements ByteKernel {

  static final ScalarByteKernel INSTANCE = new ScalarByteKernel();

  private ScalarByteKernel() {}

  @Override
  public int dot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.checkUnits(query, queryOffset, rows, offset, dimension, 0);
    return dot(query, queryOffset, rows, offset, 0, dimension);
  }

  @Override
  public int squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.checkUnits(query, queryOffset, rows, offset, dimension, 0);
    return squaredDistance(query, queryOffset, rows, offset, 0, dimension);
  }

  @Override
  public void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    for (int row = 0; row < 4; row++) {
      four.setCount(row, dot(query, queryOffset, rows, four.offset(row), dimension));
    }
  }

  @Override
  public void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    for (int row = 0; row < 4; row++) {
      four.setCount(row, squaredDistance(query, queryOffset, rows, four.offset(row), dimension));
    }
  }

  /// The part of [#dot(MemorySegment, long, MemorySegment, long, int)] that `[from, to)` have.
  /// Operands are checked already.
  static int dot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += query.get(JAVA_BYTE, queryOffset + i) * rows.get(JAVA_BYTE, offset + i);
    }
    return sum;
  }

  /// The part of [#squaredDistance(MemorySegment, long, MemorySegment, long, int)] that `[from,
  /// to)` have. Operands are checked already.
  static int squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      int difference = query.get(JAVA_BYTE, queryOffset + i) - rows.get(JAVA_BYTE, offset + i);
      sum += difference * difference;
    }
    return sum;
  }

  /// Adds the part that `[from, to)` have to the counts. Operands are checked already.
  static void addDots(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int from, int to) {
    if (from == to) {
      return;
    }
    four.count0 += dot(query, queryOffset, rows, four.offset0, from, to);
    four.count1 += dot(query, queryOffset, rows, four.offset1, from, to);
    four.count2 += dot(query, queryOffset, rows, four.offset2, from, to);
    four.count3 += dot(query, queryOffset, rows, four.offset3, from, to);
  }

  /// Adds the part that `[from, to)` have to the counts. Operands are checked already.
  static void addSquaredDistances(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int from, int to) {
    if (from == to) {
      return;
    }
    four.count0 += squaredDistance(query, queryOffset, rows, four.offset0, from, to);
    four.count1 += squaredDistance(query, queryOffset, rows, four.offset1, from, to);
    four.count2 += squaredDistance(query, queryOffset, rows, four.offset2, from, to);
    four.count3 += squaredDistance(query, queryOffset, rows, four.offset3, from, to);
  }
}

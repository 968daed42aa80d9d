package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The definition of [HalfKernel], one coordinate at a time, accumulated in doubles. It also runs
/// where the Vector API is missing.
final class ScalarHalfKernel implements HalfKernel {

  static final ScalarHalfKernel F16 = new ScalarHalfKernel(HalfFormat.F16);
  static final ScalarHalfKernel BF16 = new ScalarHalfKernel(HalfFormat.BF16);

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final HalfFormat format;

  private ScalarHalfKernel(HalfFormat format) {
    this.format = format;
  }

  @Override
  public float dot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.checkHalves(query, queryOffset, rows, offset, dimension);
    return (float) dot(query, queryOffset, rows, offset, dimension, 0);
  }

  @Override
  public float squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.checkHalves(query, queryOffset, rows, offset, dimension);
    return (float) squaredDistance(query, queryOffset, rows, offset, dimension, 0);
  }

  @Override
  public void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    for (int row = 0; row < 4; row++) {
      four.setResult(row, dot(query, queryOffset, rows, four.offset(row), dimension));
    }
  }

  @Override
  public void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    for (int row = 0; row < 4; row++) {
      four.setResult(row, squaredDistance(query, queryOffset, rows, four.offset(row), dimension));
    }
  }

  /// The part of an inner product that words from `from` on have. Operands are checked already.
  double dot(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      long offset,
      int dimension,
      int from) {
    int words = dimension / 2;
    double sum = 0;
    for (int i = from; i < words; i++) {
      sum += coordinate(query, queryOffset, i) * half(rows, offset, 2 * i);
      sum += coordinate(query, queryOffset, words + i) * half(rows, offset, 2 * i + 1);
    }
    return sum;
  }

  /// The part of a squared distance that words from `from` on have. Operands are checked already.
  double squaredDistance(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      long offset,
      int dimension,
      int from) {
    int words = dimension / 2;
    double sum = 0;
    for (int i = from; i < words; i++) {
      double low = coordinate(query, queryOffset, i) - half(rows, offset, 2 * i);
      double high = coordinate(query, queryOffset, words + i) - half(rows, offset, 2 * i + 1);
      sum += low * low + high * high;
    }
    return sum;
  }

  /// Adds the part that words from `from` on have to the results. Operands are checked already.
  void addDots(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows four,
      int dimension,
      int from) {
    if (from == dimension / 2) {
      return;
    }
    four.result0 += (float) dot(query, queryOffset, rows, four.offset0, dimension, from);
    four.result1 += (float) dot(query, queryOffset, rows, four.offset1, dimension, from);
    four.result2 += (float) dot(query, queryOffset, rows, four.offset2, dimension, from);
    four.result3 += (float) dot(query, queryOffset, rows, four.offset3, dimension, from);
  }

  /// Adds the part that words from `from` on have to the results. Operands are checked already.
  void addSquaredDistances(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows four,
      int dimension,
      int from) {
    if (from == dimension / 2) {
      return;
    }
    four.result0 +=
        (float) squaredDistance(query, queryOffset, rows, four.offset0, dimension, from);
    four.result1 +=
        (float) squaredDistance(query, queryOffset, rows, four.offset1, dimension, from);
    four.result2 +=
        (float) squaredDistance(query, queryOffset, rows, four.offset2, dimension, from);
    four.result3 +=
        (float) squaredDistance(query, queryOffset, rows, four.offset3, dimension, from);
  }

  private static double coordinate(MemorySegment query, long offset, int i) {
    return query.get(FLOAT, offset + ((long) i << 2));
  }

  private double half(MemorySegment rows, long offset, int i) {
    return format.decode(rows.get(SHORT, offset + ((long) i << 1)));
  }
}

package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The definition of every kernel operation, one coordinate at a time, accumulated in doubles.
///
/// Written to be read: tests hold [SimdKernel] to these results, so cleverness does not belong
/// here. It also runs where the Vector API is missing.
final class ScalarKernel implements VectorKernel {

  static final ScalarKernel INSTANCE = new ScalarKernel();

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ScalarKernel() {}

  @Override
  public float dot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.check(query, queryOffset, rows, offset, dimension);
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += (double) coordinate(query, queryOffset, i) * coordinate(rows, offset, i);
    }
    return (float) sum;
  }

  @Override
  public float squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.check(query, queryOffset, rows, offset, dimension);
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double difference = (double) coordinate(query, queryOffset, i) - coordinate(rows, offset, i);
      sum += difference * difference;
    }
    return (float) sum;
  }

  @Override
  public float cosine(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.check(query, queryOffset, rows, offset, dimension);
    double dot = 0;
    double queryNorm = 0;
    double rowNorm = 0;
    for (int i = 0; i < dimension; i++) {
      double q = coordinate(query, queryOffset, i);
      double r = coordinate(rows, offset, i);
      dot += q * r;
      queryNorm += q * q;
      rowNorm += r * r;
    }
    if (queryNorm == 0 || rowNorm == 0) {
      return 0;
    }
    // Rounding may carry parallel vectors just past one.
    return (float) Math.clamp(dot / (Math.sqrt(queryNorm) * Math.sqrt(rowNorm)), -1.0, 1.0);
  }

  @Override
  public void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    four.result0 = dot(query, queryOffset, rows, four.offset0, dimension);
    four.result1 = dot(query, queryOffset, rows, four.offset1, dimension);
    four.result2 = dot(query, queryOffset, rows, four.offset2, dimension);
    four.result3 = dot(query, queryOffset, rows, four.offset3, dimension);
  }

  @Override
  public void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    four.result0 = squaredDistance(query, queryOffset, rows, four.offset0, dimension);
    four.result1 = squaredDistance(query, queryOffset, rows, four.offset1, dimension);
    four.result2 = squaredDistance(query, queryOffset, rows, four.offset2, dimension);
    four.result3 = squaredDistance(query, queryOffset, rows, four.offset3, dimension);
  }

  @Override
  public void cosine4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    four.result0 = cosine(query, queryOffset, rows, four.offset0, dimension);
    four.result1 = cosine(query, queryOffset, rows, four.offset1, dimension);
    four.result2 = cosine(query, queryOffset, rows, four.offset2, dimension);
    four.result3 = cosine(query, queryOffset, rows, four.offset3, dimension);
  }

  private static float coordinate(MemorySegment segment, long offset, int i) {
    return segment.get(FLOAT, offset + ((long) i << 2));
  }
}

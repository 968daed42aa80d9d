package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Where the coordinates of some points lie: point `i` takes `depth` little-endian floats, `offset
/// + i * stride` bytes from the start of the segment. A value; the memory is borrowed.
///
/// @param offset of the first point, in bytes
/// @param stride from one point to the next, in bytes
/// @param depth coordinates of a point, at least 1
public record Points(MemorySegment segment, long offset, long stride, int depth) {

  /// How a coordinate is stored.
  public static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Where a point starts, in bytes.
  public long at(int point) {
    return offset + point * stride;
  }

  /// The squared length of a point: one sum in the order of the coordinates, the same everywhere.
  public double squaredLength(int point) {
    long at = at(point);
    double sum = 0;
    for (int i = 0; i < depth; i++) {
      float coordinate = segment.get(FLOAT, at + (long) i * Float.BYTES);
      sum += (double) coordinate * coordinate;
    }
    return sum;
  }

  /// The squared distance of a point from another of the same depth, summed likewise.
  public double squaredDistance(int point, Points others, int other) {
    long at = at(point);
    long there = others.at(other);
    double sum = 0;
    for (int i = 0; i < depth; i++) {
      long coordinate = (long) i * Float.BYTES;
      double difference =
          (double) segment.get(FLOAT, at + coordinate)
              - others.segment.get(FLOAT, there + coordinate);
      sum += difference * difference;
    }
    return sum;
  }
}

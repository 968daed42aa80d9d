package dev.kith.index.cluster;

import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;

/// Where the coordinates of some points lie: point `i` takes `depth` little-endian floats, `offset
/// + i * stride` bytes from the start of the segment. A value; the memory is borrowed.
///
/// @param offset of the first point, in bytes
/// @param stride from one point to the next, in bytes
/// @param depth coordinates of a point, at least 1
public record Points(MemorySegment segment, long offset, long stride, int depth) {

  /// The rows of a segment.
  public static Points of(VectorRows rows) {
    return new Points(rows.segment(), 0, rows.stride(), rows.space().dimension());
  }

  /// Where a point starts, in bytes.
  public long at(int point) {
    return offset + point * stride;
  }
}

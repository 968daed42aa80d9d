package dev.kith.index.build;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/// What the rows of a growing segment are linked by: the vectors, or where a graph will be walked
/// on prefixes of the vectors as they are, the widest of these (Rege et al., *AdANNS: a framework
/// for adaptive semantic search*, NeurIPS 2023, section 4.3). Comparing these takes as much less
/// time as they are shorter. Prefixes along axes that are learnt are not known before the segment
/// is sealed.
final class LinkedBy {
  private final VectorRows rows;
  private final boolean arePrefixes;

  private LinkedBy(VectorRows rows, boolean arePrefixes) {
    this.rows = rows;
    this.arePrefixes = arePrefixes;
  }

  /// Reserves room beside the rows of a segment.
  static LinkedBy of(IndexSpec index, SegmentMemory memory) {
    VectorRows whole = memory.rows();
    OptionalInt width = width(index, whole.space());
    if (width.isEmpty()) {
      return new LinkedBy(whole, false);
    }
    VectorSpace space = new VectorSpace(width.getAsInt(), whole.space().metric());
    return new LinkedBy(VectorRows.reserve(space, whole.capacity(), memory.arena()), true);
  }

  /// Coordinates that rows are linked by if those are not all.
  static OptionalInt width(IndexSpec index, VectorSpace space) {
    if (index instanceof IndexSpec.Hnsw(_, _, Codec.Prefix prefix)
        && prefix.basis() == Basis.AS_IS) {
      int widest = prefix.widthsOf(space).getLast();
      return widest < space.dimension() ? OptionalInt.of(widest) : OptionalInt.empty();
    }
    return OptionalInt.empty();
  }

  /// The rows to link by.
  VectorRows rows() {
    return rows;
  }

  /// Takes a vector that the segment has taken.
  void set(int ordinal, MemorySegment vector, long offset) {
    // A prefix of nothing but zeros has no direction, and is as far from all others.
    if (arePrefixes && !(rows.space().metric() == Metric.COSINE && isZero(vector, offset))) {
      rows.set(ordinal, vector, offset);
    }
  }

  /// Bytes beside the rows of a segment.
  long bytes(int count) {
    return arePrefixes ? rows.bytes(count) : 0;
  }

  private boolean isZero(MemorySegment vector, long offset) {
    for (int i = 0; i < rows.space().dimension(); i++) {
      if (vector.get(Points.FLOAT, offset + (long) i * Float.BYTES) != 0) {
        return false;
      }
    }
    return true;
  }
}

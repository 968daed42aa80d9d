package dev.kith.index.codec;

import dev.kith.index.VectorSpace;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;

/// What all rows of codes demand.
final class CodedRows {

  private CodedRows() {}

  /// @param bytes that the rows and what goes with them take
  /// @throws IllegalArgumentException if a piece of memory does not hold exactly such rows
  static void requireFit(MemorySegment mapped, int count, long bytes, VectorSpace space) {
    if (mapped.byteSize() != bytes) {
      throw new IllegalArgumentException(
          "%d coded rows of %d dimensions take %d bytes, got %d"
              .formatted(count, space.dimension(), bytes, mapped.byteSize()));
    }
    VectorRows.requireAligned(mapped);
  }

  /// @throws IllegalArgumentException if two spaces differ
  static void requireSameSpace(VectorSpace rows, VectorSpace other) {
    if (!rows.equals(other)) {
      throw new IllegalArgumentException(
          "rows of %s need vectors of the same space, got %s".formatted(rows, other));
    }
  }
}

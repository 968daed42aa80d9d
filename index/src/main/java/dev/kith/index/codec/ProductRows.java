package dev.kith.index.codec;

import dev.kith.index.Require;
import java.lang.foreign.MemorySegment;

/// Codes of a [ProductQuantizer] of eight bits a part, row after row, each relative to a centre
/// that others know. Read by [ProductScorer]. A value; the memory is borrowed.
///
/// A row is little-endian, [#strideBytes] long:
///
/// - two floats: its addend and its factor, see [CodeFactors]
/// - an unsigned byte a part: which word is nearest
/// - zeros up to a multiple of four bytes
///
/// @param quantizer of 8 bits a part
/// @param segment the rows and nothing else, at any alignment
/// @param count rows
public record ProductRows(ProductQuantizer quantizer, MemorySegment segment, int count) {

  /// Bytes before the words of a row.
  static final int FACTORS_BYTES = 2 * Float.BYTES;

  private static final int ROW_ALIGNMENT = 4;

  /// Prepared vectors are padded for [dev.kith.index.kernel.GridKernel].
  private static final int COORDINATES = 16;

  /// @throws IllegalArgumentException if the words are of other bits, or the length does not fit
  public ProductRows {
    Require.inRange("bits", quantizer.bits(), 8, 8);
    long bytes = bytes(quantizer.parts(), count);
    if (segment.byteSize() != bytes) {
      throw new IllegalArgumentException(
          "%d rows of %d words take %d bytes, got %d"
              .formatted(count, quantizer.parts(), bytes, segment.byteSize()));
    }
  }

  /// Bytes of a row.
  public static long strideBytes(int parts) {
    return ((long) FACTORS_BYTES + parts + ROW_ALIGNMENT - 1) & -ROW_ALIGNMENT;
  }

  /// Bytes of `count` rows.
  public static long bytes(int parts, int count) {
    return strideBytes(parts) * count;
  }

  /// Bytes from one row to the next.
  long stride() {
    return strideBytes(quantizer.parts());
  }

  /// Coordinates of a prepared vector: a multiple of 16.
  public int dimension() {
    return (quantizer.dimension() + COORDINATES - 1) & -COORDINATES;
  }
}

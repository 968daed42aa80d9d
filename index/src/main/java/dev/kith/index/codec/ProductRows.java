package dev.kith.index.codec;

import dev.kith.index.kernel.FactorFormat;
import java.lang.foreign.MemorySegment;

/// Codes of a [ProductQuantizer], row after row, each relative to a centre that others know. Read
/// by [ProductScorer]. A value; the memory is borrowed.
///
/// A row is little-endian, [#strideBytes] long:
///
/// - its addend and its factor, see [CodeFactors]: two floats one after another, or an int with
///   both
/// - which word of every part is nearest: a byte a part, or of four bits a byte for two parts, the
///   first in its lower half
/// - zeros up to a multiple of four bytes, behind floats only
///
/// @param format of the addend and the factor
/// @param segment the rows and nothing else, at any alignment
/// @param count rows
public record ProductRows(
    ProductQuantizer quantizer, FactorFormat format, MemorySegment segment, int count) {

  private static final int ROW_ALIGNMENT = 4;

  /// Prepared vectors are padded for [dev.kith.index.kernel.GridKernel].
  private static final int COORDINATES = 16;

  /// @throws IllegalArgumentException if the length does not fit
  public ProductRows {
    long bytes = bytes(quantizer.parts(), quantizer.bits(), format, count);
    if (segment.byteSize() != bytes) {
      throw new IllegalArgumentException(
          "%d rows of %d words of %d bits take %d bytes, got %d"
              .formatted(count, quantizer.parts(), quantizer.bits(), bytes, segment.byteSize()));
    }
  }

  /// Bytes of a row.
  ///
  /// @param bits a part, 4 or 8
  public static long strideBytes(int parts, int bits, FactorFormat format) {
    long bytes = (long) format.bytes() + codeBytes(parts, bits);
    return format == FactorFormat.FLOAT ? (bytes + ROW_ALIGNMENT - 1) & -ROW_ALIGNMENT : bytes;
  }

  /// Bytes of `count` rows.
  ///
  /// @param bits a part, 4 or 8
  public static long bytes(int parts, int bits, FactorFormat format, int count) {
    return strideBytes(parts, bits, format) * count;
  }

  /// Bytes of the words of a row.
  static int codeBytes(int parts, int bits) {
    return Math.ceilDiv(parts * bits, Byte.SIZE);
  }

  /// Bytes from one row to the next.
  long stride() {
    return strideBytes(quantizer.parts(), quantizer.bits(), format);
  }

  /// Coordinates of a prepared vector: a multiple of 16.
  public int dimension() {
    return (quantizer.dimension() + COORDINATES - 1) & -COORDINATES;
  }
}

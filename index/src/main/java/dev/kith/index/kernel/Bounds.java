package dev.kith.index.kernel;

import dev.kith.index.Require;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// The one check before unchecked loads: see the package comment.
final class Bounds {

  private Bounds() {}

  /// Checks that `dimension` floats lie inside `segment` from `offset` on.
  static void check(MemorySegment segment, long offset, int dimension) {
    Objects.checkFromIndexSize(offset, (long) dimension << 2, segment.byteSize());
  }

  /// Checks a query and a row.
  static void check(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    checkDimension(dimension);
    check(query, queryOffset, dimension);
    check(rows, offset, dimension);
  }

  /// Checks a query and four rows.
  static void check(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    checkDimension(dimension);
    check(query, queryOffset, dimension);
    checkBytes(rows, four, (long) dimension << 2);
  }

  /// Checks a query and a row of 16-bit numbers.
  static void checkHalves(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    checkEven(dimension);
    checkBytes(query, queryOffset, (long) dimension << 2);
    checkBytes(rows, offset, (long) dimension << 1);
  }

  /// Checks a query and four rows of 16-bit numbers.
  static void checkHalves(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    checkEven(dimension);
    checkBytes(query, queryOffset, (long) dimension << 2);
    checkBytes(rows, four, (long) dimension << 1);
  }

  /// Checks a query and a row of `length` units of `1 << shift` bytes each.
  static void checkUnits(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      long offset,
      int length,
      int shift) {
    checkDimension(length);
    checkBytes(query, queryOffset, (long) length << shift);
    checkBytes(rows, offset, (long) length << shift);
  }

  /// Checks a query and four rows of `length` units of `1 << shift` bytes each.
  static void checkUnits(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows four,
      int length,
      int shift) {
    checkDimension(length);
    checkBytes(query, queryOffset, (long) length << shift);
    checkBytes(rows, four, (long) length << shift);
  }

  /// Checks the planes of a query and a row of `words` words.
  static void checkPlanes(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words) {
    checkDimension(words);
    checkBytes(query, queryOffset, ((long) words << 3) * BitKernel.PLANES);
    checkBytes(rows, offset, (long) words << 3);
  }

  /// Checks the planes of a query and four rows of `words` words.
  static void checkPlanes(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words) {
    checkDimension(words);
    checkBytes(query, queryOffset, ((long) words << 3) * BitKernel.PLANES);
    checkBytes(rows, four, (long) words << 3);
  }

  /// Checks a query of shorts and a row of levels.
  static void checkLevels(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      long offset,
      int chunks,
      int bits) {
    checkDimension(chunks);
    Require.inRange("bits", bits, 2, 8);
    checkBytes(query, queryOffset, (long) chunks * LevelKernel.CHUNK * Short.BYTES);
    checkBytes(rows, offset, (long) chunks * Long.BYTES * bits);
  }

  /// Checks a block of codes, and the room for its estimates.
  static void check(
      LookupTable table,
      FactorFormat format,
      MemorySegment blocks,
      long offset,
      float[] estimates) {
    long bytes = FastScan.blockBytes(format, table.lookups());
    Objects.checkFromIndexSize(offset, bytes, blocks.byteSize());
    Objects.checkFromIndexSize(0, FastScan.BLOCK, estimates.length);
  }

  private static void checkDimension(int dimension) {
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension must be at least 1, got " + dimension);
    }
  }

  private static void checkEven(int dimension) {
    if (dimension < 2 || dimension % 2 != 0) {
      throw new IllegalArgumentException("dimension must be even and at least 2, got " + dimension);
    }
  }

  private static void checkBytes(MemorySegment segment, long offset, long bytes) {
    Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
  }

  /// One test for four rows: the sign of what is left before and after each of them.
  private static void checkBytes(MemorySegment rows, FourRows four, long bytes) {
    long last = rows.byteSize() - bytes;
    long before = four.offset0 | four.offset1 | four.offset2 | four.offset3;
    long after =
        last - four.offset0 | last - four.offset1 | last - four.offset2 | last - four.offset3;
    if ((before | after) < 0) {
      checkBytes(rows, four.offset0, bytes);
      checkBytes(rows, four.offset1, bytes);
      checkBytes(rows, four.offset2, bytes);
      checkBytes(rows, four.offset3, bytes);
    }
  }
}

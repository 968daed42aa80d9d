package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;

/// Counts the bits in which one query and rows of bits differ or agree. Stateless and thread-safe.
///
/// A query and a row are `words` words of 64 bits. Any alignment works; addresses that are
/// multiples of 64 are fastest. Any number of words of at least 1 works; multiples of 8 spare the
/// scalar tail.
///
/// Every method throws `IndexOutOfBoundsException` if an operand does not lie inside its segment,
/// before anything is read, and `IllegalArgumentException` if there are no words.
public sealed interface BitKernel permits ScalarBitKernel, SimdBitKernel {

  /// Planes of a query whose coordinates are numbers of 4 bits.
  int PLANES = 4;

  /// Returns the fastest kernel for this process: see [VectorKernel#best()].
  static BitKernel best() {
    return KernelChoice.BITS;
  }

  /// Returns the kernel that defines what the right results are.
  static BitKernel scalar() {
    return ScalarBitKernel.INSTANCE;
  }

  /// Returns how many bits of a query and a row differ: their Hamming distance.
  int differing(MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words);

  /// Returns how many bits are set both in a query and in a row: the inner product of zeros and
  /// ones.
  int common(MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words);

  /// Writes how many bits of a query and each of four rows differ to the counts of `four`.
  void differing4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words);

  /// Writes how many bits are set both in a query and in each of four rows to the counts of `four`.
  void common4(MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words);

  /// Returns the inner product of a query of numbers in `[0, 15]` and a row of zeros and ones: with
  /// every bit of the row that is set counts a coordinate of the query.
  ///
  /// @param query [#PLANES] planes of `words` words each: the lowest bits of all coordinates, then
  ///   the next ones
  /// @param words of a plane and of a row, below 2^20
  int weighted(MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words);

  /// Writes the inner products of a query of numbers in `[0, 15]` and each of four rows of zeros
  /// and ones to the counts of `four`: see [#weighted].
  void weighted4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words);
}

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
}

package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;

/// Compares one query of signed bytes with rows of them, in whole numbers. Stateless and
/// thread-safe.
///
/// A query and a row are `dimension` bytes in `[-127, 127]`; with -128 the result is undefined. Any
/// alignment works; addresses that are multiples of 64 are fastest. Any dimension from 1 to 65,536
/// works without overflow; multiples of 64 spare the scalar tail.
///
/// Every method throws `IndexOutOfBoundsException` if an operand does not lie inside its segment,
/// before anything is read, and `IllegalArgumentException` if the dimension is less than 1.
public sealed interface ByteKernel permits ScalarByteKernel, SimdByteKernel {

  /// Returns the fastest kernel for this process: see [VectorKernel#best()].
  static ByteKernel best() {
    return KernelChoice.BYTES;
  }

  /// Returns the kernel that defines what the right results are.
  static ByteKernel scalar() {
    return ScalarByteKernel.INSTANCE;
  }

  /// Returns the inner product of a query and a row.
  int dot(MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension);

  /// Returns the squared Euclidean distance between a query and a row.
  int squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension);

  /// Writes the inner products of a query and four rows to the counts of `four`.
  void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension);

  /// Writes the squared distances between a query and four rows to the counts of `four`.
  void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension);
}

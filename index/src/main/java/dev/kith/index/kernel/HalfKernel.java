package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;

/// Compares one query of floats with rows of 16-bit numbers. Stateless and thread-safe.
///
/// A query is `dimension` little-endian 32-bit floats. A row is `dimension / 2` little-endian
/// 32-bit words: word `j` has coordinate `j` in its low half and coordinate `j + dimension / 2` in
/// its high half. So a register of words becomes two registers of floats without moving anything
/// from lane to lane, and each meets a contiguous part of the query.
///
/// Any even dimension of at least 2 and any alignment works; dimensions that are multiples of 32
/// and addresses that are multiples of 64 are fastest.
///
/// Coordinates are expected to be finite: what an infinity or a NaN in a row contributes is not
/// defined. Sums are accumulated in floats, as [VectorKernel] says.
///
/// Every method throws `IndexOutOfBoundsException` if an operand does not lie inside its segment,
/// before anything is read, and `IllegalArgumentException` if the dimension is odd or less than 2.
public sealed interface HalfKernel permits ScalarHalfKernel, SimdF16Kernel, SimdBf16Kernel {

  /// Returns the fastest kernel for rows of a format in this process: see [VectorKernel#best()].
  static HalfKernel best(HalfFormat format) {
    return switch (format) {
      case F16 -> KernelChoice.F16;
      case BF16 -> KernelChoice.BF16;
    };
  }

  /// Returns the kernel that defines what the right results are.
  static HalfKernel scalar(HalfFormat format) {
    return switch (format) {
      case F16 -> ScalarHalfKernel.F16;
      case BF16 -> ScalarHalfKernel.BF16;
    };
  }

  /// Returns the inner product of a query and a row.
  float dot(MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension);

  /// Returns the squared Euclidean distance between a query and a row; never negative.
  float squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension);

  /// Writes the inner products of a query and four rows to the results of `four`.
  void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension);

  /// Writes the squared distances between a query and four rows to the results of `four`.
  void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension);
}

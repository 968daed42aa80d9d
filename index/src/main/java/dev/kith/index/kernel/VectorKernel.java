package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;

/// Compares one query with rows. Stateless and thread-safe.
///
/// A query and a row are `dimension` little-endian 32-bit floats at a byte offset of a segment. Any
/// alignment works; addresses that are multiples of 64 are fastest, because no load then splits a
/// cache line. Any dimension of at least 1 works; multiples of 16 spare the scalar tail. Methods
/// take a segment and an offset instead of a slice: a slice is free only while the optimiser can
/// prove that it does not escape.
///
/// Coordinates are expected to be finite. Sums are accumulated in floats, so finite but huge
/// coordinates may yield an infinity, or NaN where infinities of both signs meet; [#cosine] and
/// [#cosine4] never do.
///
/// Every method throws `IndexOutOfBoundsException` if an operand does not lie inside its segment,
/// before anything is read, and `IllegalArgumentException` if the dimension is less than 1.
public sealed interface VectorKernel permits ScalarKernel, SimdKernel {

  /// Names the system property that overrides the choice of [#best()]: `scalar` or `simd`.
  String PROPERTY = "kith.kernel";

  /// Returns the fastest kernel for this process, the same one on every call.
  ///
  /// That is the SIMD kernel, unless the module `jdk.incubator.vector` is absent (which is logged)
  /// or the system property [#PROPERTY] says `scalar`.
  static VectorKernel best() {
    return KernelChoice.VECTOR;
  }

  /// Returns the kernel that defines what the right results are.
  static VectorKernel scalar() {
    return ScalarKernel.INSTANCE;
  }

  /// Returns the inner product of a query and a row.
  float dot(MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension);

  /// Returns the squared Euclidean distance between a query and a row; never negative.
  float squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension);

  /// Returns the cosine of the angle between a query and a row, in `[-1, 1]`: their inner product
  /// divided by both norms. It is 0 if either is the zero vector, which has no direction. Never
  /// overflows or underflows.
  float cosine(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension);

  /// Writes the inner products of a query and four rows to the results of `four`.
  void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension);

  /// Writes the squared distances between a query and four rows to the results of `four`.
  void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension);

  /// Writes the inner products of a query and eight rows to the results of `first` and `second`:
  /// bit for bit those that [#dot4] writes, and sooner where rows come from memory.
  default void dot8(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows first,
      FourRows second,
      int dimension) {
    dot4(query, queryOffset, rows, first, dimension);
    dot4(query, queryOffset, rows, second, dimension);
  }

  /// Writes the squared distances between a query and eight rows to the results of `first` and
  /// `second`; see [#dot8].
  default void squaredDistance8(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows first,
      FourRows second,
      int dimension) {
    squaredDistance4(query, queryOffset, rows, first, dimension);
    squaredDistance4(query, queryOffset, rows, second, dimension);
  }

  /// Writes the cosines of a query and four rows, as [#cosine] defines them, to the results of
  /// `four`.
  void cosine4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension);

  /// Returns the squared norm of a row.
  default float squaredNorm(MemorySegment rows, long offset, int dimension) {
    return dot(rows, offset, rows, offset, dimension);
  }
}

package dev.kith.index.kernel;

/// The Walsh-Hadamard transform, from which fast random rotations are made. Stateless and
/// thread-safe.
public sealed interface Hadamard permits ScalarHadamard, SimdHadamard {

  /// Returns the fastest one for this process: see [VectorKernel#best()].
  static Hadamard best() {
    return KernelChoice.HADAMARD;
  }

  /// Returns the one that defines what the right results are.
  static Hadamard scalar() {
    return ScalarHadamard.INSTANCE;
  }

  /// Transforms `length` values in place, and divides them by the root of `length`, which makes it
  /// a rotation (and its own inverse).
  ///
  /// @param from first of them
  /// @param length a power of two, at least 16
  /// @throws IndexOutOfBoundsException if the array is shorter
  /// @throws IllegalArgumentException if `length` is no such power
  void transform(float[] values, int from, int length);
}

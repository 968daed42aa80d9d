package dev.kith.index.kernel;

/// Turns scores into shares of probability: `exp(scale * x_i) / sum_j exp(scale * x_j)`. Stateless
/// and thread-safe.
///
/// Exponentials are kept as a number near one and a power of two until they are divided, so that
/// none overflows and none of those that count underflows. Shares below about 2^-125 may be zero. A
/// scaled score beyond 2^19 on either side counts as if it were there, infinities too; a NaN is no
/// score, and its share is zero. Errors are below 1e-6 of a share, as far as floats hold what
/// scores differ by: lanes are summed up in floats over 64 turns at most, then in doubles.
///
/// Every method throws `IndexOutOfBoundsException` if the range does not lie inside an array.
public sealed interface SoftmaxKernel permits ScalarSoftmaxKernel, SimdSoftmaxKernel {

  /// Returns the fastest one for this process: see [VectorKernel#best()].
  static SoftmaxKernel best() {
    return KernelChoice.SOFTMAX;
  }

  /// Returns the one that defines what the right results are.
  static SoftmaxKernel scalar() {
    return ScalarSoftmaxKernel.INSTANCE;
  }

  /// Sums up exponentials.
  ///
  /// @param scale of the scores, above zero and finite
  /// @return the sum for `x[from..to)`
  ExponentialSum sum(float[] x, int from, int to, float scale);

  /// Divides exponentials by a sum.
  ///
  /// @param total [the sum][#sum] for these scores, or for more, of other segments too
  /// @param shares takes those of `x[from..to)` at the same places; may be `x` itself
  void shares(float[] x, int from, int to, float scale, ExponentialSum total, float[] shares);

  /// Finds the shares of scores among themselves. The same as the two above up to rounding, and
  /// faster whatever the number of scores, because no exponential is computed twice.
  ///
  /// @param shares takes those of `x[from..to)` at the same places; may be `x` itself, which takes
  ///   longer
  void softmax(float[] x, int from, int to, float scale, float[] shares);
}

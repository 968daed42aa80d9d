package dev.kith.index.kernel;

/// Turns scores into shares of probability: `exp(scale * x_i) / sum_j exp(scale * x_j)`. Stateless
/// and thread-safe.
///
/// Exponentials are kept as a number near one and a power of two until they are divided, so that
/// none overflows and none of those that count underflows. Shares below about 2^-126 are zero. A
/// scaled score beyond 2^19 on either side counts as if it were there, infinities too; a NaN is no
/// score, and its share is zero. Errors are below 1e-6 of a share, as far as floats hold what
/// scores differ by: lanes are summed up in floats over a thousand elements at most, then in
/// doubles.
///
/// Every method throws `IndexOutOfBoundsException` if the range does not lie inside an array.
public sealed interface SoftmaxKernel permits ScalarSoftmaxKernel, SimdSoftmaxKernel {

  /// Elements from which on [Passes#TWO] are as fast as [Passes#THREE], or faster: the scores do
  /// not stay in a cache from pass to pass then.
  int LARGE = 1 << 20;

  /// How shares are found, all with the same result up to rounding.
  enum Passes {
    /// The largest score; the exponentials of what others are less, and their sum; their quotients.
    THREE,
    /// As three, but exponentials are not stored: they are computed once for the sum and once more.
    THREE_RECOMPUTING,
    /// The sum of exponentials in pairs; the quotients of exponentials computed once more (Dukhan
    /// and Ablavatski, *Two-pass softmax algorithm*, 2020).
    TWO
  }

  /// Returns the fastest one for this process: see [VectorKernel#best()].
  static SoftmaxKernel best() {
    return KernelChoice.SOFTMAX;
  }

  /// Returns the one that defines what the right results are.
  static SoftmaxKernel scalar() {
    return ScalarSoftmaxKernel.INSTANCE;
  }

  /// Sums up exponentials: the first of two passes.
  ///
  /// @param scale of the scores, above zero and finite
  /// @return the sum for `x[from..to)`
  ExponentialSum sum(float[] x, int from, int to, float scale);

  /// Divides exponentials by a sum: the second of two passes. The sum may be that of more scores,
  /// of other segments too.
  ///
  /// @param total of a positive mantissa
  /// @param shares takes those of `x[from..to)` at the same places; may be `x` itself
  void shares(float[] x, int from, int to, float scale, ExponentialSum total, float[] shares);

  /// Finds the shares of scores among themselves.
  ///
  /// @param passes how
  /// @param shares takes those of `x[from..to)` at the same places; may be `x` itself, but not of
  ///   [Passes#THREE_RECOMPUTING]
  void softmax(float[] x, int from, int to, float scale, Passes passes, float[] shares);

  /// Finds the shares of scores among themselves in as many passes as are fastest.
  default void softmax(float[] x, int from, int to, float scale, float[] shares) {
    softmax(x, from, to, scale, to - from < LARGE ? Passes.THREE : Passes.TWO, shares);
  }
}

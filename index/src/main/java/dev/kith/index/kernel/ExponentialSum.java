package dev.kith.index.kernel;

/// A sum of exponentials, `mantissa * 2^exponent`, which no score is too large or too small for.
///
/// Sums of parts of a collection add up to that of the whole, in any order and without knowing the
/// largest score of all: [#plus] commutes to the last bit, and is associative up to the rounding of
/// doubles. (Dukhan and Ablavatski, *Two-pass softmax algorithm*, 2020, section 4, keep such pairs
/// for single numbers.)
///
/// @param mantissa in `[1, 2)`, or 0 for nothing, infinity, or NaN if a score was none
/// @param exponent a whole number; 0 where the mantissa is no ordinary one
public record ExponentialSum(double mantissa, double exponent) {

  /// The sum of nothing.
  public static final ExponentialSum NONE = new ExponentialSum(0, 0);

  private static final double LN2 = Math.log(2);

  /// Makes a sum of any mantissa that is not negative.
  ///
  /// @param exponent a whole number
  static ExponentialSum of(double mantissa, double exponent) {
    if (!(mantissa > 0 && mantissa < Double.POSITIVE_INFINITY)) {
      return mantissa == 0 ? NONE : new ExponentialSum(mantissa, 0);
    }
    int shift = Math.getExponent(mantissa);
    return new ExponentialSum(Math.scalb(mantissa, -shift), exponent + shift);
  }

  /// The exponential of a number.
  public static ExponentialSum exp(double x) {
    if (!(Math.abs(x) < 0x1p50)) {
      return x == Double.NEGATIVE_INFINITY || x < 0
          ? NONE
          : new ExponentialSum(x > 0 ? Double.POSITIVE_INFINITY : Double.NaN, 0);
    }
    double exponent = Math.rint(x / LN2);
    return of(Math.exp(x - exponent * LN2), exponent);
  }

  /// The sum of both.
  public ExponentialSum plus(ExponentialSum other) {
    if (mantissa == 0) {
      return other;
    }
    if (other.mantissa == 0) {
      return this;
    }
    double larger = Math.max(exponent, other.exponent);
    return of(scaled(larger) + other.scaled(larger), larger);
  }

  private double scaled(double to) {
    return Math.scalb(mantissa, (int) Math.max(-2000, exponent - to));
  }

  /// The product of both: each exponential of one times each of the other.
  public ExponentialSum times(ExponentialSum other) {
    return of(mantissa * other.mantissa, exponent + other.exponent);
  }

  /// The natural logarithm of the sum; negative infinity of nothing.
  public double log() {
    return Math.log(mantissa) + exponent * LN2;
  }
}

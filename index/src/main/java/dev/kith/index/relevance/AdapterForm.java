package dev.kith.index.relevance;

/// How a [CosineAdapter] maps a score `x` before the logistic function: `sgn(x) * a * |x|^k + b`,
/// where `a > 0`.
public enum AdapterForm {
  /// `k` is 1.
  LINEAR,
  /// `k` is one half.
  SQRT,
  /// `k` is 2.
  QUADRATIC,
  /// `k` is in `(0, 2)`, chosen for the query as `a` and `b` are.
  POWER;

  /// Numbers that the network chooses.
  int outputs() {
    return this == POWER ? 3 : 2;
  }

  /// The exponent, where it is the same for all queries.
  double exponent() {
    return switch (this) {
      case LINEAR, POWER -> 1;
      case SQRT -> 0.5;
      case QUADRATIC -> 2;
    };
  }
}

package dev.kith.index;

/// How two vectors are compared. Whatever the metric, a larger score means nearer.
public enum Metric {
  /// Cosine of the angle, in `[-1, 1]`. Vectors are normalised internally; zero vectors are
  /// refused.
  COSINE,
  /// Inner product, unbounded.
  DOT,
  /// Negative Euclidean distance, at most zero.
  EUCLIDEAN
}

package dev.kith.client;

/// How two vectors are compared. Whatever the metric, a higher score is nearer.
public enum Metric {
  /// Cosine of the angle, score in `[-1, 1]`. Zero vectors are refused.
  COSINE,

  /// Inner product, score unbounded.
  DOT,

  /// Negative Euclidean distance, score in `(-inf, 0]`.
  EUCLIDEAN
}

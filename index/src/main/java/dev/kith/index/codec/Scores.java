package dev.kith.index.codec;

import dev.kith.index.Metric;

/// What raw scores mean.
///
/// | metric | raw | external |
/// |---|---|---|
/// | COSINE | inner product of unit vectors | the same, in `[-1, 1]` |
/// | DOT | inner product | the same |
/// | EUCLIDEAN | negative squared distance, which needs no root | negative distance |
public final class Scores {

  private Scores() {}

  /// Raw score that no vector exceeds, up to rounding: that of the query itself, if the metric is a
  /// distance.
  public static float best(Metric metric) {
    return switch (metric) {
      case COSINE -> 1;
      case DOT -> Float.POSITIVE_INFINITY;
      case EUCLIDEAN -> 0;
    };
  }

  /// Infinities of both signs in one sum leave NaN, which no comparison can place: it becomes
  /// negative infinity.
  static float comparable(float sum) {
    return Float.isNaN(sum) ? Float.NEGATIVE_INFINITY : sum;
  }

  /// Turns a raw score into the one that a user sees. Keeps the order.
  public static float external(Metric metric, float raw) {
    return switch (metric) {
      // Rounding carries a unit vector's product with itself just past one.
      case COSINE -> Math.clamp(raw, -1f, 1f);
      case DOT -> raw;
      // A difference from zero, because a plain negation would give -0 for the same point.
      case EUCLIDEAN -> 0f - (float) Math.sqrt(-raw);
    };
  }
}

package dev.kith.index.relevance;

/// A logistic curve `1 / (1 + exp(-(slope * x + intercept)))` that ascends.
///
/// @param slope above 0 and finite
/// @param intercept finite
public record Curve(float slope, float intercept) {
  public Curve {
    if (!(slope > 0 && slope <= Float.MAX_VALUE && Math.abs(intercept) <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "a curve ascends and is finite, got slope %s and intercept %s"
              .formatted(slope, intercept));
    }
  }

  /// Its height, in `[0, 1]`. Never descends.
  public float at(double x) {
    return logistic(slope * x + intercept);
  }

  /// The logistic function.
  static float logistic(double x) {
    return (float) (1 / (1 + Math.exp(-x)));
  }
}

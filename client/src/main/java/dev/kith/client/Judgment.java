package dev.kith.client;

/// How relevant a point is to a query.
///
/// @param point the point
/// @param grade how likely it is relevant, in `[0, 1]`: 1 is relevant, 0 is not; of clicks, 1 for a
///   click and 0 for none
/// @param propensity of clicks, how likely the point was looked at at all where it was shown, in
///   `[0.01, 1]`; else 1
public record Judgment(PointId point, float grade, float propensity) {
  private static final float LEAST_PROPENSITY = 0.01f;

  public Judgment {
    if (!(grade >= 0 && grade <= 1)) {
      throw new IllegalArgumentException("a grade must be in [0, 1], got " + grade);
    }
    if (!(propensity >= LEAST_PROPENSITY && propensity <= 1)) {
      throw new IllegalArgumentException(
          "a propensity must be in [%s, 1], got %s".formatted(LEAST_PROPENSITY, propensity));
    }
  }

  /// A judgment by somebody who looked.
  public Judgment(PointId point, float grade) {
    this(point, grade, 1);
  }
}

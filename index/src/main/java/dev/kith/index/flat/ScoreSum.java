package dev.kith.index.flat;

import dev.kith.index.Metric;
import dev.kith.index.codec.Scores;
import dev.kith.index.kernel.ExponentialSum;
import dev.kith.index.kernel.SoftmaxKernel;

/// Sums up `exp(score / temperature)` over rows, and the squares of these terms, a block of scores
/// at a time. Owned by one worker and reused; not thread-safe.
///
/// Scores are those that a user sees ([Scores#external]). Of each block they are taken from its
/// largest before they are divided, so that rounding to floats costs the less the more a score
/// matters: a sum is right to 1e-6 of it, however large scores are. Sums of blocks add up in
/// doubles, and so do those of segments.
public final class ScoreSum {
  private Metric metric = Metric.DOT;
  private double temperature = 1;
  private float scale = 1;
  private float halvedScale = 2;
  private final float[] scores = new float[FlatScan.BLOCK];
  private int pending;
  private ExponentialSum sum = ExponentialSum.NONE;
  private ExponentialSum halved = ExponentialSum.NONE;
  private long rows;

  /// Forgets all rows.
  ///
  /// @param metric of the scores from now on
  /// @param temperature above 0 and finite
  /// @throws IllegalArgumentException if the temperature is not
  public void reset(Metric metric, double temperature) {
    this.temperature = checked(temperature);
    this.metric = metric;
    this.scale = scale(temperature);
    this.halvedScale = scale(temperature / 2);
    this.pending = 0;
    this.sum = ExponentialSum.NONE;
    this.halved = ExponentialSum.NONE;
    this.rows = 0;
  }

  /// Returns a temperature that scores can be divided by.
  ///
  /// @throws IllegalArgumentException if it is not above 0 and finite
  public static double checked(double temperature) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a temperature must be above 0 and finite, got " + temperature);
    }
    return temperature;
  }

  private static float scale(double temperature) {
    return (float) Math.clamp(1 / temperature, Float.MIN_NORMAL, Float.MAX_VALUE);
  }

  /// Adds a row.
  ///
  /// @param raw its score, not NaN
  public void add(float raw) {
    scores[pending++] = Scores.external(metric, raw);
    if (pending == scores.length) {
      addPending();
    }
  }

  private void addPending() {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < pending; i++) {
      largest = Math.max(largest, scores[i]);
    }
    if (Float.isInfinite(largest)) {
      // All terms are zero, or one is infinite: there is nothing to take scores from.
      ExponentialSum limit = ExponentialSum.exp(largest);
      sum = sum.plus(limit);
      halved = halved.plus(limit);
    } else {
      for (int i = 0; i < pending; i++) {
        scores[i] -= largest;
      }
      SoftmaxKernel kernel = SoftmaxKernel.best();
      ExponentialSum unit = ExponentialSum.exp(largest / temperature);
      ExponentialSum squaredUnit = ExponentialSum.exp(2 * (largest / temperature));
      sum = sum.plus(kernel.sum(scores, 0, pending, scale).times(unit));
      halved = halved.plus(kernel.sum(scores, 0, pending, halvedScale).times(squaredUnit));
    }
    rows += pending;
    pending = 0;
  }

  /// The sum of `exp(score / temperature)` over the rows so far.
  public ExponentialSum sum() {
    addPending();
    return sum;
  }

  /// The sum at half the temperature, which is that of the squares of the terms.
  public ExponentialSum halved() {
    addPending();
    return halved;
  }

  /// Rows so far.
  public long rows() {
    return rows + pending;
  }
}

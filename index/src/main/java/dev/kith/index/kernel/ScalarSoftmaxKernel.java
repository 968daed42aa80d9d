package dev.kith.index.kernel;

import java.util.Objects;

/// The definition, in doubles.
final class ScalarSoftmaxKernel implements SoftmaxKernel {
  static final ScalarSoftmaxKernel INSTANCE = new ScalarSoftmaxKernel();

  /// Farthest that a scaled score counts.
  static final float FARTHEST = 0x1p19f;

  private ScalarSoftmaxKernel() {}

  /// A scaled score, no farther than what counts; negative infinity for a NaN, which is no score.
  static double scaled(float x, float scale) {
    float product = x * scale;
    return Float.isNaN(product)
        ? Double.NEGATIVE_INFINITY
        : Math.clamp(product, -FARTHEST, FARTHEST);
  }

  /// Stores the exponentials of what scores are less than the largest of them.
  ///
  /// @return their sum
  double exponentials(float[] x, int from, int to, float scale, float largest, float[] target) {
    double top = scaled(largest, scale);
    double sum = 0;
    for (int i = from; i < to; i++) {
      target[i] = (float) Math.exp(scaled(x[i], scale) - top);
      sum += target[i];
    }
    return sum;
  }

  @Override
  public ExponentialSum sum(float[] x, int from, int to, float scale) {
    Objects.checkFromToIndex(from, to, x.length);
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, scaled(x[i], scale));
    }
    if (largest == Double.NEGATIVE_INFINITY) {
      return ExponentialSum.NONE;
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.exp(scaled(x[i], scale) - largest);
    }
    ExponentialSum unit = ExponentialSum.exp(largest);
    return ExponentialSum.of(sum * unit.mantissa(), unit.exponent());
  }

  @Override
  public void shares(
      float[] x, int from, int to, float scale, ExponentialSum total, float[] shares) {
    Objects.checkFromToIndex(from, to, Math.min(x.length, shares.length));
    double log = total.mantissa() > 0 ? total.log() : Double.POSITIVE_INFINITY;
    for (int i = from; i < to; i++) {
      float share = (float) Math.exp(scaled(x[i], scale) - log);
      shares[i] = share < Float.MIN_NORMAL ? 0 : share;
    }
  }

  @Override
  public void softmax(float[] x, int from, int to, float scale, float[] shares) {
    shares(x, from, to, scale, sum(x, from, to, scale), shares);
  }
}

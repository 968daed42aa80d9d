package dev.kith.index.rank;

/// Finds the temperature at which the shares of some scores have a perplexity. Owned by one thread.
///
/// With `x = (score - largest) / temperature`, the entropy of the shares is `log(sum e^x) -
/// mean(x)`, the mean by shares, and its derivative by the logarithm of the temperature is the
/// variance of `x`. What entropy lacks of that of equal shares falls about as the squared
/// temperature rises while it is small. So Newton's method on the logarithms of both takes few
/// steps, started where that law puts the temperature; where a step would leave what is known to
/// enclose the temperature, or does not at least halve, half of that is taken instead, which many
/// equal highest scores make necessary.
final class TemperatureSearch {

  /// Least and largest temperature that is looked at, in terms of how far scores lie apart.
  private static final double COLDEST = 1e-4;

  private static final double HOTTEST = 1e5;

  /// Step of the logarithm of the temperature below which the next one is not worth taking: the
  /// error squares with every step.
  private static final double SMALL = 1e-7;

  /// Halving alone brings what encloses the logarithm of the temperature from 21 to 1e-15 in 55
  /// steps, and is done in every other one at least where Newton's method fails.
  private static final int MAX_STEPS = 120;

  private final float[] below;
  private final int count;
  private double lack;
  private double variance;

  /// @param below `[0, count)` are what scores are less than the largest: none above zero, one of
  ///   them zero, and one not
  TemperatureSearch(float[] below, int count) {
    this.below = below;
    this.count = count;
  }

  /// What was found.
  ///
  /// @param steps how often all scores were looked at
  record Found(double temperature, int steps) {}

  /// Finds it.
  ///
  /// @param perplexity in `[1, count]`
  /// @return the coldest or hottest that is looked at if it lies beyond
  Found find(double perplexity) {
    double wanted = Math.log(count / perplexity);
    double apart = apart();
    double cold = Math.log(COLDEST * apart);
    double hot = Math.log(HOTTEST * apart);
    lookAt(cold);
    if (lack <= wanted) {
      return new Found(Math.exp(cold), 1);
    }
    lookAt(hot);
    if (lack >= wanted) {
      return new Found(Math.exp(hot), 2);
    }
    // Almost equal shares have the variance of equal ones.
    double at = Math.clamp(hot + 0.5 * Math.log(variance / (2 * wanted)), cold, hot);
    double stepBefore = hot - cold;
    double step = stepBefore;
    for (int steps = 3; steps < MAX_STEPS; steps++) {
      lookAt(at);
      double above = Math.log(lack / wanted);
      double newton = above * lack / variance;
      if (Math.abs(newton) < SMALL) {
        return new Found(Math.exp(at + newton), steps);
      }
      if (above > 0) {
        cold = at;
      } else {
        hot = at;
      }
      double next = at + newton;
      if (!(next > cold && next < hot && Math.abs(newton) <= stepBefore / 2)) {
        next = (cold + hot) / 2;
      }
      stepBefore = step;
      step = Math.abs(next - at);
      if (step < SMALL * SMALL) {
        break;
      }
      at = next;
    }
    return new Found(Math.exp(at), MAX_STEPS);
  }

  private double apart() {
    double least = 0;
    for (int i = 0; i < count; i++) {
      least = Math.min(least, below[i]);
    }
    return -least;
  }

  /// Finds what entropy lacks of that of equal shares, and the variance that it changes by.
  private void lookAt(double logTemperature) {
    double inverse = Math.exp(-logTemperature);
    double sum = 0;
    double first = 0;
    double second = 0;
    for (int i = 0; i < count; i++) {
      double x = below[i] * inverse;
      double e = Math.exp(x);
      sum += e;
      first += e * x;
      second += e * x * x;
    }
    double mean = first / sum;
    lack = Math.log(count / sum) + mean;
    variance = second / sum - mean * mean;
  }
}

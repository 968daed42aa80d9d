package dev.kith.index.rank;

import java.util.Arrays;
import java.util.List;

/// Combines several scores of each candidate of a search into one.
public final class Fusion {

  private Fusion() {}

  /// How scores are combined.
  public sealed interface Method {

    /// The logarithm of the weighted mean of the shares that each signal gives a candidate: a
    /// mixture of distributions over the candidates.
    record Mixture() implements Method {}

    /// The weighted sum of `1 / (constant + rank)` (Cormack, Clarke and Büttcher, *Reciprocal rank
    /// fusion outperforms Condorcet and individual rank learning methods*, 2009). Ranks count from
    /// 1; equal values have the rank of the first of them.
    ///
    /// @param constant in `[0, 1000000]`: the larger, the less the first ranks stand out
    record ReciprocalRank(double constant) implements Method {
      public ReciprocalRank {
        if (!(constant >= 0 && constant <= 1e6)) {
          throw new IllegalArgumentException(
              "a rank constant must be in [0, 1000000], got " + constant);
        }
      }
    }
  }

  /// One score of each candidate.
  ///
  /// @param values one a candidate, finite, higher is better; NaN where there is none
  /// @param weight among the signals, above 0 and at most 1,000,000
  /// @param temperature of [Method.Mixture]: what values are divided by
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Signal(float[] values, double weight, Temperature temperature) {
    public Signal {
      if (!(weight > 0 && weight <= 1e6)) {
        throw new IllegalArgumentException(
            "a signal's weight must be above 0 and at most 1000000, got " + weight);
      }
    }
  }

  /// Combines signals.
  ///
  /// @param count of candidates
  /// @return one score a candidate, higher is better. Of [Method.Mixture] the natural logarithm of
  ///   a probability among the candidates, negative infinity for those without any value; of
  ///   [Method.ReciprocalRank] 0 for those
  /// @throws IllegalArgumentException if a signal has other than `count` values
  public static double[] scores(Method method, List<Signal> signals, int count) {
    for (Signal signal : signals) {
      if (signal.values.length != count) {
        throw new IllegalArgumentException(
            "a signal must have a value for each of %d candidates, got %d"
                .formatted(count, signal.values.length));
      }
    }
    return switch (method) {
      case Method.Mixture() -> mixture(signals, count);
      case Method.ReciprocalRank(double constant) -> reciprocalRanks(constant, signals, count);
    };
  }

  private static double[] mixture(List<Signal> signals, int count) {
    double[] logs = new double[count];
    Arrays.fill(logs, Double.NEGATIVE_INFINITY);
    double total = 0;
    for (Signal signal : signals) {
      // Logarithms from the first step to the last: a share that is too small for a number counts
      // where no other signal knows the candidate.
      float[] known = known(signal.values);
      if (known.length > 0) {
        total += signal.weight;
        addShares(signal, known, logs);
      }
    }
    for (int i = 0; i < count; i++) {
      // Of nothing, nothing is left.
      logs[i] -= total == 0 ? 0 : Math.log(total);
    }
    return logs;
  }

  /// Adds `weight * exp(value / temperature) / sum` to what `logs` are the logarithms of.
  private static void addShares(Signal signal, float[] known, double[] logs) {
    double temperature = signal.temperature.of(known, known.length, new float[known.length]);
    double largest = Double.NEGATIVE_INFINITY;
    for (float value : known) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (float value : known) {
      sum += Math.exp((value - largest) / temperature);
    }
    double ofAll = Math.log(signal.weight / sum);
    for (int i = 0; i < logs.length; i++) {
      float value = signal.values[i];
      if (!Float.isNaN(value)) {
        logs[i] = logOfSum(logs[i], ofAll + (value - largest) / temperature);
      }
    }
  }

  /// `log(exp(a) + exp(b))`
  ///
  /// @param b finite
  private static double logOfSum(double a, double b) {
    return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
  }

  private static double[] reciprocalRanks(double constant, List<Signal> signals, int count) {
    double[] sums = new double[count];
    for (Signal signal : signals) {
      float[] ascending = known(signal.values);
      Arrays.sort(ascending);
      for (int i = 0; i < count; i++) {
        if (!Float.isNaN(signal.values[i])) {
          sums[i] += signal.weight / (constant + 1 + above(ascending, signal.values[i]));
        }
      }
    }
    return sums;
  }

  /// How many are above a value that is among them.
  private static int above(float[] ascending, float value) {
    int from = 0;
    int to = ascending.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (ascending[middle] > value) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return ascending.length - from;
  }

  private static float[] known(float[] values) {
    float[] known = new float[values.length];
    int count = 0;
    for (float value : values) {
      if (!Float.isNaN(value)) {
        known[count++] = value;
      }
    }
    return Arrays.copyOf(known, count);
  }
}

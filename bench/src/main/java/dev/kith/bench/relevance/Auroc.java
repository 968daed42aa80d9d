package dev.kith.bench.relevance;

import java.util.Arrays;

/// How well a number tells two groups apart: the probability that it is larger for a random one of
/// the first than for a random one of the second, an equal one counting half (area under the
/// receiver operating characteristic).
final class Auroc {

  private Auroc() {}

  /// @param positives for which it should be larger; at least one
  /// @param negatives at least one
  static double of(double[] positives, double[] negatives) {
    double[] sorted = negatives.clone();
    Arrays.sort(sorted);
    double sum = 0;
    for (double positive : positives) {
      sum += (below(sorted, positive) + upTo(sorted, positive)) / 2.0;
    }
    return sum / ((double) positives.length * negatives.length);
  }

  private static int below(double[] sorted, double value) {
    return upTo(sorted, Math.nextDown(value));
  }

  /// How many are at most so large.
  private static int upTo(double[] sorted, double value) {
    int from = 0;
    int to = sorted.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (sorted[middle] <= value) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}

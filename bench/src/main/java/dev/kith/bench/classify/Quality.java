package dev.kith.bench.classify;

import dev.kith.bench.report.Cells;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How good distributions over classes are.
///
/// @param accuracy share of queries whose likeliest class is theirs; of equally likely ones the
///   first
/// @param nll mean negative logarithm of the probability of a query's class, no less than [#FLOOR]:
///   neighbours that have none of the class give it none
/// @param ece expected calibration error: how far, on average, the likeliest class's probability is
///   from the share of queries that it is right for, among those of about that probability
/// @param floored queries whose class got less than the floor
record Quality(double accuracy, double nll, double ece, int floored) {

  /// Least probability that a class counts as having.
  static final double FLOOR = 1e-6;

  private static final int BINS = 15;

  /// Judges distributions.
  ///
  /// @param distributions a query each
  /// @param truth classes of the queries
  static Quality of(List<double[]> distributions, int[] truth) {
    double[] confidence = new double[BINS];
    int[] right = new int[BINS];
    double nll = 0;
    int floored = 0;
    for (int i = 0; i < truth.length; i++) {
      double[] distribution = distributions.get(i);
      int likeliest = likeliest(distribution);
      int bin = Math.clamp((int) (distribution[likeliest] * BINS), 0, BINS - 1);
      confidence[bin] += distribution[likeliest];
      right[bin] += likeliest == truth[i] ? 1 : 0;
      nll -= Math.log(Math.max(FLOOR, distribution[truth[i]]));
      floored += distribution[truth[i]] < FLOOR ? 1 : 0;
    }
    double ece = 0;
    int correct = 0;
    for (int bin = 0; bin < BINS; bin++) {
      // A bin's share of queries, times how far its means are apart.
      ece += Math.abs(confidence[bin] - right[bin]) / truth.length;
      correct += right[bin];
    }
    return new Quality(correct / (double) truth.length, nll / truth.length, ece, floored);
  }

  static int likeliest(double[] distribution) {
    int likeliest = 0;
    for (int i = 1; i < distribution.length; i++) {
      if (distribution[i] > distribution[likeliest]) {
        likeliest = i;
      }
    }
    return likeliest;
  }

  List<String> cells() {
    return List.of(Cells.share(accuracy), Cells.share(nll), Cells.share(ece));
  }

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("accuracy", accuracy)
        .put("nll", nll)
        .put("ece", ece)
        .put("floored", floored);
  }
}

package dev.kith.index.trial;

import java.util.Arrays;

/// The local intrinsic dimension in the middle of several: in how many directions the data spreads
/// around one vector.
///
/// By maximum likelihood (Levina & Bickel, *Maximum likelihood estimation of intrinsic dimension*,
/// 2004, section 2; Amsaleg et al., *Estimating local intrinsic dimensionality*, 2015, section 4):
/// with distances `r_1 <= ... <= r_k` to the nearest rows, one over the mean of `ln(r_k / r_i)`
/// over `i < k`.
final class MedianDimension {

  private MedianDimension() {}

  /// The median of the estimates at several vectors.
  ///
  /// @param scores for every vector the negative squared distances of the rows nearest to it, the
  ///   best first; those of copies, which are zero, are skipped
  /// @return above 0; or 0 if no vector has two rows at different distances
  static double of(float[][] scores) {
    double[] estimates =
        Arrays.stream(scores)
            .mapToDouble(MedianDimension::estimate)
            .filter(estimate -> estimate > 0)
            .sorted()
            .toArray();
    return estimates.length == 0 ? 0 : estimates[estimates.length / 2];
  }

  private static double estimate(float[] scores) {
    float last = scores[scores.length - 1];
    double logarithms = 0;
    int others = 0;
    for (int i = 0; i < scores.length - 1; i++) {
      if (scores[i] < 0) {
        logarithms += Math.log((double) last / scores[i]) / 2; // Half: they are squared.
        others++;
      }
    }
    boolean differ = logarithms > 0 && Double.isFinite(logarithms);
    return differ ? others / logarithms : 0;
  }
}

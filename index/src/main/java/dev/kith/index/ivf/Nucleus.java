package dev.kith.index.ivf;

/// Weights of lists by the softmax of their centroids' scores. Reused from query to query; not
/// thread-safe.
final class Nucleus {
  private double best;
  private double perDeviation;
  private double total;

  /// Weighs the lists that have rows.
  ///
  /// @param scores of the centroid of every list
  /// @param sizes rows of every list
  /// @param lists how many there are
  void set(float[] scores, int[] sizes, int lists) {
    int count = 0;
    double sum = 0;
    double squares = 0;
    best = Double.NEGATIVE_INFINITY;
    for (int list = 0; list < lists; list++) {
      if (sizes[list] > 0) {
        count++;
        sum += scores[list];
        squares += (double) scores[list] * scores[list];
        best = Math.max(best, scores[list]);
      }
    }
    double mean = sum / count;
    double deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    perDeviation = deviation > 0 ? 1 / deviation : 0;
    total = 0;
    for (int list = 0; list < lists; list++) {
      if (sizes[list] > 0) {
        total += weight(scores[list]);
      }
    }
  }

  /// The share that a list has of the softmax.
  ///
  /// @param score of its centroid
  double share(float score) {
    return weight(score) / total;
  }

  private double weight(float score) {
    return Math.exp((score - best) * perDeviation);
  }
}

package dev.kith.index.relevance;

/// What the scores of a query's candidates look like: those at some ranks, their mean and their
/// deviation. How steeply they fall says more about relevance than the query itself.
final class ListStatistics {

  /// Numbers that describe a list.
  static final int COUNT = 8;

  private static final int[] RANKS = {1, 2, 5, 10, 50};

  private ListStatistics() {}

  /// Describes a list.
  ///
  /// @param scores none above the one before it
  /// @param count at least 1; ranks behind the last have its score
  /// @param mean of the scores
  /// @param deviation of the scores
  /// @param target takes [#COUNT] numbers from `at` on
  static void describe(
      float[] scores, int count, double mean, double deviation, float[] target, int at) {
    int next = at;
    for (int rank : RANKS) {
      target[next++] = scores[Math.min(rank, count) - 1];
    }
    target[next++] = scores[count - 1];
    target[next++] = (float) mean;
    target[next] = (float) deviation;
  }

  static double mean(float[] scores, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += scores[i];
    }
    return count == 0 ? 0 : sum / count;
  }

  static double deviation(float[] scores, int count, double mean) {
    double squares = 0;
    for (int i = 0; i < count; i++) {
      squares += (scores[i] - mean) * (scores[i] - mean);
    }
    return count == 0 ? 0 : Math.sqrt(squares / count);
  }
}

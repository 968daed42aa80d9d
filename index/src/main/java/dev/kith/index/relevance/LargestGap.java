package dev.kith.index.relevance;

/// What stands before the largest step between neighbouring scores is relevant.
///
/// @param before probability of candidates before the step, in `[0, 1]`
/// @param behind probability of those behind it, in `[0, before]`
/// @param isFitted whether both were counted; else they are a rule of thumb
public record LargestGap(float before, float behind, boolean isFitted) implements RelevanceModel {

  /// The rule of thumb: all before the step and nothing behind it.
  public static final LargestGap RULE = new LargestGap(1, 0, false);

  public LargestGap {
    if (!(behind >= 0 && before >= behind && before <= 1)) {
      throw new IllegalArgumentException(
          "probabilities must be in [0, 1] and not ascend, got %s and %s"
              .formatted(before, behind));
    }
  }

  @Override
  public void relevances(float[] query, float[] scores, int count, float[] relevances) {
    int step = step(scores, count);
    for (int i = 0; i < count; i++) {
      relevances[i] = i < step ? before : behind;
    }
  }

  /// Candidates before the largest step; of equal steps the first, and all if no score differs.
  static int step(float[] scores, int count) {
    int step = count;
    float largest = 0;
    for (int i = 1; i < count; i++) {
      if (scores[i - 1] - scores[i] > largest) {
        largest = scores[i - 1] - scores[i];
        step = i;
      }
    }
    return step;
  }

  @Override
  public int parameters() {
    return isFitted ? 2 : 0;
  }
}

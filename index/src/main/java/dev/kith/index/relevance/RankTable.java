package dev.kith.index.relevance;

import java.util.Arrays;

/// A probability for each rank, whatever the scores are: what a fixed number of hits amounts to.
/// Hard to beat where queries are alike.
public final class RankTable implements RelevanceModel {

  /// The rule of thumb: one over the rank, so that a least relevance of .1 keeps ten hits.
  public static final RankTable RULE = new RankTable(new float[0]);

  private final float[] probabilities;

  /// @param probabilities of the ranks from the first on, none above the one before it; the last
  ///   one holds for all ranks behind it. Empty for one over the rank.
  public RankTable(float[] probabilities) {
    float before = 1;
    for (float probability : probabilities) {
      if (!(probability >= 0 && probability <= before)) {
        throw new IllegalArgumentException(
            "probabilities must be in [0, 1] and not ascend, got %s behind %s"
                .formatted(probability, before));
      }
      before = probability;
    }
    this.probabilities = probabilities.clone();
  }

  @Override
  public void relevances(float[] query, float[] scores, int count, float[] relevances) {
    for (int i = 0; i < count; i++) {
      relevances[i] =
          probabilities.length == 0
              ? 1f / (i + 1)
              : probabilities[Math.min(i, probabilities.length - 1)];
    }
  }

  /// The probabilities, a copy.
  public float[] probabilities() {
    return probabilities.clone();
  }

  @Override
  public int parameters() {
    return probabilities.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RankTable that && Arrays.equals(probabilities, that.probabilities);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(probabilities);
  }
}

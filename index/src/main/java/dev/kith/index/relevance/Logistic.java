package dev.kith.index.relevance;

/// One curve over the score, for all queries (Platt, *Probabilistic outputs for support vector
/// machines*, 1999).
///
/// @param curve over scores
public record Logistic(Curve curve) implements RelevanceModel {

  @Override
  public void relevances(float[] query, float[] scores, int count, float[] relevances) {
    for (int i = 0; i < count; i++) {
      relevances[i] = curve.at(scores[i]);
    }
  }

  @Override
  public int parameters() {
    return 2;
  }
}

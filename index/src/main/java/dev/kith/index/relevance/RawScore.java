package dev.kith.index.relevance;

import dev.kith.index.Metric;

/// The score itself, brought to a scale from 0 to 1: what relevance is judged by where nobody
/// learnt anything.
///
/// | metric | relevance of a score `s` |
/// |---|---|
/// | COSINE | `(1 + s) / 2` |
/// | DOT | `1 / (1 + exp(-s))` |
/// | EUCLIDEAN | `1 / (1 - s)`, where `-s` is the distance |
///
/// @param metric of the scores
public record RawScore(Metric metric) implements RelevanceModel {

  @Override
  public void relevances(float[] query, float[] scores, int count, float[] relevances) {
    for (int i = 0; i < count; i++) {
      relevances[i] =
          switch (metric) {
            case COSINE -> (1 + scores[i]) / 2;
            case DOT -> Curve.logistic(scores[i]);
            case EUCLIDEAN -> 1 / (1 - scores[i]);
          };
    }
  }

  @Override
  public int parameters() {
    return 0;
  }
}

package dev.kith.index.relevance;

/// A curve over how far a score stands out from those of all candidates: `(score - mean) /
/// deviation`. Candidates as equal as peas do not stand out at all.
///
/// @param curve over deviations
/// @param isFitted whether the curve was fitted; else it is a rule of thumb
public record ZScore(Curve curve, boolean isFitted) implements RelevanceModel {

  /// The rule of thumb: what stands out by three and a half deviations is as likely relevant as
  /// not.
  public static final ZScore RULE = new ZScore(new Curve(1.2f, -4.2f), false);

  @Override
  public void relevances(float[] query, float[] scores, int count, float[] relevances) {
    double mean = ListStatistics.mean(scores, count);
    double deviation = ListStatistics.deviation(scores, count, mean);
    for (int i = 0; i < count; i++) {
      relevances[i] = curve.at(standing(scores[i], mean, deviation));
    }
  }

  /// How far a score stands out.
  static double standing(float score, double mean, double deviation) {
    return deviation > 0 ? (score - mean) / deviation : 0;
  }

  @Override
  public int parameters() {
    return isFitted ? 2 : 0;
  }
}

package dev.kith.index.relevance;

import java.util.Arrays;
import java.util.Objects;

/// The candidates of one query, and what was judged of them. Shares the arrays that it is given: do
/// not change them.
public final class JudgedList {
  private final float[] query;
  private final float[] scores;
  private final float[] grades;
  private final double missed;

  /// @param query as for [RelevanceModel#relevances]
  /// @param scores likewise
  /// @param grades how likely each candidate is relevant: 1 is relevant and 0 is not. Of clicks,
  ///   one over the propensity of being looked at, which may exceed 1, or 0 (Joachims, Swaminathan
  ///   and Schnabel, *Unbiased learning-to-rank with biased feedback*, WSDM 2017). NaN where nobody
  ///   knows.
  /// @param missed grades of judged points that are no candidates, summed up
  /// @throws IllegalArgumentException if there are not as many grades as scores, scores ascend, or
  ///   a number is out of range
  public JudgedList(float[] query, float[] scores, float[] grades, double missed) {
    if (scores.length != grades.length || scores.length > RelevanceModel.MAX_CANDIDATES) {
      throw new IllegalArgumentException(
          "a list has at most %d scores and as many grades, got %d and %d"
              .formatted(RelevanceModel.MAX_CANDIDATES, scores.length, grades.length));
    }
    for (int i = 0; i < scores.length; i++) {
      if (!(scores[i] <= (i == 0 ? Float.MAX_VALUE : scores[i - 1]))) {
        throw new IllegalArgumentException("score %d ascends to %s".formatted(i, scores[i]));
      }
      if (grades[i] < 0 || grades[i] == Float.POSITIVE_INFINITY) {
        throw new IllegalArgumentException("grade %d is %s".formatted(i, grades[i]));
      }
    }
    if (!(missed >= 0 && missed < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("missed grades must be 0 or more, got " + missed);
    }
    this.query = Objects.requireNonNull(query);
    this.scores = scores;
    this.grades = grades;
    this.missed = missed;
  }

  /// The query, as it was given.
  public float[] query() {
    return query;
  }

  float[] scores() {
    return scores;
  }

  /// Candidates.
  public int size() {
    return scores.length;
  }

  /// Whether it is known whether a candidate is relevant.
  boolean isJudged(int candidate) {
    return !Float.isNaN(grades[candidate]);
  }

  /// How likely a candidate is relevant, as training sees it; NaN where nobody knows.
  float grade(int candidate) {
    return grades[candidate];
  }

  /// How likely a candidate is relevant, in `[0, 1]`, as figures count it.
  double relevant(int candidate) {
    return Math.min(1, grades[candidate]);
  }

  /// Relevant candidates.
  public double relevant() {
    double sum = 0;
    for (int i = 0; i < grades.length; i++) {
      sum += isJudged(i) ? relevant(i) : 0;
    }
    return sum;
  }

  /// Candidates of which it is known whether they are relevant.
  public int judged() {
    int judged = 0;
    for (int i = 0; i < grades.length; i++) {
      judged += isJudged(i) ? 1 : 0;
    }
    return judged;
  }

  /// Grades of judged points that are no candidates, summed up.
  public double missed() {
    return missed;
  }

  /// The same with fewer candidates: what was relevant behind them is missed.
  ///
  /// @param most candidates to keep
  public JudgedList first(int most) {
    if (most >= size()) {
      return this;
    }
    double lost = missed;
    for (int i = most; i < size(); i++) {
      lost += isJudged(i) ? grades[i] : 0;
    }
    return new JudgedList(query, Arrays.copyOf(scores, most), Arrays.copyOf(grades, most), lost);
  }
}

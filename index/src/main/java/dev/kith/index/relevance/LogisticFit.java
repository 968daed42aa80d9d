package dev.kith.index.relevance;

import java.util.List;

/// Fits a [Curve] to judged candidates by Newton's method: the slope and the intercept that make
/// what was judged most likely.
final class LogisticFit {

  /// Pairs that say enough of two numbers.
  private static final long ENOUGH = 1_000_000;

  private static final int ROUNDS = 50;

  /// Draws both numbers towards zero, by as much as this many pairs would: without it, a curve
  /// would be a step wherever judgments can be told apart.
  private static final double PRIOR = 1;

  private LogisticFit() {}

  /// What a curve is over.
  @FunctionalInterface
  interface Axis {
    /// Takes a candidate's place for each of a list.
    void places(JudgedList list, double[] places);
  }

  /// The score itself.
  static void score(JudgedList list, double[] places) {
    for (int i = 0; i < list.size(); i++) {
      places[i] = list.scores()[i];
    }
  }

  /// How far the score stands out.
  static void standing(JudgedList list, double[] places) {
    double mean = ListStatistics.mean(list.scores(), list.size());
    double deviation = ListStatistics.deviation(list.scores(), list.size(), mean);
    for (int i = 0; i < list.size(); i++) {
      places[i] = ZScore.standing(list.scores()[i], mean, deviation);
    }
  }

  /// Fits.
  ///
  /// @param lists with at least one judged candidate
  /// @param step called after every round; may throw to end it
  static Curve fit(List<JudgedList> lists, Axis axis, Runnable step) {
    long pairs = lists.stream().mapToLong(JudgedList::judged).sum();
    int stride = (int) Math.max(1, pairs / ENOUGH);
    double[] places = new double[RelevanceModel.MAX_CANDIDATES];
    Moments moments = moments(lists, axis, stride, places);
    double slope = 1; // Of a standardised place.
    double intercept = moments.logit();
    Sums sums = new Sums();
    for (int round = 0; round < ROUNDS; round++) {
      sums.clear(slope, intercept);
      for (int i = 0; i < lists.size(); i += stride) {
        JudgedList list = lists.get(i);
        axis.places(list, places);
        for (int j = 0; j < list.size(); j++) {
          if (list.isJudged(j)) {
            sums.add((places[j] - moments.mean) / moments.deviation, list.grade(j));
          }
        }
      }
      double determinant = sums.xx * sums.one - sums.x * sums.x;
      double ofSlope = (sums.one * sums.slope - sums.x * sums.intercept) / determinant;
      double ofIntercept = (sums.xx * sums.intercept - sums.x * sums.slope) / determinant;
      // No stride is so long that it leaves where the curve is about straight.
      double shrink = 1 / Math.max(1, Math.max(Math.abs(ofSlope), Math.abs(ofIntercept)) / 2);
      slope = Math.max(1e-3, slope - shrink * ofSlope);
      intercept -= shrink * ofIntercept;
      step.run();
      if (Math.abs(ofSlope) + Math.abs(ofIntercept) < 1e-9) {
        break;
      }
    }
    return new Curve(
        (float) (slope / moments.deviation),
        (float) (intercept - slope * moments.mean / moments.deviation));
  }

  private static Moments moments(List<JudgedList> lists, Axis axis, int stride, double[] places) {
    double count = 0;
    double sum = 0;
    double squares = 0;
    double relevant = 0;
    for (int i = 0; i < lists.size(); i += stride) {
      JudgedList list = lists.get(i);
      axis.places(list, places);
      for (int j = 0; j < list.size(); j++) {
        if (list.isJudged(j)) {
          count++;
          sum += places[j];
          squares += places[j] * places[j];
          relevant += list.relevant(j);
        }
      }
    }
    double mean = sum / count;
    double variance = squares / count - mean * mean;
    double share = (relevant + PRIOR) / (count + 2 * PRIOR);
    return new Moments(mean, variance > 0 ? Math.sqrt(variance) : 1, share);
  }

  /// What all places and grades are about.
  private record Moments(double mean, double deviation, double share) {
    double logit() {
      return Math.log(share / (1 - share));
    }
  }

  /// First and second derivatives of the negative logarithm of the likelihood.
  private static final class Sums {
    private double slopeNow;
    private double interceptNow;
    private double slope;
    private double intercept;
    private double xx;
    private double x;
    private double one;

    void clear(double slopeNow, double interceptNow) {
      this.slopeNow = slopeNow;
      this.interceptNow = interceptNow;
      slope = PRIOR * slopeNow;
      intercept = 0;
      xx = PRIOR;
      x = 0;
      one = 1e-9;
    }

    void add(double place, double grade) {
      double share = 1 / (1 + Math.exp(-(slopeNow * place + interceptNow)));
      double error = share - grade;
      double curvature = share * (1 - share);
      slope += error * place;
      intercept += error;
      xx += curvature * place * place;
      x += curvature * place;
      one += curvature;
    }
  }
}

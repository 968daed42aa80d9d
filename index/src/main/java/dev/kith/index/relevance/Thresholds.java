package dev.kith.index.relevance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Where to cut so that at most some fraction of what is relevant is missed (conformal risk
/// control: Angelopoulos, Bates, Fisch, Lei and Schuster, ICLR 2024).
///
/// Calibrated on `n` queries that have a relevant candidate. If a threshold `t` misses the fraction
/// `F(t)` of a query's relevant candidates on average, the one for `alpha` is the largest with `n /
/// (n + 1) * F(t) + 1 / (n + 1) <= alpha`. The promise is one on average over queries like those
/// that it was calibrated on: not for each, and not for others.
///
/// Immutable and thread-safe.
public final class Thresholds {

  /// Knows nothing, and promises nothing.
  public static final Thresholds NONE = new Thresholds(0, new float[0], new double[0]);

  /// Thresholds that are kept; between two of them, the lower one is taken.
  private static final int MOST = 4096;

  private final int queries;
  private final float[] thresholds;
  private final double[] missed;

  /// @param queries calibrated on
  /// @param thresholds ascending
  /// @param missed fraction that each of them misses, which never descends
  Thresholds(int queries, float[] thresholds, double[] missed) {
    if (queries < 0 || thresholds.length != missed.length) {
      throw new IllegalArgumentException(
          "%d queries, %d thresholds and %d fractions make no table"
              .formatted(queries, thresholds.length, missed.length));
    }
    for (int i = 0; i < thresholds.length; i++) {
      boolean ascends = i == 0 || (thresholds[i] > thresholds[i - 1] && missed[i] >= missed[i - 1]);
      if (!(ascends && thresholds[i] >= 0 && thresholds[i] <= 1 && missed[i] >= 0)) {
        throw new IllegalArgumentException(
            "threshold %d is %s and misses %s".formatted(i, thresholds[i], missed[i]));
      }
    }
    this.queries = queries;
    this.thresholds = thresholds;
    this.missed = missed;
  }

  /// Calibrates.
  ///
  /// @param lists that the model has not seen
  static Thresholds calibrate(RelevanceModel model, List<JudgedList> lists) {
    float[] relevances = new float[RelevanceModel.MAX_CANDIDATES];
    List<Loss> losses = new ArrayList<>();
    int queries = 0;
    for (JudgedList list : lists) {
      double relevant = list.relevant();
      if (relevant == 0) {
        continue;
      }
      queries++;
      model.relevances(list.query(), list.scores(), list.size(), relevances);
      for (int i = 0; i < list.size(); i++) {
        if (list.isJudged(i) && list.relevant(i) > 0) {
          losses.add(new Loss(relevances[i], list.relevant(i) / relevant));
        }
      }
    }
    losses.sort(Comparator.comparingDouble(Loss::relevance));
    return of(queries, losses);
  }

  /// A candidate that is missed by thresholds above its relevance.
  private record Loss(float relevance, double fraction) {}

  private static Thresholds of(int queries, List<Loss> losses) {
    float[] thresholds = new float[losses.size()];
    double[] missed = new double[losses.size()];
    int count = 0;
    double sum = 0;
    for (Loss loss : losses) {
      if (count == 0 || loss.relevance > thresholds[count - 1]) {
        thresholds[count] = loss.relevance;
        missed[count++] = sum / queries;
      }
      sum += loss.fraction;
    }
    return thin(queries, Arrays.copyOf(thresholds, count), Arrays.copyOf(missed, count));
  }

  private static Thresholds thin(int queries, float[] thresholds, double[] missed) {
    if (thresholds.length <= MOST) {
      return new Thresholds(queries, thresholds, missed);
    }
    float[] kept = new float[MOST];
    double[] ofKept = new double[MOST];
    for (int i = 0; i < MOST; i++) {
      int from = (int) ((long) i * thresholds.length / MOST);
      kept[i] = thresholds[from];
      ofKept[i] = missed[from];
    }
    return new Thresholds(queries, kept, ofKept);
  }

  /// The least relevance that hits must have.
  ///
  /// @param maxFractionMissed above 0 and below 1
  /// @return 0, which cuts nothing, if there were too few queries to promise as much
  public float at(double maxFractionMissed) {
    if (!(maxFractionMissed > 0 && maxFractionMissed < 1)) {
      throw new IllegalArgumentException(
          "a fraction missed must be above 0 and below 1, got " + maxFractionMissed);
    }
    float threshold = 0;
    for (int i = 0; i < thresholds.length; i++) {
      if ((queries * missed[i] + 1) / (queries + 1) > maxFractionMissed) {
        break;
      }
      threshold = thresholds[i];
    }
    return threshold;
  }

  /// Queries with a relevant candidate that it was calibrated on.
  public int queries() {
    return queries;
  }

  float[] thresholds() {
    return thresholds;
  }

  double[] missed() {
    return missed;
  }

  long bytes() {
    return (long) thresholds.length * (Float.BYTES + Double.BYTES);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Thresholds that
        && queries == that.queries
        && Arrays.equals(thresholds, that.thresholds)
        && Arrays.equals(missed, that.missed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(thresholds);
  }
}

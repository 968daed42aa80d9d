package dev.kith.index.relevance;

import dev.kith.index.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The models that a network must beat.
///
/// @param raw needs no fitting
/// @param platt fitted
/// @param zScore fitted
/// @param gap counted
/// @param fixedK counted
public record Baselines(
    RawScore raw, Logistic platt, ZScore zScore, LargestGap gap, RankTable fixedK) {

  /// Fits them.
  ///
  /// @param lists with relevant and irrelevant candidates
  /// @param step called now and then; may throw to end it
  public static Baselines fit(Metric metric, List<JudgedList> lists, Runnable step) {
    return new Baselines(
        new RawScore(metric),
        new Logistic(LogisticFit.fit(lists, LogisticFit::score, step)),
        new ZScore(LogisticFit.fit(lists, LogisticFit::standing, step), true),
        gap(lists),
        fixedK(lists));
  }

  /// Memory they take, about.
  long bytes() {
    return (long) Float.BYTES * (6 + fixedK.parameters());
  }

  /// Judges a model, and these.
  ///
  /// @param name of the model
  /// @param lists that none of them was fitted on
  public List<Quality> compare(String name, RelevanceModel model, List<JudgedList> lists) {
    List<Quality> qualities = new ArrayList<>();
    qualities.add(Quality.of(name, model, lists));
    qualities.add(Quality.of("raw", raw, lists));
    qualities.add(Quality.of("platt", platt, lists));
    qualities.add(Quality.of("zscore", zScore, lists));
    qualities.add(Quality.of("gap", gap, lists));
    qualities.add(Quality.of("fixed_k", fixedK, lists));
    return List.copyOf(qualities);
  }

  private static LargestGap gap(List<JudgedList> lists) {
    double[] relevant = {0.5, 0.5};
    double[] judged = {1, 1};
    for (JudgedList list : lists) {
      int step = LargestGap.step(list.scores(), list.size());
      for (int i = 0; i < list.size(); i++) {
        if (list.isJudged(i)) {
          int side = i < step ? 0 : 1;
          relevant[side] += list.relevant(i);
          judged[side]++;
        }
      }
    }
    float before = (float) (relevant[0] / judged[0]);
    return new LargestGap(before, Math.min(before, (float) (relevant[1] / judged[1])), true);
  }

  private static RankTable fixedK(List<JudgedList> lists) {
    double[] relevant = new double[RelevanceModel.MAX_CANDIDATES];
    double[] judged = new double[RelevanceModel.MAX_CANDIDATES];
    int ranks = 0;
    for (JudgedList list : lists) {
      ranks = Math.max(ranks, list.size());
      for (int i = 0; i < list.size(); i++) {
        if (list.isJudged(i)) {
          relevant[i] += list.relevant(i);
          judged[i]++;
        }
      }
    }
    return new RankTable(descending(Arrays.copyOf(relevant, ranks), Arrays.copyOf(judged, ranks)));
  }

  /// The shares that fit best and never ascend: neighbours that do are taken together (Ayer, Brunk,
  /// Ewing, Reid and Silverman, *An empirical distribution function for sampling with incomplete
  /// information*, 1955).
  private static float[] descending(double[] relevant, double[] judged) {
    int ranks = relevant.length;
    int[] ends = new int[ranks];
    double[] sums = new double[ranks];
    double[] counts = new double[ranks];
    int blocks = 0;
    for (int rank = 0; rank < ranks; rank++) {
      sums[blocks] = relevant[rank];
      counts[blocks] = judged[rank];
      ends[blocks++] = rank + 1;
      while (blocks > 1
          && sums[blocks - 1] * counts[blocks - 2] >= sums[blocks - 2] * counts[blocks - 1]) {
        sums[blocks - 2] += sums[blocks - 1];
        counts[blocks - 2] += counts[blocks - 1];
        ends[blocks - 2] = ends[blocks - 1];
        blocks--;
      }
    }
    float[] shares = new float[ranks];
    int from = 0;
    for (int block = 0; block < blocks; block++) {
      float share = counts[block] > 0 ? (float) (sums[block] / counts[block]) : 0;
      Arrays.fill(shares, from, ends[block], share);
      from = ends[block];
    }
    return shares;
  }
}

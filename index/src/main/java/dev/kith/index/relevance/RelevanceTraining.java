package dev.kith.index.relevance;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Makes a model of relevance from judged lists.
///
/// Lists are split at random: 60 % are learnt from, 10 % say when to stop, 15 % calibrate
/// thresholds and 15 % judge the model. All candidates of a query are in the same part, and so are
/// queries that are equal, so that nothing is judged by what it was learnt from. The same lists and
/// seed give the same model, in whatever order they come.
public final class RelevanceTraining {

  /// Judged lists without which nothing can be learnt.
  public static final int LEAST_LISTS = 20;

  private RelevanceTraining() {}

  /// Listens.
  @FunctionalInterface
  public interface Progress {
    /// Hears of rounds over all lists; may throw to end the training.
    ///
    /// @param done rounds that are done
    /// @param most rounds there can be
    void report(int done, int most);
  }

  /// Lists in four parts.
  ///
  /// @param learnt from which the model is fitted
  /// @param validation which say when to stop
  /// @param calibration which calibrate thresholds
  /// @param heldOut which judge the model
  public record Split(
      List<JudgedList> learnt,
      List<JudgedList> validation,
      List<JudgedList> calibration,
      List<JudgedList> heldOut) {

    /// Splits: a query falls into a part by its coordinates and the seed.
    public static Split of(List<JudgedList> lists, long seed) {
      List<JudgedList> order = new ArrayList<>(lists);
      order.sort(Comparator.comparingLong(list -> drawn(list, seed)));
      int size = order.size();
      int learnt = size * 60 / 100;
      int validation = size * 70 / 100;
      int calibration = size * 85 / 100;
      return new Split(
          order.subList(0, learnt),
          order.subList(learnt, validation),
          order.subList(validation, calibration),
          order.subList(calibration, size));
    }

    /// A number as good as drawn, equal for equal queries (an FNV hash, mixed as SplitMix64 does).
    private static long drawn(JudgedList list, long seed) {
      long hash = seed ^ 0xcbf29ce484222325L;
      for (float coordinate : list.query()) {
        hash = (hash ^ Float.floatToIntBits(coordinate)) * 0x100000001b3L;
      }
      hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
      hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
      return hash ^ hash >>> 31;
    }
  }

  /// What came of a training.
  ///
  /// @param trained the model with its thresholds; without a profile
  /// @param qualities of the model and of those that need no network, on the lists held out, the
  ///   model first
  public record Result(TrainedModel trained, List<Quality> qualities) {}

  /// Trains.
  ///
  /// @param metric of the scores
  /// @param dimension coordinates of a query
  /// @param candidates that a search should look for; lists may be shorter
  /// @param lists at least [#LEAST_LISTS], with at least one relevant and one irrelevant candidate
  ///   among those learnt from
  /// @throws IllegalArgumentException if there are too few
  public static Result train(
      ModelSpec spec,
      Metric metric,
      int dimension,
      int candidates,
      List<JudgedList> lists,
      long seed,
      Progress progress) {
    Require.inRange("candidates", candidates, 1, RelevanceModel.MAX_CANDIDATES);
    if (lists.size() < LEAST_LISTS) {
      throw new IllegalArgumentException(
          "%d judged queries at least are needed, got %d".formatted(LEAST_LISTS, lists.size()));
    }
    Split split = Split.of(lists, seed);
    requireBoth(split.learnt());
    Baselines baselines = Baselines.fit(metric, split.learnt(), () -> progress.report(0, 1));
    RelevanceModel model =
        switch (spec) {
          case ModelSpec.Raw() -> baselines.raw();
          case ModelSpec.Platt() -> baselines.platt();
          case ModelSpec.Standing() -> baselines.zScore();
          case ModelSpec.Gap() -> baselines.gap();
          case ModelSpec.FixedK() -> baselines.fixedK();
          case ModelSpec.Adapter adapter ->
              new AdapterTraining(
                      adapter,
                      metric,
                      dimension,
                      split.learnt(),
                      split.validation(),
                      seed,
                      progress)
                  .train();
        };
    TrainedModel trained =
        new TrainedModel(
            model,
            candidates,
            dimension,
            metric,
            Thresholds.calibrate(model, split.calibration()),
            Optional.empty());
    return new Result(trained, baselines.compare("model", model, split.heldOut()));
  }

  private static void requireBoth(List<JudgedList> lists) {
    double relevant = lists.stream().mapToDouble(JudgedList::relevant).sum();
    long judged = lists.stream().mapToLong(JudgedList::judged).sum();
    if (relevant == 0 || relevant >= judged) {
      throw new IllegalArgumentException(
          "relevant and irrelevant candidates are needed, got %s relevant ones of %d judged"
              .formatted(relevant, judged));
    }
  }

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
      return new RankTable(
          descending(Arrays.copyOf(relevant, ranks), Arrays.copyOf(judged, ranks)));
    }

    /// The shares that fit best and never ascend: neighbours that do are taken together (Ayer,
    /// Brunk, Ewing, Reid and Silverman, *An empirical distribution function for sampling with
    /// incomplete information*, 1955).
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
}

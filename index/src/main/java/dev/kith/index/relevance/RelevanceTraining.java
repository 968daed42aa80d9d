package dev.kith.index.relevance;

import dev.kith.index.Metric;
import dev.kith.index.Require;
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
      List<JudgedList> order =
          lists.stream()
              .map(list -> new Drawn(drawn(list, seed), list))
              .sorted(Comparator.comparingLong(Drawn::number))
              .map(Drawn::list)
              .toList();
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

    private record Drawn(long number, JudgedList list) {}

    /// Lists in all parts.
    int size() {
      return learnt.size() + validation.size() + calibration.size() + heldOut.size();
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

  /// Trains, and judges what came of it.
  ///
  /// @param name what to call the model among the qualities
  /// @param metric of the scores
  /// @param dimension coordinates of a query
  /// @param candidates that a search should look for; lists may be shorter
  /// @param split of at least [#LEAST_LISTS], with at least one relevant and one irrelevant
  ///   candidate among those learnt from
  /// @throws IllegalArgumentException if there are too few
  public static Result train(
      String name,
      ModelSpec spec,
      Metric metric,
      int dimension,
      int candidates,
      Split split,
      long seed,
      Progress progress) {
    Require.inRange("candidates", candidates, 1, RelevanceModel.MAX_CANDIDATES);
    if (split.size() < LEAST_LISTS) {
      throw new IllegalArgumentException(
          "%d judged queries at least are needed, got %d".formatted(LEAST_LISTS, split.size()));
    }
    requireBoth(split.learnt());
    Baselines baselines = Baselines.fit(metric, split.learnt(), () -> progress.report(0, 1));
    TrainedModel trained =
        fit(spec, metric, dimension, candidates, split, baselines, seed, progress);
    Optional<QueryLikeness> likeness =
        QueryLikeness.fit(split, seed, 1, () -> progress.report(1, 1));
    return new Result(
        likeness.map(trained::withLikeness).orElse(trained),
        baselines.compare(name, trained.model(), split.heldOut()));
  }

  /// Fits a model to lists that are in parts already, and does not judge it: for those who compare
  /// many, or learn from fewer lists than there are.
  ///
  /// @param metric of the scores
  /// @param dimension coordinates of a query
  /// @param candidates that a search should look for; lists may be shorter
  /// @param split with at least one relevant and one irrelevant candidate among those learnt from;
  ///   an adapter needs lists that say when to stop, and thresholds promise nothing without those
  ///   that calibrate them
  /// @param baselines fitted to the lists learnt from
  /// @return the model with its thresholds; without likeness and profile
  /// @throws IllegalArgumentException if relevant or irrelevant candidates are wanting
  public static TrainedModel fit(
      ModelSpec spec,
      Metric metric,
      int dimension,
      int candidates,
      Split split,
      Baselines baselines,
      long seed,
      Progress progress) {
    Require.inRange("candidates", candidates, 1, RelevanceModel.MAX_CANDIDATES);
    requireBoth(split.learnt());
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
    return new TrainedModel(
        model,
        candidates,
        dimension,
        metric,
        Thresholds.calibrate(model, split.calibration()),
        Optional.of(baselines),
        Optional.empty(),
        Optional.empty());
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
}

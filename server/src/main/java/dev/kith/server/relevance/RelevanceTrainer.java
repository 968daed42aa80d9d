package dev.kith.server.relevance;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.relevance.JudgedList;
import dev.kith.index.relevance.LargestGap;
import dev.kith.index.relevance.ModelSpec;
import dev.kith.index.relevance.OutlierProfile;
import dev.kith.index.relevance.Quality;
import dev.kith.index.relevance.RankTable;
import dev.kith.index.relevance.RawScore;
import dev.kith.index.relevance.RelevanceModel;
import dev.kith.index.relevance.RelevanceTraining;
import dev.kith.index.relevance.Thresholds;
import dev.kith.index.relevance.TrainedModel;
import dev.kith.index.relevance.ZScore;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.KeptModel;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Trains and judges models of relevance, one at a time on a thread of its own, so that searches go
/// on beside it. Thread-safe.
public final class RelevanceTrainer implements AutoCloseable {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  /// Attempts to keep a model while the journal's queue is full: some 30 seconds.
  private static final int MOST_ATTEMPTS = 600;

  /// Points of the collection that a profile is made of take no more memory than this.
  private static final long MAX_SAMPLE_BYTES = 512L << 20;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("kith-relevance").factory());
  private final AtomicBoolean busy = new AtomicBoolean();

  /// What a training brings.
  ///
  /// @param model as it is kept
  /// @param report on the queries that were held out; of no queries where none were judged
  public record Trained(KeptModel model, RelevanceReport report) {}

  /// The right to use the thread, from [#takeTurn] until it is closed.
  public final class Turn implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();

    private Turn() {}

    /// Runs a training or an evaluation on the thread, which closes the turn when it is done.
    ///
    /// @throws RefusedException if the trainer is closed
    public void run(Runnable work) {
      try {
        thread.execute(work);
      } catch (RejectedExecutionException closed) {
        close();
        throw new RefusedException(new Refusal.NotServing("stopping"));
      }
    }

    @Override
    public void close() {
      if (over.compareAndSet(false, true)) {
        busy.set(false);
      }
    }
  }

  /// Takes the right to use the thread.
  ///
  /// @throws RefusedException if somebody has it
  public Turn takeTurn() {
    if (!busy.compareAndSet(false, true)) {
      throw new RefusedException(new Refusal.TrainingUnderWay(RETRY_AFTER));
    }
    return new Turn();
  }

  /// Refuses early, so that nobody sends queries for nothing.
  ///
  /// @throws RefusedException if somebody uses the thread
  public void requireIdle() {
    if (busy.get()) {
      throw new RefusedException(new Refusal.TrainingUnderWay(RETRY_AFTER));
    }
  }

  /// Trains a model and keeps it.
  ///
  /// @param watch hears of progress, and may end it
  /// @throws RefusedException if there are too few judged queries, or no room for the model
  /// @throws CancellationException if the watch ended it; nothing is kept then
  public static Trained train(
      Collection collection,
      TrainingRequest request,
      List<JudgedQuery> queries,
      TrainingWatch watch) {
    collection.relevance().requireRoom(request.name());
    if (queries.isEmpty()) {
      return keepRule(collection, request, watch);
    }
    if (queries.size() < RelevanceTraining.LEAST_LISTS) {
      throw tooFew(
          "must be at least %d, got %d".formatted(RelevanceTraining.LEAST_LISTS, queries.size()));
    }
    List<JudgedList> lists =
        JudgedLists.of(
            collection, queries, request.candidates(), request.unjudgedIsIrrelevant(), watch);
    RelevanceTraining.Split split = RelevanceTraining.Split.of(lists, request.seed());
    requireBoth(split.learnt(), lists);
    VectorSpace space = collection.info().spec().space();
    RelevanceTraining.Result result =
        RelevanceTraining.train(
            request.name(),
            request.spec(),
            space.metric(),
            space.dimension(),
            request.candidates(),
            split,
            request.seed(),
            (done, most) -> watch.report(TrainingPhase.FITTING, done, most));
    TrainedModel trained =
        profile(collection, request.seed(), watch)
            .map(result.trained()::withProfile)
            .orElse(result.trained());
    long pairs = lists.stream().mapToLong(JudgedList::judged).sum();
    KeptModel model = keep(collection, request, lists.size(), pairs, trained, watch);
    return new Trained(model, RelevanceReport.of(result.qualities(), split.heldOut()));
  }

  /// Keeps a model, unless the watch ends it first. Where the journal's queue is full, as in a bulk
  /// load, waits for room: a training has taken longer than that.
  private static KeptModel keep(
      Collection collection,
      TrainingRequest request,
      long queries,
      long pairs,
      TrainedModel trained,
      TrainingWatch watch) {
    for (int attempt = 1; ; attempt++) {
      watch.report(TrainingPhase.PROFILING, 1, 1);
      try {
        return collection
            .relevance()
            .keep(request.name(), request.seed(), queries, pairs, trained, request.setDefault());
      } catch (RefusedException refused) {
        if (!(refused.refusal() instanceof Refusal.Overloaded(Duration after))
            || attempt == MOST_ATTEMPTS) {
          throw refused;
        }
        LockSupport.parkNanos(after.toNanos());
      }
    }
  }

  private static RefusedException tooFew(String problem) {
    return new RefusedException(new Refusal.InvalidField("queries", problem));
  }

  private static void requireBoth(List<JudgedList> learnt, List<JudgedList> all) {
    double relevant = learnt.stream().mapToDouble(JudgedList::relevant).sum();
    long judged = learnt.stream().mapToLong(JudgedList::judged).sum();
    if (relevant == 0 || relevant >= judged) {
      double missed = all.stream().mapToDouble(JudgedList::missed).sum();
      throw tooFew(
          ("must have relevant and irrelevant points among their candidates: of the %d queries that"
                  + " are learnt from, %d candidates are judged and %.4g of them relevant; %.4g"
                  + " relevant points of all queries are no candidates, being too far or not there")
              .formatted(learnt.size(), judged, relevant, missed));
    }
  }

  private static Trained keepRule(
      Collection collection, TrainingRequest request, TrainingWatch watch) {
    VectorSpace space = collection.info().spec().space();
    RelevanceModel rule = rule(request.spec(), space.metric());
    OutlierProfile profile =
        profile(collection, request.seed(), watch)
            .orElseThrow(
                () ->
                    tooFew(
                        ("are required: without any, all that is learnt is what points look like,"
                                + " for which the collection must hold at least %d points of at most"
                                + " %d dimensions; it holds %d of %d")
                            .formatted(
                                OutlierProfile.LEAST_POINTS,
                                OutlierProfile.MAX_DIMENSION,
                                collection.count(),
                                space.dimension())));
    TrainedModel trained =
        new TrainedModel(
            rule,
            request.candidates(),
            space.dimension(),
            space.metric(),
            Thresholds.NONE,
            Optional.empty(),
            Optional.empty(),
            Optional.of(profile));
    KeptModel model = keep(collection, request, 0, 0, trained, watch);
    return new Trained(model, RelevanceReport.of(List.of(), List.of()));
  }

  private static RelevanceModel rule(ModelSpec spec, Metric metric) {
    return switch (spec) {
      case ModelSpec.Raw() -> new RawScore(metric);
      case ModelSpec.Standing() -> ZScore.RULE;
      case ModelSpec.Gap() -> LargestGap.RULE;
      case ModelSpec.FixedK() -> RankTable.RULE;
      case ModelSpec.Platt _, ModelSpec.Adapter _ ->
          throw tooFew(
              ("are required: a model of this kind is fitted to at least %d judged queries; kinds"
                      + " RAW, ZSCORE, GAP and FIXED_K need none")
                  .formatted(RelevanceTraining.LEAST_LISTS));
    };
  }

  /// What the collection knows; empty if it holds too few points, or such that are too wide.
  private static Optional<OutlierProfile> profile(
      Collection collection, long seed, TrainingWatch watch) {
    VectorSpace space = collection.info().spec().space();
    if (space.dimension() > OutlierProfile.MAX_DIMENSION) {
      return Optional.empty();
    }
    int most =
        (int)
            Math.min(
                OutlierProfile.enough(space.dimension()),
                MAX_SAMPLE_BYTES / ((long) space.dimension() * Float.BYTES));
    try (RowSample sample = RowSample.of(collection, most, seed)) {
      if (sample.size() < OutlierProfile.LEAST_POINTS) {
        return Optional.empty();
      }
      long[] steps = {0};
      return Optional.of(
          OutlierProfile.fit(
              sample.points(),
              IntStream.range(0, sample.size()).toArray(),
              seed,
              1,
              () -> watch.report(TrainingPhase.PROFILING, steps[0]++, sample.size())));
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }

  /// Judges a model beside those that were fitted to the same queries without a network or, if it
  /// was fitted to none, beside the rules of thumb.
  ///
  /// @param watch hears of progress, and may end it
  /// @throws RefusedException if there is no judged query
  /// @throws CancellationException if the watch ended it
  public static RelevanceReport evaluate(
      Collection collection,
      KeptModel kept,
      boolean unjudgedIsIrrelevant,
      List<JudgedQuery> queries,
      TrainingWatch watch) {
    if (queries.isEmpty()) {
      throw tooFew("are required: a model is judged by queries with points that were judged");
    }
    TrainedModel model = kept.trained();
    List<JudgedList> lists =
        JudgedLists.of(collection, queries, model.candidates(), unjudgedIsIrrelevant, watch);
    watch.report(TrainingPhase.SEARCHING, lists.size(), lists.size());
    if (model.baselines().isPresent()) {
      return RelevanceReport.of(
          model.baselines().get().compare(kept.name(), model.model(), lists), lists);
    }
    List<Quality> qualities = new ArrayList<>();
    qualities.add(Quality.of(kept.name(), model.model(), lists));
    for (KeptModel rule : collection.relevance().list()) {
      watch.report(TrainingPhase.SEARCHING, lists.size(), lists.size());
      if (rule.isRule() && !rule.name().equals(kept.name())) {
        qualities.add(Quality.of(rule.name(), rule.trained().model(), lists));
      }
    }
    return RelevanceReport.of(qualities, lists);
  }

  /// Ends, once the work under way has: its watch must end it.
  @Override
  public void close() {
    thread.close();
  }
}

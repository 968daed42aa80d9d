package dev.kith.server.search;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scores;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.collection.StoredPoint;
import dev.kith.server.filter.RowFilter;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.search.SearchAnswer.Explanation;
import dev.kith.server.search.SearchAnswer.Hit;
import dev.kith.server.search.SearchAnswer.RelevanceOutcome;
import dev.kith.server.search.SearchAnswer.Stage;
import dev.kith.server.search.SearchAnswer.Work;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Answers queries: plan, probe, merge, judge, resolve. Thread-safe; scratch space is the worker's.
///
/// One run is enough, whatever is written meanwhile: a [SearchSnapshot] shows the collection as it
/// was at one LSN, each point once, and its rows can be fetched until it is closed.
public final class SearchEngine {

  private static final int FETCHED_AT_ONCE = 128;

  private final LongSupplier serverLsn;
  private final ProductRate rate = new ProductRate();

  /// @param serverLsn LSN of the last write to any collection
  public SearchEngine(LongSupplier serverLsn) {
    this.serverLsn = serverLsn;
  }

  /// Answers one query.
  ///
  /// @throws RefusedException if the query does not fit the collection, or the LSN asked for has
  ///   not been reached
  /// @throws AbandonedException if the caller has left
  public SearchAnswer search(
      Collection collection,
      Query query,
      SearchOptions options,
      SearchWorker worker,
      AnswerSize size,
      Patience patience) {
    CollectionSpec spec = collection.info().spec();
    VectorSpace space = spec.space();
    QueryBuffer buffer = worker.buffer(space);
    PointId self = null;
    int width = space.dimension();
    switch (query) {
      case Query.ByVector(MemorySegment source, long offset, int given) -> {
        width = given;
        if (given < space.dimension()) {
          buffer.setTruncated(source, offset, given);
        } else {
          buffer.set(source, offset);
        }
      }
      case Query.ByPoint(PointId id) -> {
        self = id;
        buffer.set(MemorySegment.ofArray(vectorOf(collection, id)), 0);
      }
    }
    boolean isTruncated = width < space.dimension();
    Optional<RelevanceJudge> judge =
        options
            .relevance()
            .map(
                asked ->
                    RelevanceJudge.of(collection.relevance(), asked, options.limit(), isTruncated));
    SearchOptions sought =
        judge
            .map(found -> options.seeking(Math.max(options.limit(), found.candidates())))
            .orElse(options);
    SearchPlan plan = Planner.plan(spec, sought, width, self == null ? 0 : 1);
    try (SearchSnapshot snapshot = collection.acquire()) {
      requireLsn(options.minLsn(), snapshot.lsn());
      Optional<Budget> budget = options.adaptive().flatMap(Adaptive::budget);
      if (budget.isPresent()) {
        plan = Planner.afford(plan, budget.get().products(rate.get()), snapshot.segments());
      }
      Run run = new Run(options, plan, spec.index(), self, judge, snapshot, size, patience);
      long began = System.nanoTime();
      SearchAnswer answer = run.answer(worker.runner(), buffer, space.metric());
      rate.note(worker.runner().work().multiplyAdds, Math.max(1, System.nanoTime() - began));
      return answer;
    }
  }

  private static byte[] vectorOf(Collection collection, PointId id) {
    StoredPoint point = collection.get(List.of(id), true, false).getFirst();
    byte[] vector = point == null ? null : point.vector();
    if (vector == null) {
      throw new RefusedException(
          new Refusal.PointNotFound(collection.info().spec().name(), id.toString()));
    }
    return vector;
  }

  /// A write to another collection does not change what this one should show, but its LSN is
  /// reached all the same. Whoever knows an LSN has it from an answer, and a write is visible
  /// before it is answered.
  private void requireLsn(long asked, long reached) {
    if (Long.compareUnsigned(asked, reached) > 0
        && Long.compareUnsigned(asked, serverLsn.getAsLong()) > 0) {
      throw new RefusedException(new Refusal.LsnNotReached(asked, reached));
    }
  }

  /// One run over one snapshot.
  private static final class Run {
    private final SearchOptions options;
    private final IndexSpec index;
    private final @Nullable PointId self;
    private final Optional<RelevanceJudge> judge;
    private final SearchSnapshot snapshot;
    private final AnswerSize size;
    private final Patience patience;
    private final @Nullable RowFilter filter;

    /// What is carried out.
    private SearchPlan plan;

    /// What was carried out before that and given up; null for nothing.
    private @Nullable SearchPlan givenUp;

    Run(
        SearchOptions options,
        SearchPlan plan,
        IndexSpec index,
        @Nullable PointId self,
        Optional<RelevanceJudge> judge,
        SearchSnapshot snapshot,
        AnswerSize size,
        Patience patience) {
      this.options = options;
      this.index = index;
      this.self = self;
      this.judge = judge;
      this.snapshot = snapshot;
      this.size = size;
      this.patience = patience;
      this.filter =
          options
              .filter()
              .map(asked -> new RowFilter(asked, snapshot, patience.gone()))
              .orElse(null);
      this.plan = filter == null ? plan : Planner.within(filter, plan);
    }

    SearchAnswer answer(PlanRunner runner, QueryBuffer query, Metric metric) {
      List<? extends SegmentReader> segments =
          filter == null ? snapshot.segments() : snapshot.segments(filter::accepts);
      if (!options.explain()) {
        probe(runner, query, segments);
        Chosen chosen = choose(runner, query, segments, metric);
        return new SearchAnswer(
            metric, snapshot.lsn(), resolve(chosen, runner, segments), null, chosen.outcome());
      }
      long unlinked = snapshot.unlinked(); // Before the search, which may scan fewer by then.
      List<TimedSegment> timed = new ArrayList<>();
      for (SegmentReader segment : segments) {
        timed.add(new TimedSegment(segment, snapshot.number(timed.size())));
      }
      long began = System.nanoTime();
      probe(runner, query, timed);
      long probed = System.nanoTime();
      Chosen chosen = choose(runner, query, timed, metric);
      long judged = System.nanoTime();
      List<Hit> hits = resolve(chosen, runner, timed);
      long resolved = System.nanoTime();
      List<Stage> stages = new ArrayList<>();
      long probing = 0;
      long found = 0;
      for (TimedSegment segment : timed) {
        stages.addAll(segment.stages());
        probing += segment.nanos();
        found += segment.out();
      }
      stages.add(listStage("merge", found, runner.size(), probed - began - probing));
      int candidates = chosen.ranks().length;
      judge.ifPresent(
          _ -> stages.add(listStage("relevance", candidates, chosen.kept(), judged - probed)));
      stages.add(listStage("resolve", chosen.kept(), hits.size(), resolved - judged));
      Explanation explanation =
          new Explanation(
              Planner.describe(plan, index, timed.size(), unlinked)
                  + filtering()
                  + judge.map(RelevanceJudge::describe).orElse(""),
              stages,
              resolved - patience.arrivedNanos(),
              patience.startedNanos() - patience.arrivedNanos());
      return new SearchAnswer(metric, snapshot.lsn(), hits, explanation, chosen.outcome());
    }

    private static Stage listStage(String name, long in, long out, long nanos) {
      return new Stage(
          name,
          OptionalLong.empty(),
          OptionalInt.empty(),
          OptionalLong.of(in),
          out,
          Work.NONE,
          Math.max(0, nanos));
    }

    private void probe(
        PlanRunner runner, QueryBuffer query, List<? extends SegmentReader> segments) {
      boolean ended =
          filter == null
              ? runner.run(plan, query, segments, patience.gone())
              : probe(filter, runner, query, segments);
      if (!ended) {
        throw new AbandonedException();
      }
    }

    /// Carries out the plan, and another if the filter turns out to accept too few rows for it.
    private boolean probe(
        RowFilter accepted,
        PlanRunner runner,
        QueryBuffer query,
        List<? extends SegmentReader> segments) {
      long rows = segments.stream().mapToLong(SegmentReader::size).sum();
      BooleanSupplier stop =
          () -> patience.gone().getAsBoolean() || Planner.isTooDear(plan, accepted.tally(), rows);
      boolean ended = runner.run(plan, query, segments, stop);
      if (!patience.gone().getAsBoolean()
          && (Planner.isTooDear(plan, accepted.tally(), rows)
              || Planner.hasMissed(plan, accepted.tally(), runner.size(), rows))) {
        givenUp = plan;
        plan = Planner.scanInsteadOf(plan);
        ended = runner.run(plan, query, segments, patience.gone());
      }
      return ended;
    }

    private String filtering() {
      return filter == null ? "" : Planner.describe(filter.tally(), givenUp);
    }

    /// What is left of the candidates before anything is fetched of them.
    ///
    /// @param ranks of the candidates
    /// @param scores of them, as the caller sees them
    /// @param relevances of them, NaN where that was not asked
    /// @param kept that are returned: the first
    @SuppressWarnings("ArrayRecordComponent") // Handed over, compared by nobody.
    private record Chosen(
        int[] ranks,
        float[] scores,
        float[] relevances,
        int kept,
        Optional<RelevanceOutcome> outcome) {}

    private Chosen choose(
        PlanRunner runner,
        QueryBuffer query,
        List<? extends SegmentReader> segments,
        Metric metric) {
      int[] ranks = ranks(runner, segments);
      float[] scores = new float[ranks.length];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = Scores.external(metric, runner.score(ranks[i]));
      }
      if (judge.isEmpty()) {
        float[] unknown = new float[ranks.length];
        Arrays.fill(unknown, Float.NaN);
        return new Chosen(ranks, scores, unknown, ranks.length, Optional.empty());
      }
      RelevanceJudge.Judgment judgment = judge.get().judge(query, scores);
      return new Chosen(
          ranks, scores, judgment.relevances(), judgment.kept(), Optional.of(judgment.outcome()));
    }

    /// Ranks of the candidates, which the query itself is none of.
    private int[] ranks(PlanRunner runner, List<? extends SegmentReader> segments) {
      int most = judge.map(RelevanceJudge::candidates).orElse(options.limit());
      long own = self == null ? SearchSnapshot.NO_ROW : snapshot.rowOfEach(List.of(self))[0];
      int[] ranks = new int[Math.min(most, runner.size())];
      int count = 0;
      for (int rank = 0; rank < runner.size() && count < ranks.length; rank++) {
        if (label(rank, runner, segments) != own) {
          ranks[count++] = rank;
        }
      }
      return Arrays.copyOf(ranks, count);
    }

    private static long label(int rank, PlanRunner runner, List<? extends SegmentReader> segments) {
      return segments.get(runner.segment(rank)).label(runner.ordinal(rank));
    }

    /// Fetches the points of the hits that are kept, in pieces, so that too large an answer is
    /// noticed early.
    private List<Hit> resolve(
        Chosen chosen, PlanRunner runner, List<? extends SegmentReader> segments) {
      List<Hit> hits = new ArrayList<>(chosen.kept());
      while (hits.size() < chosen.kept()) {
        if (patience.gone().getAsBoolean()) {
          throw new AbandonedException();
        }
        int first = hits.size();
        long[] rows = new long[Math.min(FETCHED_AT_ONCE, chosen.kept() - first)];
        for (int i = 0; i < rows.length; i++) {
          rows[i] = label(chosen.ranks()[first + i], runner, segments);
        }
        for (StoredPoint point : snapshot.fetch(rows, options.vectors(), options.payloads())) {
          int hit = hits.size();
          if (point == null) {
            throw new IllegalStateException(
                "row %d was found in the index at LSN %d, but the store has no such row then"
                    .formatted(rows[hit - first], snapshot.lsn()));
          }
          size.add(point);
          hits.add(new Hit(point, chosen.scores()[hit], chosen.relevances()[hit]));
        }
      }
      return hits;
    }
  }
}

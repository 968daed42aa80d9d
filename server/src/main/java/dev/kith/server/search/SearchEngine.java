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
import dev.kith.server.search.SearchAnswer.Stage;
import dev.kith.server.search.SearchAnswer.Work;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Answers queries: plan, probe, merge, resolve. Thread-safe; scratch space is the worker's.
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
    SearchPlan plan = Planner.plan(spec, options, width, self == null ? 0 : 1);
    try (SearchSnapshot snapshot = collection.acquire()) {
      requireLsn(options.minLsn(), snapshot.lsn());
      Optional<Budget> budget = options.adaptive().flatMap(Adaptive::budget);
      if (budget.isPresent()) {
        plan = Planner.afford(plan, budget.get().products(rate.get()), snapshot.segments());
      }
      Run run = new Run(options, plan, spec.index(), self, snapshot, size, patience);
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
        SearchSnapshot snapshot,
        AnswerSize size,
        Patience patience) {
      this.options = options;
      this.index = index;
      this.self = self;
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
        return new SearchAnswer(metric, snapshot.lsn(), resolve(runner, segments, metric), null);
      }
      long unlinked = snapshot.unlinked(); // Before the search, which may scan fewer by then.
      List<TimedSegment> timed = new ArrayList<>();
      for (SegmentReader segment : segments) {
        timed.add(new TimedSegment(segment, snapshot.number(timed.size())));
      }
      long began = System.nanoTime();
      probe(runner, query, timed);
      long probed = System.nanoTime();
      int candidates = runner.size();
      List<Hit> hits = resolve(runner, timed, metric);
      long resolved = System.nanoTime();
      List<Stage> stages = new ArrayList<>();
      long probing = 0;
      long found = 0;
      for (TimedSegment segment : timed) {
        stages.addAll(segment.stages());
        probing += segment.nanos();
        found += segment.out();
      }
      stages.add(listStage("merge", found, candidates, probed - began - probing));
      stages.add(listStage("resolve", candidates, hits.size(), resolved - probed));
      Explanation explanation =
          new Explanation(
              Planner.describe(plan, index, timed.size(), unlinked) + filtering(),
              stages,
              resolved - patience.arrivedNanos(),
              patience.startedNanos() - patience.arrivedNanos());
      return new SearchAnswer(metric, snapshot.lsn(), hits, explanation);
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

    /// Fetches the points of all hits, in pieces, so that too large an answer is noticed early.
    private List<@Nullable StoredPoint> fetch(
        PlanRunner runner, List<? extends SegmentReader> segments) {
      List<@Nullable StoredPoint> points = new ArrayList<>(runner.size());
      while (points.size() < runner.size()) {
        if (patience.gone().getAsBoolean()) {
          throw new AbandonedException();
        }
        long[] rows = new long[Math.min(FETCHED_AT_ONCE, runner.size() - points.size())];
        for (int i = 0; i < rows.length; i++) {
          int rank = points.size() + i;
          rows[i] = segments.get(runner.segment(rank)).label(runner.ordinal(rank));
        }
        for (StoredPoint point : snapshot.fetch(rows, options.vectors(), options.payloads())) {
          if (point != null) {
            size.add(point);
          }
          points.add(point);
        }
      }
      return points;
    }

    private List<Hit> resolve(
        PlanRunner runner, List<? extends SegmentReader> segments, Metric metric) {
      List<@Nullable StoredPoint> points = fetch(runner, segments);
      List<Hit> hits = new ArrayList<>(points.size());
      for (int rank = 0; rank < points.size() && hits.size() < options.limit(); rank++) {
        StoredPoint point = points.get(rank);
        if (point == null) {
          throw new IllegalStateException(
              "row %d was found in the index at LSN %d, but the store has no such row then"
                  .formatted(
                      segments.get(runner.segment(rank)).label(runner.ordinal(rank)),
                      snapshot.lsn()));
        }
        if (!point.id().equals(self)) {
          hits.add(new Hit(point, Scores.external(metric, runner.score(rank))));
        }
      }
      return hits;
    }
  }
}

package dev.kith.server.search;

import dev.kith.index.Metric;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scores;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.collection.StoredPoint;
import dev.kith.server.filter.RowFilter;
import dev.kith.server.search.SearchAnswer.Explanation;
import dev.kith.server.search.SearchAnswer.Hit;
import dev.kith.server.search.SearchAnswer.Stage;
import dev.kith.server.search.SearchAnswer.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One run of a search over one snapshot: probe, merge, the stages on the list, resolve. Not
/// thread-safe.
final class SearchRun {
  private final SearchOptions options;
  private final IndexSpec index;
  private final long own;
  private final ListStages stages;
  private final SearchSnapshot snapshot;
  private final PointFetch fetch;
  private final Patience patience;
  private final @Nullable RowFilter filter;

  /// What is carried out.
  private SearchPlan plan;

  /// What was carried out before that and given up; null for nothing.
  private @Nullable SearchPlan givenUp;

  /// @param self point that the query is, which is not returned; null if it is none
  SearchRun(
      SearchOptions options,
      SearchPlan plan,
      IndexSpec index,
      @Nullable PointId self,
      ListStages stages,
      SearchSnapshot snapshot,
      AnswerSize size,
      Patience patience) {
    this.options = options;
    this.index = index;
    this.own = self == null ? SearchSnapshot.NO_ROW : snapshot.rowOfEach(List.of(self))[0];
    this.stages = stages;
    this.snapshot = snapshot;
    this.fetch = new PointFetch(snapshot, size, patience);
    this.patience = patience;
    this.filter =
        options.filter().map(asked -> new RowFilter(asked, snapshot, patience.gone())).orElse(null);
    this.plan = stages.summing(filter == null ? plan : Planner.within(filter, plan));
  }

  SearchAnswer answer(PlanRunner runner, QueryBuffer query, Metric metric) {
    List<SegmentReader> segments = segments();
    if (!options.explain()) {
      probe(runner, query, segments);
      MergedList list = new MergedList(candidates(runner, segments, metric));
      stages.apply(list, context(runner, query, segments));
      return answer(metric, list, resolve(list), null);
    }
    long unlinked = snapshot.unlinked(); // Before the search, which may scan fewer by then.
    List<TimedSegment> timed = new ArrayList<>();
    for (SegmentReader segment : segments) {
      timed.add(new TimedSegment(segment, snapshot.number(timed.size())));
    }
    long began = System.nanoTime();
    probe(runner, query, timed);
    long probed = System.nanoTime();
    List<Stage> work = new ArrayList<>();
    long probing = 0;
    long found = 0;
    for (TimedSegment segment : timed) {
      work.addAll(segment.stages());
      probing += segment.nanos();
      found += segment.out();
    }
    work.add(listStage("merge", found, runner.size(), probed - began - probing));
    MergedList list = new MergedList(candidates(runner, segments, metric));
    stages.explain(list, context(runner, query, segments), work);
    long ranked = System.nanoTime();
    int kept = list.size();
    List<Hit> hits = resolve(list);
    long resolved = System.nanoTime();
    work.add(listStage("resolve", kept, hits.size(), resolved - ranked));
    Explanation explanation =
        new Explanation(
            Planner.describe(plan, index, timed.size(), unlinked)
                + (filter == null ? "" : Planner.describe(filter.tally(), givenUp))
                + stages.describe(),
            work,
            resolved - patience.arrivedNanos(),
            patience.startedNanos() - patience.arrivedNanos());
    return answer(metric, list, hits, explanation);
  }

  private SearchAnswer answer(
      Metric metric, MergedList list, List<Hit> hits, @Nullable Explanation explanation) {
    return new SearchAnswer(
        metric, snapshot.lsn(), list.scale, hits, explanation, list.relevance, list.shares);
  }

  /// The segments with the rows that may be returned. Where all of them count, the query itself may
  /// not; otherwise it is cheaper to look for one more and to drop it.
  private List<SegmentReader> segments() {
    boolean isLeftOut = stages.countAll() && own != SearchSnapshot.NO_ROW;
    if (filter == null) {
      return isLeftOut ? snapshot.segments(row -> row != own) : snapshot.segments();
    }
    RowFilter accepted = filter;
    return isLeftOut
        ? snapshot.segments(row -> row != own && accepted.accepts(row))
        : snapshot.segments(accepted::accepts);
  }

  private ListContext context(
      PlanRunner runner, QueryBuffer query, List<? extends SegmentReader> segments) {
    return new ListContext(runner, plan, query, segments, snapshot, patience.gone());
  }

  static Stage listStage(String name, long in, long out, long nanos) {
    return new Stage(
        name,
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalLong.of(in),
        out,
        Work.NONE,
        Math.max(0, nanos));
  }

  private void probe(PlanRunner runner, QueryBuffer query, List<? extends SegmentReader> segments) {
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
      plan = stages.summing(Planner.scanInsteadOf(plan));
      ended = runner.run(plan, query, segments, patience.gone());
    }
    return ended;
  }

  /// What the runner has found, but for the query itself.
  private List<Candidate> candidates(
      PlanRunner runner, List<? extends SegmentReader> segments, Metric metric) {
    int most = Math.min(stages.candidates(), runner.size());
    List<Candidate> candidates = new ArrayList<>(most);
    for (int rank = 0; rank < runner.size() && candidates.size() < most; rank++) {
      int segment = runner.segment(rank);
      int ordinal = runner.ordinal(rank);
      long row = segments.get(segment).label(ordinal);
      if (row != own) {
        float score = Scores.external(metric, runner.score(rank));
        candidates.add(new Candidate(segment, ordinal, row, score));
      }
    }
    return candidates;
  }

  /// Fetches the points of the first candidates, as many as hits are wanted.
  private List<Hit> resolve(MergedList list) {
    List<Candidate> kept = list.first(options.limit());
    long[] rows = kept.stream().mapToLong(candidate -> candidate.row).toArray();
    List<Hit> hits = new ArrayList<>(rows.length);
    for (StoredPoint point : fetch.points(rows, options.vectors(), options.payloads())) {
      Candidate candidate = kept.get(hits.size());
      hits.add(
          new Hit(
              point,
              candidate.score,
              candidate.relevance,
              candidate.probability,
              candidate.rankScore,
              ids(candidate.duplicates)));
    }
    return hits;
  }

  private List<PointId> ids(long[] rows) {
    return fetch.points(rows, false, false).stream().map(StoredPoint::id).toList();
  }
}

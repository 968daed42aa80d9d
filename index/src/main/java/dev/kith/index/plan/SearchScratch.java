package dev.kith.index.plan;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.Widths;
import dev.kith.index.flat.CodedScan;
import dev.kith.index.flat.CodedScanScratch;
import dev.kith.index.flat.ExactScan;
import dev.kith.index.flat.FlatScan;
import dev.kith.index.flat.ScoreSum;
import dev.kith.index.hnsw.CodedGraph;
import dev.kith.index.hnsw.FastGraph;
import dev.kith.index.hnsw.Graph;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.ivf.GrowingLists;
import dev.kith.index.ivf.InvertedFile;
import dev.kith.index.ivf.IvfScratch;
import dev.kith.index.ivf.Reach;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/// What one search worker reuses from search to search. Not thread-safe.
public final class SearchScratch {
  /// Live rows, per node of the beam, from which on a walk is cheaper than a scan.
  private static final int WALK_ROWS = 12;

  /// Times as long that a row of a growing list takes as one of a scan, which reads in order.
  private static final int SCATTERED = 2;

  private static final Widths CERTIFIED = new Widths.Certified();

  private final HnswScratch graphScratch = new HnswScratch();
  private final IvfScratch ivfScratch = new IvfScratch();
  private final CodedScanScratch codedScan = new CodedScanScratch();
  private final F32Scorer scorer = new F32Scorer();
  private final ExactScan exactScan = new ExactScan();
  private final int[] labelled = new int[FlatScan.BLOCK];
  private final SearchWork work = new SearchWork();
  private final ScoreSum sum = new ScoreSum();
  private final Live live = new Live();
  private BooleanSupplier stop = SearchScratch::never;

  /// Vectors compared before the walk that began last.
  private long compared;

  /// What the searches since the last reset of the counters cost.
  public SearchWork work() {
    return work;
  }

  /// What the searches since its last reset summed up, of those that sum up anything
  /// ([SearchPlan#sumAt]).
  public ScoreSum sum() {
    return sum;
  }

  /// Sets what scans and walks poll between blocks of work; once it is true they end early.
  public void stopWhen(BooleanSupplier stop) {
    this.stop = stop;
    graphScratch.stopWhen(stop);
    ivfScratch.stopWhen(stop);
    codedScan.stopWhen(stop);
  }

  /// Lets scans and walks run to their end.
  public void neverStop() {
    stopWhen(SearchScratch::never);
  }

  /// Offers the best live rows of a segment to `hits`: the linked ones as the plan's probe finds
  /// them, the others by scoring all of them.
  ///
  /// @param graph over the rows of `segment`
  public void probe(
      SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment, Graph graph) {
    int ef = ef(plan);
    if (ef > 0 && isWhole(plan) && isWorthWalking(segment, ef)) {
      scorer.bind(segment.rows(), query);
      live.of(segment.returned(), segment.linked());
      beginStage();
      graph.search(scorer, segment.rows().space().metric(), ef, live, hits, graphScratch, work);
      endWalk(query.space().dimension(), hits);
      scan(plan, query, hits, segment, segment.linked());
      return;
    }
    scan(plan, query, hits, segment, 0);
  }

  /// Offers the best live rows of a segment to `hits` as the plan's probe finds them.
  ///
  /// @param graph over all rows of `segment`
  public void probe(
      SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment, FastGraph graph) {
    int ef = ef(plan);
    if (ef > 0 && ef <= FastGraph.MAX_EF && isWhole(plan) && isWorthWalking(segment, ef)) {
      live.of(segment.returned(), segment.size());
      beginStage();
      graph.search(query, ef, live, hits, graphScratch, work);
      endWalk(0, hits);
      return;
    }
    probe(plan, query, hits, segment, graph.graph());
  }

  /// Offers the best live rows of a segment to `hits` as the plan's probe finds them.
  ///
  /// @param graph over all rows of `segment`
  public void probe(
      SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment, CodedGraph graph) {
    int ef = ef(plan);
    if (ef > 0 && plan.widths().canUse(graph.codes()) && isWorthWalking(segment, ef)) {
      int candidates = Math.max(plan.limit(), rescore(plan).orElse(graph.candidates(plan.limit())));
      live.of(segment.returned(), segment.size());
      graph.search(query, ef, candidates, plan.widths(), live, hits, graphScratch, work);
      return;
    }
    scan(plan, query, hits, segment, graph.codes());
  }

  /// Offers the best live rows of a segment to `hits` as the plan's probe finds them.
  ///
  /// @param lists of all rows of `segment`
  public void probe(
      SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment, InvertedFile lists) {
    if (lists.canUse(plan.widths()) && !(plan.probe() instanceof Probe.Exact)) {
      live.of(segment.returned(), segment.size());
      lists.search(query, reach(plan), rescore(plan), plan.widths(), live, hits, ivfScratch, work);
    } else if (lists.codes().isPresent()) {
      scan(plan, query, hits, segment, lists.codes().get());
    } else {
      scan(plan, query, hits, segment, 0);
    }
  }

  /// Offers the best live rows of a segment to `hits`: those that are in lists as the plan's probe
  /// finds them, the others by scoring all of them.
  ///
  /// @param lists of the linked rows of `segment`
  public void probe(
      SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment, GrowingLists lists) {
    if (isWhole(plan) && !(plan.probe() instanceof Probe.Exact)) {
      Reach reach = reach(plan);
      if (isWorthReading(lists.count(), lists.likely(reach), segment.linked())) {
        live.of(segment.returned(), segment.linked());
        lists.search(query, reach, live, hits, ivfScratch, work);
        scan(plan, query, hits, segment, segment.linked());
        return;
      }
    }
    scan(plan, query, hits, segment, 0);
  }

  /// Offers the best live rows of a segment to `hits` as the plan's probe finds them.
  ///
  /// @param codes of all rows of `segment`
  public void probe(
      SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment, CodedScan codes) {
    if (plan.widths().canUse(codes.codes()) && !(plan.probe() instanceof Probe.Exact)) {
      int candidates = Math.max(plan.limit(), rescore(plan).orElse(codes.candidates(plan.limit())));
      live.of(segment.returned(), segment.size());
      boolean isUnsaid = plan.widths() instanceof Widths.Usual && rescore(plan).isEmpty();
      Widths widths = isUnsaid && codes.isCertified() ? CERTIFIED : plan.widths();
      codes.search(query, candidates, widths, live, hits, codedScan, work);
      return;
    }
    scan(plan, query, hits, segment, codes.codes());
  }

  /// Offers the best live rows of a segment to `hits` by scoring all of them.
  public void probeExactly(SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment) {
    scan(plan, query, hits, segment, 0);
  }

  /// Offers the best live rows of a segment that have one of the labels to `hits`.
  ///
  /// @param labels of the plan's probe
  /// @param reader of the rows of `segment`
  public void probe(
      SearchPlan plan,
      Probe.Labels labels,
      QueryBuffer query,
      TopK hits,
      SegmentRows segment,
      SegmentReader reader) {
    if (segment.size() == 0) {
      return;
    }
    exactScan.bind(segment.rows(), plan.widths(), query);
    live.of(segment.returned(), segment.size());
    work.stages.begin(work);
    int count = 0;
    long scored = 0;
    for (long label : labels.labels()) {
      int ordinal = reader.ordinalOf(label);
      if (ordinal >= 0 && ordinal < segment.size()) {
        labelled[count++] = ordinal;
      }
      if (count == labelled.length) {
        if (stop.getAsBoolean()) {
          return;
        }
        scanLabelled(plan, count, hits);
        scored += count;
        count = 0;
      }
    }
    scanLabelled(plan, count, hits);
    work.stages.end("scan", exactScan.width(), scored + count, hits.size(), work);
  }

  private void scanLabelled(SearchPlan plan, int count, TopK hits) {
    if (plan.sumAt().isPresent()) {
      exactScan.sum(labelled, count, live, sum, hits, work);
    } else {
      exactScan.scan(labelled, count, live, hits, work);
    }
  }

  /// Beam on a graph, 0 for none.
  private static int ef(SearchPlan plan) {
    return switch (plan.probe()) {
      case Probe.Exact _, Probe.Labels _ -> 0;
      case Probe.Beam(int asked, _) -> Math.max(asked, plan.limit());
      case Probe.Codes _, Probe.Lists _ -> Math.max(Probe.DEFAULT_EF, plan.limit());
    };
  }

  /// Whether the query has all coordinates; else nothing but prefixes can be walked or read.
  private static boolean isWhole(SearchPlan plan) {
    return !(plan.widths() instanceof Widths.Truncated);
  }

  private static Reach reach(SearchPlan plan) {
    return plan.probe() instanceof Probe.Lists(Reach asked, _) ? asked : Reach.DEFAULT;
  }

  private static OptionalInt rescore(SearchPlan plan) {
    return switch (plan.probe()) {
      case Probe.Exact _, Probe.Labels _ -> OptionalInt.empty();
      case Probe.Codes(OptionalInt asked) -> asked;
      case Probe.Beam(_, OptionalInt asked) -> asked;
      case Probe.Lists(_, OptionalInt asked) -> asked;
    };
  }

  /*
   * A beam that must find ef live nodes among a share s of live ones looks at about ef / s nodes
   * and scores several new neighbours of each, at random places; a scan scores n rows in order. So
   * few rows, or few live ones among many, are better scanned, which is exact besides.
   */
  private static boolean isWorthWalking(SegmentRows segment, int ef) {
    double live = Math.max(0, segment.size() - segment.tombstones().deadCount());
    return live * segment.linked() > (double) WALK_ROWS * ef * segment.size();
  }

  /// Whether scoring all centroids and the rows of some lists is quicker than scoring all rows.
  private static boolean isWorthReading(int lists, int likely, int rows) {
    long read = (long) rows * Math.min(likely, lists) / lists;
    return lists + SCATTERED * read < rows;
  }

  private static boolean never() {
    return false;
  }

  private void scan(SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment, int from) {
    if (from < segment.size()) {
      exactScan.bind(segment.rows(), plan.widths(), query);
      scanBound(plan, hits, segment, from);
    }
  }

  private void beginStage() {
    compared = work.distanceComputations;
    work.stages.begin(work);
  }

  private void endWalk(int width, TopK hits) {
    work.stages.end("walk", width, work.distanceComputations - compared, hits.size(), work);
  }

  /// Scans all rows, which have codes; of what is summed up all rows are wanted, so that there are
  /// none to leave.
  private void scan(
      SearchPlan plan, QueryBuffer query, TopK hits, SegmentRows segment, SegmentCodes codes) {
    if (plan.sumAt().isPresent()) {
      scan(plan, query, hits, segment, 0);
      return;
    }
    exactScan.bind(segment.rows(), codes, plan.widths(), query);
    work.multiplyAdds += query.takeMultiplyAdds();
    scanBound(plan, hits, segment, 0);
  }

  private void scanBound(SearchPlan plan, TopK hits, SegmentRows segment, int from) {
    live.of(segment.returned(), segment.size());
    FlatScan.Range range = new FlatScan.Range(from, segment.size());
    if (plan.sumAt().isPresent()) {
      exactScan.sum(range, live, sum, hits, stop, work);
    } else {
      exactScan.scan(range, live, hits, stop, work);
    }
  }

  /// The rows of a segment at one moment.
  ///
  /// @param returned which of them the search may return
  /// @param linked rows below this are in the graph, or in lists
  /// @param size rows below this may be returned
  public record SegmentRows(
      VectorRows rows, Tombstones tombstones, OrdinalFilter returned, int linked, int size) {}

  /// Accepts what the search may return and is below a bound.
  private static final class Live implements OrdinalFilter {
    private OrdinalFilter returned = ordinal -> false;
    private int bound;

    void of(OrdinalFilter returned, int bound) {
      this.returned = returned;
      this.bound = bound;
    }

    @Override
    public boolean accepts(int ordinal) {
      return ordinal < bound && returned.accepts(ordinal);
    }
  }
}

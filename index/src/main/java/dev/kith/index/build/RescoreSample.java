package dev.kith.index.build;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.CodeScorer;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.flat.FlatScan;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.store.VectorRows;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Measures how many of the rows that a walk on codes, or a scan of them, finds must be scored
/// exactly, so that codes cost no recall. Used once; not thread-safe.
///
/// Rows of the segment itself are searched for, each left out of its own answer, with a beam much
/// wider than searches use, or by a scan that keeps as many. Of the candidates that it keeps, the
/// exact ten nearest should be among the first by estimate: the factor says among how many times
/// ten. It is the least number with which that holds of 99.9 % of all such neighbours.
final class RescoreSample {
  private static final int QUERIES = 256;
  private static final int NEIGHBOURS = 10;
  private static final int EF = 512;

  /// One of so many neighbours may be missed.
  private static final int MISSED_OF = 1000;

  private final @Nullable SealedGraph graph;
  private final SegmentCodes codes;
  private final VectorRows rows;
  private final int[] sources;
  private final CodeScorer estimates = new CodeScorer();
  private final F32Scorer exact = new F32Scorer();
  private final HnswScratch scratch = new HnswScratch();
  private final FlatScan scan = new FlatScan();
  private final SearchWork work = new SearchWork();
  private final TopK found = new TopK(EF);
  private final TopK nearest = new TopK(NEIGHBOURS);
  private final int[] candidates = new int[EF];
  private final int[] places = new int[NEIGHBOURS];
  private final float[] scores = new float[EF];

  /// For every place among the candidates, from the best estimate on, the neighbours found there.
  private final int[] foundAt = new int[EF];

  /// @param graph that is walked; null if codes are scanned
  /// @param codes of the graph's nodes, or of what is scanned
  /// @param rows that hold the vectors of those
  /// @param sources for every code its ordinal in `rows`
  RescoreSample(@Nullable SealedGraph graph, SegmentCodes codes, VectorRows rows, int[] sources) {
    this.graph = graph;
    this.codes = codes;
    this.rows = rows;
    this.sources = sources;
  }

  /// Measures.
  ///
  /// @param seed of the sample
  /// @param step called before every search; may throw to end it
  /// @return at least 1; with too few rows to tell, 1
  float factor(long seed, Runnable step) {
    int nodes = sources.length;
    if (nodes < 2) {
      return 1;
    }
    try (QueryBuffer query = new QueryBuffer(rows.space())) {
      new SplittableRandom(seed)
          .ints(0, nodes)
          .distinct()
          .limit(Math.min(QUERIES, nodes))
          .forEach(
              node -> {
                step.run();
                query.set(rows, sources[node]);
                search(query, node);
              });
    }
    return factor();
  }

  private void search(QueryBuffer query, int self) {
    OrdinalFilter others = node -> node != self;
    found.reset(EF);
    Scorer scorer = estimates.bind(codes, query);
    if (graph == null) {
      FlatScan.Range all = new FlatScan.Range(0, sources.length);
      scan.scan(scorer, all, others, found, () -> false, work);
    } else {
      graph.search(scorer, rows.space().metric(), EF, others, found, scratch, work);
    }
    int count = found.drainTo(candidates, scores);
    exact.bind(rows, query);
    nearest.reset(NEIGHBOURS);
    for (int place = 0; place < count; place++) {
      // By place, so that of equally near rows the one of the better estimate counts.
      nearest.offer(place, exact.score(sources[candidates[place]]));
    }
    int neighbours = nearest.drainTo(places, scores);
    for (int i = 0; i < neighbours; i++) {
      foundAt[places[i]]++;
    }
  }

  private float factor() {
    int missed = Arrays.stream(foundAt).sum() / MISSED_OF;
    int last = EF;
    while (last > NEIGHBOURS && missed >= foundAt[last - 1]) {
      missed -= foundAt[--last];
    }
    return (float) last / NEIGHBOURS;
  }
}

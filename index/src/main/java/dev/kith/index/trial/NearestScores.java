package dev.kith.index.trial;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.flat.FlatScan;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.util.Arrays;

/// The scores of the rows that are nearest to each of several queries, by scoring every row.
final class NearestScores {

  /// Queries that a thread takes at a time, which read a block of rows while it is in the cache.
  private static final int TURN = 8;

  private final VectorRows rows;
  private final int count;
  private final VectorRows queries;
  private final float[][] scores;

  private NearestScores(VectorRows rows, int count, VectorRows queries, int k) {
    this.rows = rows;
    this.count = count;
    this.queries = queries;
    this.scores = new float[queries.capacity()][k];
  }

  /// Scores the first `count` rows for every query.
  ///
  /// @param queries of the space of the rows
  /// @param k in `[1, count]`
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param step called on the calling thread now and then; may throw to end it
  /// @return for every query `k` raw scores, the best first
  /// @throws InterruptedException if the calling thread is interrupted
  static float[][] of(
      VectorRows rows, int count, VectorRows queries, int k, int threads, Runnable step)
      throws InterruptedException {
    NearestScores nearest = new NearestScores(rows, count, queries, k);
    try (OrderedWork<Scan> workers = new OrderedWork<>(threads, () -> nearest.new Scan())) {
      workers.run(queries.capacity(), TURN, Scan::run, _ -> step.run());
    }
    return nearest.scores;
  }

  /// What one thread needs.
  private final class Scan {
    private final F32Scorer scorer = new F32Scorer();
    private final FlatScan flatScan = new FlatScan();
    private final SearchWork work = new SearchWork();
    private final TopK[] nearest = new TopK[TURN];
    private final int[] ordinals = new int[scores[0].length];

    Scan() {
      Arrays.setAll(nearest, _ -> new TopK(ordinals.length));
    }

    void run(int from, int to) {
      for (int start = 0; start < count; start += FlatScan.BLOCK) {
        FlatScan.Range block = new FlatScan.Range(start, Math.min(count, start + FlatScan.BLOCK));
        for (int query = from; query < to; query++) {
          scorer.bind(rows, queries, query);
          flatScan.scan(scorer, block, _ -> true, nearest[query - from], () -> false, work);
        }
      }
      for (int query = from; query < to; query++) {
        nearest[query - from].drainTo(ordinals, scores[query]);
      }
    }
  }
}

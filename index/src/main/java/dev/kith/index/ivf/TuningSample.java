package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.store.VectorRows;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Measures what a search has to read to find nearly all of the nearest rows. Used once; not
/// thread-safe.
///
/// Rows of the file are searched for, each left out of its own answer. The lists to read are the
/// least number with which 96 % of the true ten nearest are in one of them; the rows to score
/// exactly are the least number with which 99 % of those are among the first by their codes. So a
/// search that is not told how finds about 95 %, of queries that are like the rows.
public final class TuningSample {
  private static final int QUERIES = 256;
  private static final int NEIGHBOURS = 10;
  private static final double IN_LISTS = 0.96;
  private static final double AMONG_FIRST = 0.99;

  /// Most rows that may have to be scored exactly for ten hits.
  private static final int CANDIDATES = 1_000;

  /// Rows scored for all queries while they are in the cache.
  private static final int CHUNK = 256;

  private final InvertedLists lists;
  private final VectorRows rows;
  private final int[] sources;
  private final F32Scorer scorer = new F32Scorer();
  private final IvfScratch scratch = new IvfScratch();
  private final SearchWork work = new SearchWork();

  /// @param rows that hold the vectors of the lists
  /// @param sources for every position its ordinal in `rows`
  public TuningSample(InvertedLists lists, VectorRows rows, int[] sources) {
    this.lists = lists;
    this.rows = rows;
    this.sources = sources;
  }

  /// Measures.
  ///
  /// @param seed of the sample
  /// @param step called now and then; may throw to end it
  /// @return with too few rows to tell, all lists and a factor of 1
  public InvertedFile.Tuning measure(long seed, Runnable step) {
    if (sources.length <= NEIGHBOURS) {
      return new InvertedFile.Tuning(lists.count(), 1);
    }
    int[] queries =
        new SplittableRandom(seed)
            .ints(0, sources.length)
            .distinct()
            .limit(Math.min(QUERIES, sources.length))
            .toArray();
    int[][] nearest = nearest(queries, step);
    int[] ranks = new int[lists.count()];
    try (QueryBuffer query = new QueryBuffer(rows.space())) {
      for (int i = 0; i < queries.length; i++) {
        step.run();
        query.set(rows, sources[queries[i]]);
        countRanks(query, nearest[i], ranks);
      }
      int nprobe = share(ranks, IN_LISTS);
      if (lists.codes() instanceof ListCodes.Plain) {
        return new InvertedFile.Tuning(nprobe, 1);
      }
      int[] places = new int[CANDIDATES];
      for (int i = 0; i < queries.length; i++) {
        step.run();
        query.set(rows, sources[queries[i]]);
        countPlaces(query, queries[i], nearest[i], nprobe, places);
      }
      int rescored = Math.max(NEIGHBOURS, share(places, AMONG_FIRST));
      return new InvertedFile.Tuning(nprobe, (float) rescored / NEIGHBOURS);
    }
  }

  /// Positions of the rows truly nearest to each query, by one scan over all rows.
  private int[][] nearest(int[] queries, Runnable step) {
    TopK[] best = new TopK[queries.length];
    Arrays.setAll(best, _ -> new TopK(NEIGHBOURS));
    int[] ordinals = new int[CHUNK];
    float[] scores = new float[CHUNK];
    for (int from = 0; from < sources.length; from += CHUNK) {
      step.run();
      int count = Math.min(CHUNK, sources.length - from);
      System.arraycopy(sources, from, ordinals, 0, count);
      for (int i = 0; i < queries.length; i++) {
        scorer.bind(rows, sources[queries[i]]).score(ordinals, count, scores);
        float floor = best[i].floor();
        for (int k = 0; k < count; k++) {
          if (scores[k] > floor && from + k != queries[i]) {
            best[i].offer(from + k, scores[k]);
            floor = best[i].floor();
          }
        }
      }
    }
    int[][] nearest = new int[queries.length][];
    for (int i = 0; i < nearest.length; i++) {
      nearest[i] = new int[best[i].size()];
      best[i].drainTo(nearest[i]);
    }
    return nearest;
  }

  private void countRanks(QueryBuffer query, int[] nearest, int[] ranks) {
    lists.score(query, scratch, work);
    int count = lists.rank(lists.count(), scratch);
    for (int position : nearest) {
      int list = lists.listOf(position);
      int rank = 0;
      while (rank < count - 1 && scratch.lists[rank] != list) {
        rank++;
      }
      ranks[rank]++;
    }
  }

  private void countPlaces(QueryBuffer query, int self, int[] nearest, int nprobe, int[] places) {
    OrdinalFilter others = position -> position != self;
    TopK candidates = scratch.candidates;
    candidates.reset(CANDIDATES);
    lists.collect(query, nprobe, 0, others, candidates, scratch, work);
    scratch.fitCandidates(CANDIDATES);
    int count = candidates.drainTo(scratch.ordinals, scratch.scores);
    for (int place = 0; place < count; place++) {
      int found = scratch.ordinals[place];
      if (IntStream.of(nearest).anyMatch(position -> position == found)) {
        places[place]++;
      }
    }
  }

  /// The least number of places, from the first on, that hold a share of what was counted.
  private static int share(int[] counts, double share) {
    double left = share * IntStream.of(counts).sum();
    int places = 0;
    while (places < counts.length && left > 0) {
      left -= counts[places++];
    }
    return Math.max(1, places);
  }
}

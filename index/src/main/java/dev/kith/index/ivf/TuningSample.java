package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.store.VectorRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Measures what a search has to read to find nearly all of the nearest rows. Used once; not
/// thread-safe.
///
/// Rows of the file are searched for, each left out of its own answer. To find a share of the true
/// ten nearest, four fifths of what may be missed is missed in lists that are not read, and a fifth
/// among rows that are not scored exactly:
///
/// - a search reads at most four times the least number of lists that hold enough of the ten
/// - it scores the least number of rows exactly that are enough, by their codes, of a search that
///   reads that least number of lists
/// - its patience is the least with which it reads enough lists of the ten
public final class TuningSample {
  private static final int QUERIES = 256;
  private static final int NEIGHBOURS = 10;

  /// Of what may be missed, what may be missed in lists that are not read.
  private static final double MISSED_IN_LISTS = 0.8;

  /// Most rows that may have to be scored exactly for ten hits.
  private static final int CANDIDATES = 1_000;

  /// Rows scored for all queries while they are in the cache.
  private static final int CHUNK = 256;

  private final InvertedLists lists;
  private final VectorRows rows;
  private final int[] sources;

  /// For every position the list that its row is spilled to, or [Partition#UNKNOWN].
  private final int[] second;

  private final F32Scorer scorer = new F32Scorer();
  private final IvfScratch scratch = new IvfScratch();
  private final SearchWork work = new SearchWork();

  /// @param rows that hold the vectors of the lists
  /// @param sources for every position its ordinal in `rows`
  public TuningSample(InvertedLists lists, VectorRows rows, int[] sources) {
    this.lists = lists;
    this.rows = rows;
    this.sources = sources;
    this.second = lists.spill().lists(sources.length);
  }

  /// Measures.
  ///
  /// @param seed of the sample
  /// @param step called now and then; may throw to end it
  /// @return with too few rows to tell, all lists and a factor of 1
  public Tuning measure(long seed, Runnable step) {
    if (sources.length <= NEIGHBOURS) {
      return Tuning.fixed(lists.count(), 1);
    }
    int[] queries =
        new SplittableRandom(seed)
            .ints(0, sources.length)
            .distinct()
            .limit(Math.min(QUERIES, sources.length))
            .toArray();
    int[][] nearest = nearest(queries, step);
    try (QueryBuffer query = new QueryBuffer(rows.space())) {
      int[] ranks = new int[lists.count()];
      for (int i = 0; i < queries.length; i++) {
        step.run();
        query.set(rows, sources[queries[i]]);
        countRanks(query, nearest[i], ranks);
      }
      List<Tuning.Setting> settings = new ArrayList<>();
      for (double recall : Tuning.RECALLS) {
        double inLists = 1 - (1 - recall) * MISSED_IN_LISTS;
        double amongFirst = 1 - (1 - recall) * (1 - MISSED_IN_LISTS);
        int nprobe = share(ranks, inLists);
        int rescored = NEIGHBOURS;
        if (!(lists.codes() instanceof ListCodes.Plain)) {
          int[] places = new int[CANDIDATES];
          for (int i = 0; i < queries.length; i++) {
            step.run();
            query.set(rows, sources[queries[i]]);
            countPlaces(query, queries[i], nearest[i], nprobe, places);
          }
          rescored = Math.max(NEIGHBOURS, share(places, amongFirst));
        }
        int most = (int) Math.min(lists.count(), (long) Tuning.MOST * nprobe);
        int[] waits = new int[most + 1];
        for (int i = 0; i < queries.length; i++) {
          step.run();
          query.set(rows, sources[queries[i]]);
          countWaits(query, queries[i], nearest[i], rescored, waits);
        }
        int patience = Math.min(most, share(waits, inLists));
        settings.add(new Tuning.Setting(recall, most, patience, (float) rescored / NEIGHBOURS));
      }
      return new Tuning(settings);
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
    Wanted wanted = new Wanted(nearest);
    ListOrder order = scratch.order;
    TopK none = scratch.candidates;
    none.reset(1);
    lists.begin(query, patient(lists.count()), 0, scratch, work);
    for (int rank = 0; wanted.left > 0 && order.advance(none); rank++) {
      ranks[rank] += wanted.foundIn(order.list());
    }
  }

  /// So many lists, put in order a few at a time, as by a search that may end early: what those
  /// miss at first, that a graph does not find, is missed here.
  private static Reach.Until patient(int nprobe) {
    return new Reach.Until(nprobe, 1, nprobe);
  }

  /// The nearest rows of a query that were in no list so far.
  private final class Wanted {
    private final int[] firstLists;
    private final int[] secondLists;
    private int left;

    Wanted(int[] nearest) {
      this.firstLists = IntStream.of(nearest).map(lists::listOf).toArray();
      this.secondLists = IntStream.of(nearest).map(position -> second[position]).toArray();
      this.left = nearest.length;
    }

    /// How many are in a list that were in none before.
    int foundIn(int list) {
      int found = 0;
      for (int i = 0; i < firstLists.length; i++) {
        if (firstLists[i] == list || secondLists[i] == list) {
          firstLists[i] = Partition.UNKNOWN;
          secondLists[i] = Partition.UNKNOWN;
          found++;
        }
      }
      left -= found;
      return found;
    }
  }

  private void countPlaces(QueryBuffer query, int self, int[] nearest, int nprobe, int[] places) {
    OrdinalFilter others = position -> position != self;
    TopK candidates = scratch.candidates;
    candidates.reset(CANDIDATES);
    lists.collect(query, new Reach.Until(nprobe), 0, others, candidates, scratch, work);
    scratch.fitCandidates(CANDIDATES);
    int count = candidates.drainTo(scratch.ordinals, scratch.scores);
    for (int place = 0; place < count; place++) {
      int found = scratch.ordinals[place];
      if (IntStream.of(nearest).anyMatch(position -> position == found)) {
        places[place]++;
      }
    }
  }

  /// Counts for each of the nearest the most lists in a row, before its own, that change none of
  /// the candidates: a search that waits longer than that finds it.
  ///
  /// @param waits the last is for those whose list is not read
  private void countWaits(QueryBuffer query, int self, int[] nearest, int candidates, int[] waits) {
    Wanted wanted = new Wanted(nearest);
    OrdinalFilter others = lists.once(position -> position != self, scratch);
    TopK kept = scratch.candidates;
    kept.reset(candidates);
    lists.begin(query, patient(waits.length - 1), 0, scratch, work);
    lists.bind(query, scratch);
    ListOrder order = scratch.order;
    int longest = 0;
    while (wanted.left > 0 && order.advance(kept)) {
      waits[longest] += wanted.foundIn(order.list());
      scan(order, query, others, kept);
      order.done(kept);
      longest = Math.max(longest, order.idle());
    }
    waits[waits.length - 1] += wanted.left;
  }

  /// As [InvertedLists#scan], also of vectors that are not in the order of the lists yet.
  private void scan(ListOrder order, QueryBuffer query, OrdinalFilter others, TopK kept) {
    int list = order.list();
    if (!(lists.codes() instanceof ListCodes.Plain)) {
      lists.scan(list, order.score(), others, kept, scratch, work);
      return;
    }
    int[] positions = new int[lists.size(list)];
    Arrays.setAll(positions, entry -> lists.position(list, entry));
    int[] ordinals = IntStream.of(positions).map(position -> sources[position]).toArray();
    float[] scores = new float[ordinals.length];
    scorer.bind(rows, query).score(ordinals, ordinals.length, scores);
    for (int i = 0; i < scores.length; i++) {
      if (others.accepts(positions[i])) {
        kept.offer(positions[i], scores[i]);
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

package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Widths;
import dev.kith.index.store.VectorRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Measures what a search has to read to find nearly all of the nearest rows. Used once; not
/// thread-safe.
///
/// Rows of the file are searched for, each left out of its own answer. To find a share of the true
/// ten nearest, four fifths of what may be missed is missed in lists that are not read, and a fifth
/// among rows that are not scored exactly (of prefixes half and half, if that takes less):
///
/// - a search reads at most four times the least number of lists that hold enough of the ten
/// - it scores the least number of rows exactly that are enough, by their codes, of a search that
///   reads that least number of lists
/// - its patience is the least with which it reads enough lists of the ten
///
/// Where there are prefixes, the widths are chosen that take the fewest products of coordinates to
/// that end: what centroids are compared at, what rows are, and how many stay for the next stage.
/// Where prefixes say so little that none saves anything, whole vectors are compared. (What AdANNS
/// calls a search over widths; Rege et al., NeurIPS 2023, section 4.)
public final class TuningSample {
  private static final int QUERIES = 256;
  private static final int NEIGHBOURS = Tuning.NEIGHBOURS;

  /// Of what may be missed, what may be missed in lists that are not read.
  private static final double MISSED_IN_LISTS = 0.8;

  /// The same where prefixes are compared, if it takes fewer products: a row that is kept costs
  /// more there, and one that is looked at less.
  private static final double MISSED_EVENLY = 0.5;

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
      Sample sample = new Sample(query, queries, nearest, step);
      List<Ranks> ranks = new ArrayList<>(List.of(ranks(0, sample)));
      for (int width : lists.prefixWidths()) {
        ranks.add(ranks(width, sample));
      }
      List<Tuning.Setting> settings = new ArrayList<>();
      for (double recall : Tuning.RECALLS) {
        Split split = new Split(recall, MISSED_IN_LISTS);
        Chosen chosen =
            lists.prefixWidths().isEmpty()
                ? chooseCandidates(ranks.getFirst(), split, sample)
                : Collections.min(
                    List.of(
                        chooseWidths(ranks, split, sample),
                        chooseWidths(ranks, new Split(recall, MISSED_EVENLY), sample)),
                    Comparator.comparingDouble(Chosen::cost));
        settings.add(setting(recall, chosen, sample));
      }
      return new Tuning(settings);
    }
  }

  /// Rows that are searched for, by position, and for each the positions of its true neighbours.
  private final class Sample {
    private final QueryBuffer query;
    private final int[] queries;
    private final int[][] nearest;
    private final Runnable step;

    Sample(QueryBuffer query, int[] queries, int[][] nearest, Runnable step) {
      this.query = query;
      this.queries = queries;
      this.nearest = nearest;
      this.step = step;
    }

    /// Makes a row the query.
    void set(int i) {
      step.run();
      query.set(rows, sources[queries[i]]);
    }
  }

  /// What a search does, but for how long it goes on.
  ///
  /// @param nprobe lists that do if all searches read as many
  /// @param candidates rows kept by the first comparison
  /// @param rescored rows scored exactly
  /// @param cost in products, see [LadderCost]; 0 where there is nothing to choose
  private record Chosen(
      Split split, int nprobe, int candidates, int rescored, Widths widths, double cost) {}

  /// How what may be missed is shared.
  ///
  /// @param recall what is to be found
  /// @param lists of what may be missed, what may be in lists that are not read
  private record Split(double recall, double lists) {
    /// Of the nearest rows, those in lists that are read.
    double inLists() {
      return 1 - (1 - recall) * lists;
    }

    /// Of those in lists that are read, those that are scored exactly.
    double amongFirst() {
      return 1 - (1 - recall) * (1 - lists);
    }
  }

  /// How many of the nearest rows are in the lists of every rank, where centroids are compared at a
  /// width.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Ranks(int width, int[] counts) {
    /// The least number of lists that hold a share of them.
    int share(double share) {
      return TuningSample.share(counts, share);
    }

    /// How many are in the first lists.
    int first(int nprobe) {
      return IntStream.of(counts).limit(nprobe).sum();
    }
  }

  /// @param width 0 for whole centroids
  private Ranks ranks(int width, Sample sample) {
    int[] counts = new int[lists.count()];
    scratch.widths = width == 0 ? new Widths.Full() : ladder(width, width, CANDIDATES);
    for (int i = 0; i < sample.queries.length; i++) {
      sample.set(i);
      countRanks(sample.query, sample.nearest[i], counts);
    }
    return new Ranks(width, counts);
  }

  private static Widths.Ladder ladder(int coarse, int width, int keep) {
    return new Widths.Ladder(coarse, List.of(new Widths.Rung(width, keep)));
  }

  private Chosen chooseCandidates(Ranks ranks, Split split, Sample sample) {
    int nprobe = ranks.share(split.inLists());
    scratch.widths = new Widths.Usual();
    int rescored = NEIGHBOURS;
    if (!(lists.codes() instanceof ListCodes.Plain)) {
      rescored = Math.max(NEIGHBOURS, share(places(nprobe, sample), split.amongFirst()));
    }
    return new Chosen(split, nprobe, rescored, rescored, scratch.widths, 0);
  }

  /// Chooses the widths that take the fewest products: of centroids first, then of rows, in one
  /// stage or two. Whole vectors, if prefixes do not save any.
  private Chosen chooseWidths(List<Ranks> ranks, Split split, Sample sample) {
    double inLists = split.inLists();
    double amongFirst = split.amongFirst();
    LadderCost cost = lists.ladderCost();
    List<Integer> widths = lists.prefixWidths();
    int whole = ranks.getFirst().share(inLists);
    Chosen best =
        new Chosen(split, whole, NEIGHBOURS, NEIGHBOURS, new Widths.Full(), cost.full(whole));
    Ranks coarse =
        Collections.min(
            ranks,
            Comparator.comparingDouble(
                each ->
                    cost.of(
                        ladder(each.width, widths.getFirst(), NEIGHBOURS), each.share(inLists))));
    int nprobe = coarse.share(inLists);
    int wanted = coarse.first(nprobe);
    List<Widths.Rung> firsts = new ArrayList<>();
    for (int width : widths) {
      scratch.widths = ladder(coarse.width, width, CANDIDATES);
      int[] places = places(nprobe, sample);
      List<List<Widths.Rung>> ladders = new ArrayList<>();
      rung(width, places, amongFirst * wanted).ifPresent(rung -> ladders.add(List.of(rung)));
      // Of two stages, each may lose half.
      Optional<Widths.Rung> rung = rung(width, places, (1 + amongFirst) / 2 * wanted);
      if (rung.isPresent()) {
        for (Widths.Rung first : firsts) {
          if (rung.get().keep() <= first.keep()) {
            ladders.add(List.of(first, rung.get()));
          }
        }
        firsts.add(rung.get());
      }
      for (List<Widths.Rung> rungs : ladders) {
        Widths.Ladder ladder = new Widths.Ladder(coarse.width, rungs);
        double products = cost.of(ladder, nprobe);
        if (products < best.cost) {
          int kept = rungs.getFirst().keep();
          best = new Chosen(split, nprobe, kept, rungs.getLast().keep(), ladder, products);
        }
      }
    }
    return best;
  }

  /// The stage at a width that keeps so many of the nearest rows; empty if too many others would be
  /// kept with them.
  private static Optional<Widths.Rung> rung(int width, int[] places, double wanted) {
    int keep = holding(places, wanted);
    return keep > places.length
        ? Optional.empty()
        : Optional.of(new Widths.Rung(width, Math.max(NEIGHBOURS, keep)));
  }

  /// At which places among the candidates the nearest rows are that are in the lists that are read.
  private int[] places(int nprobe, Sample sample) {
    int[] places = new int[CANDIDATES];
    for (int i = 0; i < sample.queries.length; i++) {
      sample.set(i);
      countPlaces(sample.query, sample.queries[i], sample.nearest[i], nprobe, places);
    }
    return places;
  }

  /// Measures how long a search has to go on, and, where there are prefixes, what it takes.
  private Tuning.Setting setting(double recall, Chosen chosen, Sample sample) {
    int most = (int) Math.min(lists.count(), (long) Tuning.MOST * chosen.nprobe);
    int[] waits = new int[most + 1];
    scratch.widths = chosen.widths;
    for (int i = 0; i < sample.queries.length; i++) {
      sample.set(i);
      countWaits(sample.query, sample.queries[i], sample.nearest[i], chosen.candidates, waits);
    }
    int patience = Math.min(most, share(waits, chosen.split.inLists()));
    float factor = (float) chosen.rescored / NEIGHBOURS;
    if (lists.prefixWidths().isEmpty()) {
      return new Tuning.Setting(recall, most, patience, factor);
    }
    Reach.Until reach = new Reach.Until(most, 1, patience);
    double products = products(reach, chosen, sample);
    return new Tuning.Setting(recall, most, patience, factor, chosen.widths, products);
  }

  /// Products that a search takes on average.
  private double products(Reach.Until reach, Chosen chosen, Sample sample) {
    work.reset();
    for (int i = 0; i < sample.queries.length; i++) {
      sample.set(i);
      read(sample.query, sample.queries[i], reach, chosen.candidates);
      work.multiplyAdds += sample.query.takeMultiplyAdds();
    }
    double products = (double) work.multiplyAdds / sample.queries.length;
    return chosen.widths instanceof Widths.Ladder ladder
        ? products + lists.ladderCost().after(ladder)
        : products;
  }

  /// Reads lists as a search does, for what that takes.
  private void read(QueryBuffer query, int self, Reach.Until reach, int candidates) {
    OrdinalFilter others = lists.once(position -> position != self, scratch);
    TopK kept = scratch.candidates;
    kept.reset(candidates);
    begin(query, reach);
    ListOrder order = scratch.order;
    while (order.advance(kept)) {
      scan(order, query, others, kept);
      order.done(kept);
    }
  }

  private void begin(QueryBuffer query, Reach.Until reach) {
    lists.begin(query, reach, 0, scratch, work);
    if (!isWhole()) {
      lists.bind(query, scratch);
    }
  }

  /// Whether whole vectors are compared, which are not in the order of the lists yet.
  private boolean isWhole() {
    return lists.codes() instanceof ListCodes.Plain || scratch.widths instanceof Widths.Full;
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
    lists.bind(query, scratch);
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
    begin(query, patient(waits.length - 1));
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
    if (!isWhole()) {
      lists.scan(list, order.score(), others, kept, scratch, work);
      return;
    }
    int[] positions = new int[lists.size(list)];
    Arrays.setAll(positions, entry -> lists.position(list, entry));
    int[] ordinals = IntStream.of(positions).map(position -> sources[position]).toArray();
    float[] scores = new float[ordinals.length];
    scorer.bind(rows, query).score(ordinals, ordinals.length, scores);
    scorer.count(ordinals.length, work);
    for (int i = 0; i < scores.length; i++) {
      if (others.accepts(positions[i])) {
        kept.offer(positions[i], scores[i]);
      }
    }
  }

  /// The least number of places, from the first on, that hold a share of what was counted.
  private static int share(int[] counts, double share) {
    return Math.clamp(holding(counts, share * IntStream.of(counts).sum()), 1, counts.length);
  }

  /// The least number of places, from the first on, that hold so many; one more than there are, if
  /// all of them hold fewer.
  private static int holding(int[] counts, double wanted) {
    double left = wanted;
    int places = 0;
    while (places < counts.length && left > 0) {
      left -= counts[places++];
    }
    return left > 0 ? counts.length + 1 : places;
  }
}

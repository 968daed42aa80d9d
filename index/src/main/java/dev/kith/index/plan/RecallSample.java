package dev.kith.index.plan;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.Require;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.flat.FlatScan;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/// Measures how well segments are searched, on a sample of their own rows.
///
/// Each row of the sample is searched for by the index and by an exact scan, and is left out of
/// both answers. Recall@k is the share of the k nearest other rows that the beam found; a hit as
/// near as the k-th of them counts, so that equally near rows may stand for each other.
///
/// A row of the graph is linked to what is near it, so its neighbours are found more easily than
/// those of a vector that was never linked: take the figure as an upper bound, good for telling a
/// sound graph from a broken one.
///
/// Scans all rows once for the whole sample. Not thread-safe; used once.
public final class RecallSample {
  private static final int TRIES_PER_QUERY = 20;

  /// Scores of one pair of vectors may be summed up in different orders.
  private static final float TOLERANCE = 1e-5f;

  private final List<? extends SegmentReader> segments;
  private final Spec spec;
  private final BooleanSupplier stop;
  private final int[] sizes;

  /// What to measure.
  ///
  /// @param queries rows of the sample, in `[1, 10_000]`; fewer if there are fewer live ones
  /// @param k neighbours of each, in `[1, 1000]`
  /// @param ef beam of the searches, in `[1, 65536]`; 0 for lists, of which as many are read as
  ///   each segment measured
  /// @param seed of the sample
  public record Spec(int queries, int k, int ef, long seed) {
    public Spec {
      Require.inRange("queries", queries, 1, 10_000);
      Require.inRange("k", k, 1, 1_000);
      Require.inRange("ef", ef, 0, Probe.MAX_EF);
    }

    private Probe probe() {
      return ef == 0 ? new Probe.Lists() : new Probe.Beam(ef);
    }
  }

  /// What was measured.
  ///
  /// @param recall in `[0, 1]`
  /// @param queries rows that were searched for
  /// @param ef beam they were searched with; 0 for lists as measured
  public record Result(double recall, int queries, int ef) {}

  private record Place(int segment, int ordinal) {}

  /// @param segments held open by the caller until [#measure] returns; all of one space
  /// @param stop polled between blocks of work
  public RecallSample(List<? extends SegmentReader> segments, Spec spec, BooleanSupplier stop) {
    this.segments = List.copyOf(segments);
    this.spec = spec;
    this.stop = stop;
    // Once, because a growing segment may grow on.
    this.sizes = segments.stream().mapToInt(SegmentReader::size).toArray();
  }

  /// Measures.
  ///
  /// @return empty if it was stopped, or there are not more than `k` live rows
  public Optional<Result> measure() {
    List<Place> places = draw();
    if (places.isEmpty()) {
      return Optional.empty();
    }
    VectorSpace space = segments.getFirst().space();
    try (Arena arena = Arena.ofConfined()) {
      VectorRows queries = VectorRows.reserve(space, places.size(), arena);
      for (int query = 0; query < places.size(); query++) {
        Place place = places.get(query);
        queries.copy(query, segments.get(place.segment()).rows(), place.ordinal());
      }
      float[] thresholds = thresholds(places, queries);
      return stop.getAsBoolean() ? Optional.empty() : search(places, queries, thresholds);
    }
  }

  /// Draws live rows, each once.
  private List<Place> draw() {
    long rows = 0;
    long live = 0;
    for (int segment = 0; segment < sizes.length; segment++) {
      rows += sizes[segment];
      live += Math.min(sizes[segment], segments.get(segment).liveCount());
    }
    if (live <= spec.k()) {
      return List.of();
    }
    SplittableRandom random = new SplittableRandom(spec.seed());
    long wanted = Math.min(live, spec.queries());
    Set<Place> drawn = new HashSet<>();
    List<Place> places = new ArrayList<>();
    for (long tries = TRIES_PER_QUERY * wanted; tries > 0 && places.size() < wanted; tries--) {
      Place place = place(random.nextLong(rows));
      boolean alive = !segments.get(place.segment()).tombstones().isDead(place.ordinal());
      if (alive && drawn.add(place)) {
        places.add(place);
      }
    }
    return places;
  }

  private Place place(long row) {
    long left = row;
    int segment = 0;
    while (left >= sizes[segment]) {
      left -= sizes[segment++];
    }
    return new Place(segment, (int) left);
  }

  /// The score of the k-th nearest other row of each query, by one scan over all rows.
  private float[] thresholds(List<Place> places, VectorRows queries) {
    TopK[] nearest = new TopK[places.size()];
    TopK[] merged = new TopK[places.size()];
    for (int query = 0; query < nearest.length; query++) {
      nearest[query] = new TopK(spec.k());
      merged[query] = new TopK(spec.k());
    }
    int[] ordinals = new int[spec.k()];
    float[] scores = new float[spec.k()];
    for (int segment = 0; segment < sizes.length && !stop.getAsBoolean(); segment++) {
      scan(segment, places, queries, nearest);
      for (int query = 0; query < nearest.length; query++) {
        int count = nearest[query].drainTo(ordinals, scores);
        for (int i = 0; i < count; i++) {
          merged[query].offer(segment * spec.k() + i, scores[i]); // Only the score is wanted.
        }
        nearest[query].reset(spec.k());
      }
    }
    float[] thresholds = new float[merged.length];
    for (int query = 0; query < merged.length; query++) {
      int count = merged[query].drainTo(ordinals, scores);
      float last = count == 0 ? Float.NEGATIVE_INFINITY : scores[count - 1];
      thresholds[query] = last - TOLERANCE * Math.max(1, Math.abs(last));
    }
    return thresholds;
  }

  /// Every block of rows is scored against all queries while it is in the cache.
  private void scan(int segment, List<Place> places, VectorRows queries, TopK[] nearest) {
    SegmentReader reader = segments.get(segment);
    VectorRows rows = reader.rows();
    F32Scorer scorer = new F32Scorer();
    FlatScan flatScan = new FlatScan();
    SearchWork work = new SearchWork();
    Others others = new Others(reader.tombstones().alive());
    for (int from = 0; from < sizes[segment]; from += FlatScan.BLOCK) {
      if (stop.getAsBoolean()) {
        return;
      }
      FlatScan.Range block =
          new FlatScan.Range(from, Math.min(sizes[segment], from + FlatScan.BLOCK));
      for (int query = 0; query < nearest.length; query++) {
        Place place = places.get(query);
        others.self = place.segment() == segment ? place.ordinal() : -1;
        scorer.bind(rows, queries, query);
        flatScan.scan(scorer, block, others, nearest[query], stop, work);
      }
    }
  }

  private Optional<Result> search(List<Place> places, VectorRows queries, float[] thresholds) {
    PlanRunner runner = new PlanRunner();
    SearchPlan plan = new SearchPlan(spec.k() + 1, spec.probe());
    long found = 0;
    try (QueryBuffer buffer = new QueryBuffer(queries.space())) {
      for (int query = 0; query < thresholds.length; query++) {
        buffer.set(queries, query);
        if (!runner.run(plan, buffer, segments, stop)) {
          return Optional.empty();
        }
        found += found(runner, places.get(query), thresholds[query]);
      }
    }
    double recall = found / ((double) spec.k() * thresholds.length);
    return Optional.of(new Result(recall, thresholds.length, spec.ef()));
  }

  private int found(PlanRunner runner, Place self, float threshold) {
    int found = 0;
    for (int rank = 0; rank < runner.size() && found < spec.k(); rank++) {
      boolean isSelf =
          runner.segment(rank) == self.segment() && runner.ordinal(rank) == self.ordinal();
      if (!isSelf && runner.score(rank) >= threshold) {
        found++;
      }
    }
    return found;
  }

  /// Accepts live rows other than the query.
  private static final class Others implements OrdinalFilter {
    private final OrdinalFilter alive;
    private int self = -1;

    Others(OrdinalFilter alive) {
      this.alive = alive;
    }

    @Override
    public boolean accepts(int ordinal) {
      return ordinal != self && alive.accepts(ordinal);
    }
  }
}

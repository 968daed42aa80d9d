package dev.kith.index.trial;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.store.VectorRows;
import dev.kith.index.trial.IndexTrial.Candidate;
import dev.kith.index.trial.TrialSearches.Climb;
import dev.kith.index.trial.TrialSearches.Ladder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Builds indexes of a sample, one after another, and measures searches in each. Used once, by one
/// thread.
final class Measurements {

  /// The graph whose links all graphs have.
  static final IndexSpec.Hnsw GRAPH = graph(Layout.COMPACT, new Codec.F32());

  private static final IndexSpec.Hnsw BYTES = graph(Layout.COMPACT, new Codec.Int8());
  private static final IndexSpec.Hnsw BITS = graph(Layout.COMPACT, new Codec.Rabitq(0));
  private static final IndexSpec.Hnsw FAST = graph(Layout.FAST, new Codec.F32());
  private static final IndexSpec.Ivf BIT_LISTS = lists(new Codec.Rabitq(0));
  private static final IndexSpec.Ivf WORD_LISTS = lists(new Codec.Pq(0, false));

  /// Neighbours that an estimate of the dimension rests on.
  private static final int DIMENSION_NEIGHBOURS = 20;

  /// So many times as many rows to score exactly as lists measured are tried too.
  private static final int MORE_RESCORED = 3;

  /// Times the rows of the sample that are about as many.
  private static final double ABOUT_AS_MANY = 1.1;

  private final TrialSample sample;
  private final VectorRows queries;
  private final TrialSegments segments;
  private final TrialSearches searches;
  private final Workplace place;

  /// Whether vectors are short enough for every index.
  private final boolean areShort;

  private final List<Measurement> measured = new ArrayList<>();

  private static IndexSpec.Hnsw graph(Layout layout, Codec codec) {
    return new IndexSpec.Hnsw(HnswParams.defaults(), layout, codec);
  }

  private static IndexSpec.Ivf lists(Codec codec) {
    return new IndexSpec.Ivf(IvfParams.defaults(), codec);
  }

  /// @param segments of the sample, nothing in them yet
  /// @param searches for the queries of the sample
  Measurements(
      TrialSample sample,
      VectorRows queries,
      TrialSegments segments,
      TrialSearches searches,
      Workplace place) {
    this.sample = sample;
    this.queries = queries;
    this.segments = segments;
    this.searches = searches;
    this.place = place;
    this.areShort = queries.space().dimension() <= Layout.MAX_FAST_DIMENSION;
  }

  /// Builds and measures all of them.
  ///
  /// @param rows of which the sample is one: what is measured is judged to be in so many
  /// @return the simplest first
  /// @throws InterruptedException if the calling thread is interrupted
  List<Candidate> candidates(long rows) throws InterruptedException, IOException {
    int sampled = sample.rows();
    Optional<Growth.Work> half =
        rows > ABOUT_AS_MANY * sampled ? Optional.of(work(sampled / 2)) : Optional.empty();
    segments.growTo(sampled);
    float[][] nearest = nearest(sampled);
    scan();
    walk(GRAPH, nearest);
    walk(BYTES, nearest);
    walk(BITS, nearest);
    if (areShort) {
      walk(FAST, nearest);
    }
    read(nearest);
    Growth growth =
        half.map(
                work -> Growth.between(work, new Growth.Work(distances(GRAPH), distances(lists()))))
            .orElse(Growth.NONE);
    double times = (double) rows / sampled;
    return measured.stream().map(one -> one.projected(growth, times)).toList();
  }

  /// The median local intrinsic dimension at the queries, once candidates are known. Distances are
  /// Euclidean whatever the metric.
  ///
  /// @return above 0, or 0 if there is none: see [MedianDimension]
  /// @throws InterruptedException if the calling thread is interrupted
  double localDimension() throws InterruptedException {
    VectorRows rows = segments.growing().rows();
    return MedianDimension.of(
        NearestScores.of(
            euclidean(rows, sample.rows()),
            sample.rows(),
            euclidean(queries, queries.capacity()),
            DIMENSION_NEIGHBOURS,
            place.threads(),
            place.step()));
  }

  private static VectorRows euclidean(VectorRows rows, int count) {
    VectorSpace space = new VectorSpace(rows.space().dimension(), Metric.EUCLIDEAN);
    return VectorRows.map(space, rows.segment().asSlice(0, rows.bytes(count)), count);
  }

  private float[][] nearest(int count) throws InterruptedException {
    VectorRows rows = segments.growing().rows();
    return NearestScores.of(
        rows, count, queries, TrialSearches.NEIGHBOURS, place.threads(), place.step());
  }

  /// What searches compute in the first rows alone.
  private Growth.Work work(int count) throws InterruptedException, IOException {
    segments.growTo(count);
    float[][] nearest = nearest(count);
    double graph = searches.climb(segments.growing(), nearest, Ladder.beams()).distances();
    try (SealedSegment lists = segments.sealed(lists())) {
      return new Growth.Work(graph, searches.climb(lists, nearest, ladder(lists, 1)).distances());
    }
  }

  private double distances(IndexSpec index) {
    return measured.stream()
        .filter(one -> one.index().equals(index))
        .mapToDouble(Measurement::distances)
        .findFirst()
        .orElseThrow();
  }

  /// Lists of bits were searched faster than lists of words, by a sixth on GloVe-100 and WordNet
  /// and half on MNIST, and took about as much memory or less: words are tried only where there can
  /// be no bits.
  private IndexSpec.Ivf lists() {
    return areShort ? BIT_LISTS : WORD_LISTS;
  }

  private void scan() {
    GrowingSegment rows = segments.growing();
    double nanos = searches.scanNanos(rows);
    long bytes = GrowingSegment.unlinkedBytes(rows.space());
    measured.add(new Measurement(new IndexSpec.Flat(), 1, nanos, rows.size(), bytes));
  }

  private void walk(IndexSpec.Hnsw index, float[][] nearest) throws IOException {
    try (SealedSegment graph = segments.sealed(index)) {
      measured.add(measurement(index, graph, searches.climb(graph, nearest, Ladder.beams())));
    }
  }

  private void read(float[][] nearest) throws IOException {
    try (SealedSegment lists = segments.sealed(lists())) {
      Measurement few = read(lists, nearest, 1);
      Measurement many = read(lists, nearest, MORE_RESCORED);
      measured.add(many.isBetterThan(few, searches.wanted()) ? many : few);
    }
  }

  private Measurement read(SealedSegment lists, float[][] nearest, int times) {
    return measurement(lists(), lists, searches.climb(lists, nearest, ladder(lists, times)));
  }

  /// @param times as many rows to score exactly as the segment measured
  private static Ladder ladder(SealedSegment lists, int times) {
    double rescore = times * TrialSearches.NEIGHBOURS * lists.rescoreFactor().orElse(1);
    return Ladder.lists(lists.listStats().orElseThrow().count(), rescore);
  }

  private Measurement measurement(IndexSpec index, SealedSegment segment, Climb climb) {
    return new Measurement(
        index,
        climb.recall(),
        searches.nanos(segment, climb),
        climb.distances(),
        (double) segment.copiedBytes() / segment.size());
  }
}

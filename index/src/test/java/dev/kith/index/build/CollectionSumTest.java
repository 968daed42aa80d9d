package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scores;
import dev.kith.index.codec.Widths;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.plan.CollectionSum;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sums of exponentials over all rows, exact and estimated.
final class CollectionSumTest {
  private static final int DIMENSION = 45;
  private static final int WIDTH = 12;
  private static final int ROWS = 1500;
  private static final HnswParams GRAPH = new HnswParams(12, 80, 3);
  private static final Widths USUAL = new Widths.Usual();

  @TempDir private Path folder;

  /// Rows of a growing segment and a sealed one, every fifth of both dead.
  private record Pair(GrowingSegment growing, SealedSegment sealed) implements AutoCloseable {
    List<SegmentReader> both() {
      return List.of(growing, sealed);
    }

    @Override
    public void close() {
      growing.close();
      sealed.close();
    }
  }

  private Pair pair(Mixture all, IndexSpec index) throws IOException {
    int half = all.count() / 2;
    GrowingSegment growing = SegmentFixture.linked(all.part(0, half), index);
    SealedSegment sealed = SegmentFixture.seal(folder, all, index, half, all.count(), _ -> false);
    for (SegmentReader segment : List.of(growing, sealed)) {
      for (int ordinal = 0; ordinal < segment.size(); ordinal++) {
        if (segment.label(ordinal) % 50 == 0) {
          segment.tombstones().kill(ordinal);
        }
      }
    }
    return new Pair(growing, sealed);
  }

  private static QueryBuffer query(Mixture all, Widths widths, int row) {
    float[] vector = all.vectors()[row].clone();
    vector[row % WIDTH] += 0.3f;
    QueryBuffer query = new QueryBuffer(all.space());
    if (widths instanceof Widths.Truncated(int width)) {
      query.setTruncated(MemorySegment.ofArray(vector), 0, width);
    } else {
      query.set(vector);
    }
    return query;
  }

  /// External scores of all rows that a search returns, by a search for as many hits, which sums up
  /// nothing.
  private static float[] scores(
      List<? extends SegmentReader> segments, Probe probe, Widths widths, QueryBuffer query) {
    PlanRunner runner = new PlanRunner();
    assertTrue(runner.run(new SearchPlan(100_000, probe, widths), query, segments, () -> false));
    float[] scores = new float[runner.size()];
    for (int rank = 0; rank < scores.length; rank++) {
      scores[rank] = Scores.external(query.space().metric(), runner.score(rank));
    }
    return scores;
  }

  /// The logarithm of the sum, in doubles.
  private static double log(float[] scores, double temperature) {
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp((score - (double) scores[0]) / temperature);
    }
    return Math.log(sum) + scores[0] / temperature;
  }

  private static CollectionSum sum(
      List<? extends SegmentReader> segments,
      Probe probe,
      Widths widths,
      double temperature,
      QueryBuffer query) {
    PlanRunner runner = new PlanRunner();
    SearchPlan plan = new SearchPlan(10, probe, widths, OptionalDouble.of(temperature));
    assertTrue(runner.run(plan, query, segments, () -> false));
    return runner.sum();
  }

  private static void assertExact(float[] scores, double temperature, CollectionSum sum) {
    assertEquals(log(scores, temperature), sum.sum().log(), 1e-6);
    assertEquals(log(scores, temperature / 2), sum.halved().log(), 1e-6);
    assertEquals(scores.length, sum.rows());
    assertEquals(0, sum.standardError());
  }

  private static List<IndexSpec> indexes(long seed) {
    Codec.Prefix prefixes = new Codec.Prefix(Basis.AS_IS, List.of(4, WIDTH, 30));
    return List.of(
        new IndexSpec.Flat(),
        new IndexSpec.Flat(prefixes),
        new IndexSpec.Flat(new Codec.Prefix(Basis.PCA, List.of(4, WIDTH))),
        new IndexSpec.Flat(new Codec.Int8()),
        new IndexSpec.Hnsw(GRAPH, Layout.COMPACT),
        new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, prefixes),
        new IndexSpec.Hnsw(GRAPH, Layout.FAST),
        new IndexSpec.Ivf(new IvfParams(20, seed, true), prefixes),
        new IndexSpec.Ivf(new IvfParams(20, seed), new Codec.Rabitq(0)));
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 1", "DOT, 2", "EUCLIDEAN, 3"})
  void anExactSearchSumsUpAllLiveRowsWhateverTheIndexAndTheWidths(Metric metric, long seed)
      throws IOException {
    Mixture all = Mixture.of(new VectorSpace(DIMENSION, metric), ROWS, 40, seed);
    List<Widths> allWidths =
        List.of(USUAL, new Widths.Full(), new Widths.Certified(), new Widths.Truncated(WIDTH));
    for (IndexSpec index : indexes(seed)) {
      try (Pair pair = pair(all, index)) {
        for (Widths widths : allWidths) {
          try (QueryBuffer query = query(all, widths, 77)) {
            float[] scores = scores(pair.both(), new Probe.Exact(), widths, query);
            assertEquals(ROWS / 5 * 4, scores.length);
            for (double temperature : new double[] {0.003, 0.1, 5, 1e6}) {
              assertExact(
                  scores,
                  temperature,
                  sum(pair.both(), new Probe.Exact(), widths, temperature, query));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Metric.class)
  void scoresAreThoseThatAUserSees_seed4(Metric metric) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(DIMENSION, metric), ROWS, 40, 4);
    try (Pair pair = pair(all, new IndexSpec.Flat());
        QueryBuffer query = new QueryBuffer(all.space())) {
      query.set(all.vectors()[3]);
      double naive = 0;
      for (int row = 0; row < ROWS; row++) {
        double raw = all.score(all.vectors()[3], row);
        double score = metric == Metric.EUCLIDEAN ? -Math.sqrt(-raw) : raw;
        naive += row % 5 == 0 ? 0 : Math.exp(score / 4);
      }
      double log = sum(pair.both(), new Probe.Exact(), USUAL, 4, query).sum().log();
      assertEquals(Math.log(naive), log, 2e-5);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {5, 6})
  void rowsThatAFilterRefusesAreNotSummedUp(long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(DIMENSION, Metric.COSINE), ROWS, 40, seed);
    for (IndexSpec index : indexes(seed)) {
      try (Pair pair = pair(all, index);
          QueryBuffer query = query(all, USUAL, 8)) {
        List<FilteredSegment> filtered =
            pair.both().stream()
                .map(segment -> new FilteredSegment(segment, label -> label % 30 == 10))
                .toList();
        float[] scores = scores(filtered, new Probe.Exact(), USUAL, query);
        assertEquals(ROWS / 15 * 4, scores.length);
        assertExact(scores, 0.05, sum(filtered, new Probe.Exact(), USUAL, 0.05, query));
        PlanRunner runner = new PlanRunner();
        runner.run(new SearchPlan(20, new Probe.Exact()), query, filtered, () -> false);
        assertSame(
            sum(filtered, new Probe.Exact(), USUAL, 0.05, query),
            runner.estimateSum(0.05, ROWS, query, USUAL, filtered, () -> false));
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {7, 8})
  void aSearchForLabelsSumsUpThoseAlone(long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(DIMENSION, Metric.EUCLIDEAN), 2500, 40, seed);
    // More than a block of either segment, and some of no row.
    List<Long> labels =
        LongStream.range(0, 2600).map(i -> 10 * i).filter(i -> i % 7 < 5).boxed().toList();
    for (IndexSpec index : indexes(seed)) {
      for (Widths widths : List.of(USUAL, new Widths.Truncated(WIDTH))) {
        try (Pair pair = pair(all, index);
            QueryBuffer query = query(all, widths, 99)) {
          Probe probe = new Probe.Labels(labels);
          float[] scores = scores(pair.both(), probe, widths, query);
          assertTrue(scores.length > 1400 && scores.length < 1500);
          assertExact(scores, 0.7, sum(pair.both(), probe, widths, 0.7, query));
        }
      }
    }
  }

  /// The acceptance point of shares over collections. Vectors whose dimension is no multiple of 16
  /// are summed up in another order where they lie without padding, beside codes in lists: their
  /// scores may differ in the last place, and shares by so much divided by the temperature.
  @ParameterizedTest(name = "{0} of {1} dimensions, seed {2}")
  @CsvSource({
    "COSINE, 48, 11",
    "DOT, 48, 12",
    "EUCLIDEAN, 48, 13",
    "COSINE, 45, 14",
    "EUCLIDEAN, 45, 15"
  })
  void aCollectionSplitIntoAnySegmentsHasTheSumAndTheSharesOfOneSegmentToAMillionth(
      Metric metric, int dimension, long seed) throws IOException {
    Random random = new Random(seed);
    Mixture all = Mixture.of(new VectorSpace(dimension, metric), 4000, 40, seed);
    List<IndexSpec> indexes =
        indexes(seed).stream()
            .filter(index -> dimension % 16 == 0 || !(index instanceof IndexSpec.Ivf))
            .toList();
    double temperature = metric == Metric.COSINE ? 0.02 : 0.5;
    try (GrowingSegment whole = growing(all, 0, all.count());
        QueryBuffer query = query(all, USUAL, 123)) {
      float[] scores = scores(List.of(whole), new Probe.Exact(), USUAL, query);
      double log = sum(List.of(whole), new Probe.Exact(), USUAL, temperature, query).sum().log();
      assertEquals(log(scores, temperature), log, 1e-6);
      for (int parts : new int[] {1, 2, 3, 20, 1 + random.nextInt(20)}) {
        List<SegmentReader> segments = split(all, parts, indexes, random);
        PlanRunner runner = new PlanRunner();
        SearchPlan plan =
            new SearchPlan(100, new Probe.Exact(), USUAL, OptionalDouble.of(temperature));
        assertTrue(runner.run(plan, query, segments, () -> false));
        assertEquals(log, runner.sum().sum().log(), 1e-6);
        assertEquals(all.count(), runner.sum().rows());
        for (int rank = 0; rank < runner.size(); rank++) {
          double score = Scores.external(metric, runner.score(rank));
          double expected = Math.exp(scores[rank] / temperature - log);
          double share = Math.exp(score / temperature - runner.sum().sum().log());
          assertEquals(expected, share, 1e-6 * expected);
        }
        for (SegmentReader segment : segments) {
          close(segment);
        }
      }
    }
  }

  private static void close(SegmentReader segment) {
    if (segment instanceof GrowingSegment growing) {
      growing.close();
    } else if (segment instanceof SealedSegment sealed) {
      sealed.close();
    }
  }

  private static GrowingSegment growing(Mixture all, int from, int to) {
    GrowingSegment segment =
        GrowingSegment.create(all.space(), new IndexSpec.Flat(), Math.max(1, to - from));
    for (int i = from; i < to; i++) {
      segment.append(10L * i, all.bytes(i), 0);
    }
    segment.publish();
    return segment;
  }

  /// Cuts anywhere, so that parts may be empty; each part grows or is sealed, as any index.
  private List<SegmentReader> split(Mixture all, int parts, List<IndexSpec> indexes, Random random)
      throws IOException {
    TreeMap<Integer, Boolean> cuts = new TreeMap<>();
    cuts.put(all.count(), true);
    while (cuts.size() < parts) {
      cuts.put(1 + random.nextInt(all.count()), true);
    }
    List<SegmentReader> segments = new ArrayList<>();
    int from = 0;
    for (int to : cuts.keySet()) {
      boolean isSealed = to - from > 100 && random.nextBoolean();
      segments.add(
          isSealed
              ? SegmentFixture.seal(
                  folder, all, indexes.get(random.nextInt(indexes.size())), from, to, _ -> false)
              : growing(all, from, to));
      from = to;
    }
    return segments;
  }

  private static void assertSame(CollectionSum expected, CollectionSum sum) {
    assertEquals(expected.sum().log(), sum.sum().log(), 1e-6);
    assertEquals(expected.halved().log(), sum.halved().log(), 1e-6);
    assertEquals(expected.rows(), sum.rows());
    assertEquals(expected.standardError(), sum.standardError());
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 21", "DOT, 22", "EUCLIDEAN, 23"})
  void anEstimateFromAllRowsIsTheSum(Metric metric, long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(DIMENSION, metric), ROWS, 40, seed);
    for (Widths widths : List.of(USUAL, new Widths.Truncated(WIDTH))) {
      try (Pair pair = pair(all, new IndexSpec.Hnsw(GRAPH, Layout.COMPACT));
          QueryBuffer query = query(all, widths, 77)) {
        CollectionSum exact = sum(pair.both(), new Probe.Exact(), widths, 0.4, query);
        PlanRunner runner = new PlanRunner();
        for (int hits : new int[] {1, 100, 100_000}) {
          Probe probe = new Probe.Beam(20, OptionalInt.empty());
          runner.run(new SearchPlan(hits, probe, widths), query, pair.both(), () -> false);
          for (int sample : new int[] {ROWS, PlanRunner.MAX_SAMPLE}) {
            assertSame(
                exact, runner.estimateSum(0.4, sample, query, widths, pair.both(), () -> false));
          }
        }
      }
    }
  }

  /// Two standard errors cover 95 % of estimates that are normal; here 90 % are asked for.
  @ParameterizedTest(name = "{0}, temperature {1}, head {2}, seed {3}")
  @CsvSource({
    "COSINE, 0.05, 100, 31",
    "COSINE, 0.2, 1, 32",
    "DOT, 10, 100, 33",
    "EUCLIDEAN, 1, 100, 34",
    "EUCLIDEAN, 3, 10, 35"
  })
  void twoStandardErrorsCoverNineEstimatesOfTen(
      Metric metric, double temperature, int head, long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(DIMENSION, metric), 8000, 40, seed);
    int covered = 0;
    int queries = 300;
    double errors = 0;
    double stated = 0;
    try (Pair pair = pair(all, new IndexSpec.Flat())) {
      PlanRunner runner = new PlanRunner();
      for (int i = 0; i < queries; i++) {
        try (QueryBuffer query = query(all, USUAL, 26 * i)) {
          double exact = sum(pair.both(), new Probe.Exact(), USUAL, temperature, query).sum().log();
          runner.run(new SearchPlan(head, new Probe.Exact()), query, pair.both(), () -> false);
          CollectionSum sum =
              runner.estimateSum(temperature, 500, query, USUAL, pair.both(), () -> false);
          double error = Math.abs(sum.sum().log() - exact);
          covered += error <= 2 * sum.standardError() ? 1 : 0;
          errors += error * error;
          stated += sum.standardError() * sum.standardError();
          assertEquals(6400, (double) sum.rows(), 6400 * 0.1);
        }
      }
    }
    assertTrue(covered >= 0.9 * queries, covered + " of " + queries);
    // A hit more is counted than was drawn, which matters where the head is small.
    double ratio = Math.sqrt(stated / errors);
    assertTrue(ratio > 0.85 && ratio < (head < 100 ? 20 : 2), "stated / seen: " + ratio);
  }

  @Test
  void theSameSearchIsEstimatedTheSameAndAnotherDrawsAnew_seed41() throws IOException {
    Mixture all = Mixture.of(new VectorSpace(DIMENSION, Metric.COSINE), ROWS, 40, 41);
    try (Pair pair = pair(all, new IndexSpec.Flat())) {
      List<CollectionSum> sums = new ArrayList<>();
      for (int row : new int[] {5, 6, 5}) {
        try (QueryBuffer query = query(all, USUAL, row)) {
          PlanRunner runner = new PlanRunner();
          runner.run(new SearchPlan(10, new Probe.Exact()), query, pair.both(), () -> false);
          sums.add(runner.estimateSum(0.1, 100, query, USUAL, pair.both(), () -> false));
        }
      }
      assertEquals(sums.get(0), sums.get(2));
      assertTrue(sums.get(0).rows() != sums.get(1).rows());
    }
  }

  @Test
  void nothingIsSummedUpOfNoRows() {
    VectorSpace space = new VectorSpace(DIMENSION, Metric.DOT);
    try (GrowingSegment empty = growing(new Mixture(space, new float[0][]), 0, 0);
        QueryBuffer query = new QueryBuffer(space)) {
      query.set(new float[DIMENSION]);
      for (List<GrowingSegment> segments : List.of(List.<GrowingSegment>of(), List.of(empty))) {
        CollectionSum sum = sum(segments, new Probe.Exact(), USUAL, 1, query);
        assertEquals(Double.NEGATIVE_INFINITY, sum.sum().log());
        assertEquals(0, sum.rows());
        PlanRunner runner = new PlanRunner();
        runner.run(new SearchPlan(1, new Probe.Exact()), query, segments, () -> false);
        assertEquals(sum, runner.estimateSum(1, 2, query, USUAL, segments, () -> false));
      }
    }
  }

  @Test
  void aSumIsRefusedToSearchesThatDoNotScoreAllRows() {
    for (Probe probe :
        List.of(new Probe.Beam(9), new Probe.Lists(), new Probe.Codes(OptionalInt.empty()))) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> new SearchPlan(1, probe, USUAL, OptionalDouble.of(1)));
      assertTrue(refused.toString().contains("Exact or Labels"), refused.toString());
    }
    for (double temperature : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new SearchPlan(1, new Probe.Exact(), USUAL, OptionalDouble.of(temperature)));
    }
    assertThrows(IllegalStateException.class, () -> new PlanRunner().sum());
  }
}

package dev.kith.index.build;

import static dev.kith.index.build.DamagedSegment.number;
import static dev.kith.index.build.DamagedSegment.rewritten;
import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.linked;
import static dev.kith.index.build.SegmentFixture.merge;
import static dev.kith.index.build.SegmentFixture.seal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchStages;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.PrefixScorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.Widths;
import dev.kith.index.codec.Widths.Rung;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Segments that are searched at several widths.
final class PrefixSegmentTest {
  private static final int K = 10;
  private static final int ROWS = 3000;
  private static final Widths CERTIFIED = new Widths.Certified();
  private static final Widths FULL = new Widths.Full();
  private static final HnswParams GRAPH = new HnswParams(12, 80, 3);

  @TempDir private Path folder;

  private static Codec.Prefix widths(Basis basis, Integer... widths) {
    return new Codec.Prefix(basis, List.of(widths));
  }

  @ParameterizedTest(name = "{0} {1}, seed {2}")
  @CsvSource({
    "COSINE, PCA, 1",
    "DOT, PCA, 2",
    "EUCLIDEAN, PCA, 3",
    "COSINE, AS_IS, 4",
    "DOT, AS_IS, 5",
    "EUCLIDEAN, AS_IS, 6"
  })
  void aCertifiedScanIsTheExactOne(Metric metric, Basis basis, long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(45, metric), ROWS, 40, seed);
    Codec.Prefix codec = widths(basis, 4, 12, 30);
    try (SealedSegment segment = sealed(all, new IndexSpec.Flat(codec))) {
      Probe codes = new Probe.Codes(OptionalInt.empty());
      Search whole = new Search(segment, new SearchPlan(K, codes, FULL));
      Search certified = new Search(segment, new SearchPlan(K, codes, CERTIFIED));
      assertSameAnswers(whole, certified, all, seed);
      assertTrue(certified.multiplyAdds() < whole.multiplyAdds());
      Search exact = new Search(segment, new SearchPlan(K, new Probe.Exact(), FULL));
      Search exactly = new Search(segment, new SearchPlan(K, new Probe.Exact()));
      assertSameAnswers(exact, exactly, all, seed);
      assertTrue(exactly.multiplyAdds() < exact.multiplyAdds());
      assertTrue(segment.isCertified());
      Search unsaid = new Search(segment, new SearchPlan(K, codes));
      assertSameAnswers(exact, unsaid, all, seed);
      assertEquals(exactly.multiplyAdds(), unsaid.multiplyAdds());
      assertEquals(List.of("scan"), names(unsaid.stages(all.vectors()[3])));
    }
  }

  @ParameterizedTest(name = "{0} {1}, spilled {2}, seed {3}")
  @CsvSource({
    "COSINE, PCA, false, 11",
    "DOT, PCA, true, 12",
    "EUCLIDEAN, PCA, false, 13",
    "COSINE, AS_IS, true, 14",
    "EUCLIDEAN, AS_IS, false, 15"
  })
  void aCertifiedSearchOfListsIsThatOfWholeVectors(
      Metric metric, Basis basis, boolean spill, long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(45, metric), ROWS, 40, seed);
    IvfParams params = new IvfParams(60, seed, spill);
    try (SealedSegment segment = sealed(all, new IndexSpec.Ivf(params, widths(basis, 4, 12, 30)))) {
      for (Reach reach :
          List.of(new Reach.Until(1), new Reach.Until(9), new Reach.Until(60, 0.5, 2))) {
        Probe probe = new Probe.Lists(reach, OptionalInt.empty());
        Search whole = new Search(segment, new SearchPlan(K, probe, FULL));
        Search certified = new Search(segment, new SearchPlan(K, probe, CERTIFIED));
        assertSameAnswers(whole, certified, all, seed);
      }
      Search exact = new Search(segment, new SearchPlan(K, new Probe.Exact(), FULL));
      Search exactly = new Search(segment, new SearchPlan(K, new Probe.Exact()));
      assertSameAnswers(exact, exactly, all, seed);
    }
  }

  /// Of rows, of rows moved a little, and with a filter.
  private static void assertSameAnswers(Search one, Search other, Mixture all, long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 40; trial++) {
      float[] query = all.vectors()[random.nextInt(all.count())].clone();
      for (int i = 0; i < query.length && trial % 2 == 0; i++) {
        query[i] += (float) (0.3 * random.nextGaussian());
      }
      int modulus = 1 + trial % 4;
      Answer expected = one.answer(query, label -> label / 10 % modulus == 0);
      Answer answer = other.answer(query, label -> label / 10 % modulus == 0);
      assertArrayEquals(expected.labels, answer.labels);
      // The lanes of a register are added in another order before the kernel is compiled than
      // after, so that the same search twice may differ in the last bit.
      assertArrayEquals(expected.scores, answer.scores, 1e-6f * all.space().dimension());
    }
  }

  /// What was found.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Answer(long[] labels, float[] scores) {}

  /// Which labels may be returned.
  private interface Labels {
    boolean accept(long label);
  }

  /// One way to search a segment.
  private static final class Search {
    private final SealedSegment segment;
    private final SearchPlan plan;
    private final SearchScratch scratch = new SearchScratch();

    Search(SealedSegment segment, SearchPlan plan) {
      this.segment = segment;
      this.plan = plan;
    }

    Answer answer(float[] vector, Labels accepted) {
      try (QueryBuffer query = new QueryBuffer(segment.space())) {
        query.set(vector);
        TopK hits = new TopK(plan.limit());
        OrdinalFilter filter = ordinal -> accepted.accept(segment.label(ordinal));
        segment.probe(plan, query, filter, hits, scratch);
        int[] ordinals = new int[hits.size()];
        float[] scores = new float[hits.size()];
        hits.drainTo(ordinals, scores);
        scratch.work().multiplyAdds += query.takeMultiplyAdds();
        return new Answer(IntStream.of(ordinals).mapToLong(segment::label).toArray(), scores);
      }
    }

    long multiplyAdds() {
      return scratch.work().multiplyAdds;
    }

    List<SearchStages.Stage> stages(float[] vector) {
      scratch.work().stages.keep(true);
      answer(vector, _ -> true);
      List<SearchStages.Stage> stages = stages();
      scratch.work().stages.keep(false);
      return stages;
    }

    List<SearchStages.Stage> stages() {
      return scratch.work().stages.kept();
    }

    /// Of rows whose labels are ten times their numbers.
    double recall(Mixture base, Mixture queries) {
      int found = 0;
      for (float[] query : queries.vectors()) {
        long[] labels = answer(query, _ -> true).labels;
        for (int row : base.nearest(query, K, base.count(), _ -> true)) {
          found += LongStream.of(labels).anyMatch(label -> label == 10L * row) ? 1 : 0;
        }
      }
      return found / (double) (K * queries.count());
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 21", "DOT, 22", "EUCLIDEAN, 23"})
  void aFunnelIsTheNaiveOne(Metric metric, long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(40, metric), 1200, 20, seed);
    Codec.Prefix codec = widths(Basis.AS_IS, 3, 8, 20);
    List<Rung> rungs = List.of(new Rung(3, 200), new Rung(8, 60), new Rung(20, 25));
    try (SealedSegment flat = sealed(all, new IndexSpec.Flat(codec));
        SealedSegment lists = sealed(all, new IndexSpec.Ivf(new IvfParams(20, seed), codec))) {
      for (int stages = 1; stages <= 3; stages++) {
        Widths ladder = new Widths.Ladder(0, rungs.subList(0, stages));
        Probe scan = new Probe.Codes(OptionalInt.of(999)); // The ladder says how many.
        List<Rung> some = rungs.subList(0, stages);
        assertFunnel(flat, new Search(flat, new SearchPlan(K, scan, ladder)), some, all);
        Probe everything = new Probe.Lists(new Reach.Until(20), OptionalInt.empty());
        assertFunnel(flat, new Search(lists, new SearchPlan(K, everything, ladder)), some, all);
      }
    }
  }

  /// @param segment whose prefixes are compared naively
  private static void assertFunnel(
      SealedSegment segment, Search search, List<Rung> rungs, Mixture all) {
    PrefixRows prefixes = assertInstanceOf(PrefixRows.class, segment.codes());
    for (int i = 0; i < 25; i++) {
      float[] vector = all.vectors()[37 * i];
      try (QueryBuffer query = new QueryBuffer(segment.space())) {
        query.set(vector);
        int[] left = IntStream.range(0, segment.size()).toArray();
        for (Rung rung : rungs) {
          Scorer scorer = new PrefixScorer().bind(prefixes, query, rung.width());
          left = best(left, scorer, rung.keep());
        }
        left = best(left, new F32Scorer().bind(segment.rows(), query), K);
        long[] expected = IntStream.of(left).mapToLong(segment::label).toArray();
        assertArrayEquals(expected, search.answer(vector, _ -> true).labels);
      }
    }
  }

  private static int[] best(int[] rows, Scorer scorer, int keep) {
    return Arrays.stream(rows)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer row) -> -scorer.score(row))
                .thenComparing(row -> row))
        .limit(keep)
        .mapToInt(row -> row)
        .toArray();
  }

  @Test
  void narrowCentroidsAreComparedInsteadOfWholeOnesAndLeadToNearlyTheSameLists_seed31()
      throws IOException {
    Mixture all = Mixture.of(new VectorSpace(60, Metric.COSINE), ROWS, 60, 31);
    IvfParams params = new IvfParams(80, 31);
    try (SealedSegment segment = sealed(all, new IndexSpec.Ivf(params, widths(Basis.PCA, 8, 32)))) {
      Probe probe = new Probe.Lists(new Reach.Until(6), OptionalInt.empty());
      List<Rung> rungs = List.of(new Rung(32, 40));
      Search whole = new Search(segment, new SearchPlan(K, probe, new Widths.Ladder(0, rungs)));
      Search narrow = new Search(segment, new SearchPlan(K, probe, new Widths.Ladder(8, rungs)));
      int same = 0;
      for (int i = 0; i < 100; i++) {
        float[] query = all.vectors()[29 * i];
        long[] expected = whole.answer(query, _ -> true).labels;
        same += Arrays.equals(expected, narrow.answer(query, _ -> true).labels) ? 1 : 0;
      }
      assertTrue(same >= 60, same + " of 100 the same");
      double saved = 100.0 * 80 * (64 - 8); // Of whole centroids, padding counts.
      double between = (double) (whole.multiplyAdds() - narrow.multiplyAdds());
      assertEquals(saved, between, 0.2 * saved);
    }
  }

  @Test
  void aLadderWithoutStepsComparesTheWidestPrefixes_seed32() throws IOException {
    Mixture all = Mixture.of(new VectorSpace(40, Metric.DOT), 1200, 20, 32);
    Widths none = new Widths.Ladder(0, List.of());
    IndexSpec lists = new IndexSpec.Ivf(new IvfParams(20, 32), widths(Basis.AS_IS, 3, 8, 20));
    try (SealedSegment segment = sealed(all, lists)) {
      Probe probe = new Probe.Lists(new Reach.Until(6), OptionalInt.of(25));
      Widths widest = new Widths.Ladder(0, List.of(new Rung(20, 25)));
      Search said = new Search(segment, new SearchPlan(K, probe, widest));
      assertSameAnswers(said, new Search(segment, new SearchPlan(K, probe, none)), all, 32);
    }
  }

  @Test
  void aWalkScoresAsManyNodesByTheirVectorsAsTheStepKeeps_seed33() throws IOException {
    Mixture all = Mixture.of(new VectorSpace(40, Metric.DOT), 1200, 20, 33);
    IndexSpec graph = new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, widths(Basis.AS_IS, 8, 20));
    try (SealedSegment segment = sealed(all, graph)) {
      Probe said = new Probe.Beam(100, OptionalInt.of(60));
      Probe unsaid = new Probe.Beam(100);
      Widths sixty = new Widths.Ladder(0, List.of(new Rung(20, 60)));
      Search rescored = new Search(segment, new SearchPlan(K, said));
      Search kept = new Search(segment, new SearchPlan(K, unsaid, sixty));
      assertSameAnswers(rescored, kept, all, 33);
      assertEquals(rescored.multiplyAdds(), kept.multiplyAdds());
    }
  }

  @Test
  void prefixesThatVectorsCannotHaveAreRefusedBeforeThereAreAny() {
    VectorSpace space = new VectorSpace(3000, Metric.DOT);
    Codec opq = new Codec.Pq(0, true);
    for (Codec wrong :
        List.of(
            widths(Basis.AS_IS, 3001),
            widths(Basis.PCA, 1025),
            new Codec.Prefix(Basis.AS_IS, List.of(2049), opq))) {
      IndexSpec index = new IndexSpec.Flat(wrong);
      assertThrows(
          IllegalArgumentException.class, () -> index.requireHolds(space), wrong::toString);
    }
    new IndexSpec.Flat(new Codec.Prefix(Basis.AS_IS, List.of(2048), opq)).requireHolds(space);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Basis.class)
  void aGraphIsWalkedOnPrefixesAndFindsMostOfTheNearest(Basis basis) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(48, Metric.COSINE), ROWS + 100, 60, 41);
    Mixture base = all.part(0, ROWS);
    Mixture queries = all.part(ROWS, ROWS + 100);
    IndexSpec index = new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, widths(basis, 16, 32));
    try (SealedSegment segment = sealed(base, index)) {
      assertEquals(index, segment.index());
      double recall = SegmentFixture.recall(segment, base, queries, 100, _ -> true);
      assertTrue(recall > 0.9, "recall " + recall);
      Probe beam = new Probe.Beam(100, OptionalInt.of(100));
      SearchPlan narrow = new SearchPlan(K, beam, new Widths.Ladder(0, List.of(new Rung(16, 100))));
      Search narrowly = new Search(segment, narrow);
      Search widely = new Search(segment, new SearchPlan(K, beam));
      for (float[] query : queries.vectors()) {
        narrowly.answer(query, _ -> true);
        widely.answer(query, _ -> true);
      }
      assertTrue(narrowly.multiplyAdds() < 0.8 * widely.multiplyAdds());
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 44", "EUCLIDEAN, 45"})
  void aGraphIsWalkedOnWholeVectorsWhereWidthsSaySo(Metric metric, long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(45, metric), ROWS, 40, seed);
    IndexSpec plain = new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, new Codec.F32());
    IndexSpec index = new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, widths(Basis.PCA, 8, 20));
    Probe beam = new Probe.Beam(60, OptionalInt.empty());
    try (SealedSegment whole = sealed(all, plain);
        SealedSegment prefixes = sealed(all, index)) {
      Search expected = new Search(whole, new SearchPlan(K, beam));
      for (Widths widths : List.of(FULL, CERTIFIED)) {
        Search search = new Search(prefixes, new SearchPlan(K, beam, widths));
        assertSameAnswers(expected, search, all, seed);
      }
    }
  }

  @Test
  void aLadderNarrowsWhatAWalkFinds_seed46() throws IOException {
    Mixture all = Mixture.of(new VectorSpace(45, Metric.COSINE), ROWS, 40, 46);
    IndexSpec index = new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, widths(Basis.PCA, 8, 20));
    Probe beam = new Probe.Beam(20, OptionalInt.of(999)); // The ladder says how many.
    Widths ladder = new Widths.Ladder(0, List.of(new Rung(8, 70), new Rung(20, 15)));
    try (SealedSegment segment = sealed(all, index)) {
      Search search = new Search(segment, new SearchPlan(K, beam, ladder));
      List<SearchStages.Stage> stages = search.stages(all.vectors()[5]);
      assertEquals(List.of("walk", "narrow", "rescore"), names(stages));
      assertEquals(List.of(8, 20, 45), stages.stream().map(SearchStages.Stage::width).toList());
      assertEquals(
          List.of(70L, 15L, (long) K), stages.stream().map(SearchStages.Stage::out).toList());
    }
  }

  private static List<String> names(List<SearchStages.Stage> stages) {
    return stages.stream().map(SearchStages.Stage::name).toList();
  }

  @ParameterizedTest(name = "{0} {1}, seed {2}")
  @CsvSource({"COSINE, PCA, 91", "DOT, AS_IS, 92", "EUCLIDEAN, PCA, 93"})
  void aWalkByALadderFindsMostOfTheNearestAndScoresThemByWholeVectors(
      Metric metric, Basis basis, long seed) throws IOException {
    VectorSpace space = new VectorSpace(64, metric);
    Mixture all = decaying(space, ROWS + 60, seed);
    Mixture base = all.part(0, ROWS);
    Mixture queries = all.part(ROWS, ROWS + 60);
    IndexSpec index = new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, widths(basis, 8, 16, 32));
    Widths ladder = new Widths.Ladder(0, List.of(new Rung(16, 80), new Rung(32, 40)));
    try (SealedSegment segment = sealed(base, index)) {
      Search search = new Search(segment, new SearchPlan(K, new Probe.Beam(40), ladder));
      double recall = search.recall(base, queries);
      assertTrue(recall > 0.95, "recall " + recall);
      for (float[] query : queries.vectors()) {
        Answer answer = search.answer(query, _ -> true);
        for (int i = 0; i < K; i++) {
          double expected = base.score(query, (int) (answer.labels[i] / 10));
          assertEquals(expected, answer.scores[i], 1e-5 * Math.max(1, Math.abs(expected)));
        }
      }
    }
  }

  @Test
  void stagesTellWhatASearchOfListsDid_seed47() throws IOException {
    Mixture all = Mixture.of(new VectorSpace(60, Metric.EUCLIDEAN), ROWS, 60, 47);
    IndexSpec index = new IndexSpec.Ivf(new IvfParams(50, 47), widths(Basis.PCA, 8, 24));
    Probe probe = new Probe.Lists(new Reach.Until(5), OptionalInt.empty());
    Widths ladder = new Widths.Ladder(8, List.of(new Rung(8, 100), new Rung(24, 20)));
    try (SealedSegment segment = sealed(all, index)) {
      Search search = new Search(segment, new SearchPlan(K, probe, ladder));
      List<SearchStages.Stage> stages = search.stages(all.vectors()[5]);
      assertEquals(List.of("coarse", "scan", "narrow", "rescore"), names(stages));
      assertEquals(List.of(8, 8, 24, 60), stages.stream().map(SearchStages.Stage::width).toList());
      long scanned = stages.get(1).in();
      assertTrue(scanned > 100 && scanned < ROWS, "rows " + scanned);
      assertEquals(8 * 60 + 50 * 8, stages.get(0).multiplyAdds());
      assertEquals(8 * scanned, stages.get(1).multiplyAdds());
      assertEquals(16 * 60 + 100 * 16, stages.get(2).multiplyAdds());
      assertEquals(20 * 60, stages.get(3).multiplyAdds());
      long sum = stages.stream().mapToLong(SearchStages.Stage::multiplyAdds).sum();
      assertEquals(search.multiplyAdds(), sum);
      assertEquals(100 * 16 * 4, stages.get(2).bytes());
      assertEquals(100, stages.get(2).in());
      assertEquals(20, stages.get(2).out());
      assertTrue(stages.stream().allMatch(stage -> stage.nanos() > 0));
      search.answer(all.vectors()[6], _ -> true);
      assertEquals(List.of(), search.stages(), "nobody asked");
    }
  }

  /// Whatever the index, whether it has such prefixes or not, and before there is one.
  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 71", "DOT, 72", "EUCLIDEAN, 73"})
  void aTruncatedQueryFindsWhatIsNearestByTheFirstCoordinates(Metric metric, long seed)
      throws IOException {
    int width = 12;
    Mixture all = Mixture.of(new VectorSpace(45, metric), 1500, 40, seed);
    VectorSpace few = new VectorSpace(width, metric);
    Mixture first =
        new Mixture(
            few,
            Arrays.stream(all.vectors())
                .map(row -> Arrays.copyOf(row, width))
                .toArray(float[][]::new));
    Codec.Prefix codec = widths(Basis.AS_IS, 4, width, 30);
    Widths truncated = new Widths.Truncated(width);
    List<IndexSpec> indexes =
        List.of(
            new IndexSpec.Flat(codec),
            new IndexSpec.Flat(new Codec.F32()),
            new IndexSpec.Flat(widths(Basis.PCA, 4, width)),
            new IndexSpec.Flat(widths(Basis.AS_IS, 4, width + 1)),
            new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, codec),
            new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, new Codec.Int8()),
            new IndexSpec.Hnsw(GRAPH, Layout.FAST, new Codec.F32()),
            new IndexSpec.Ivf(new IvfParams(20, seed), codec),
            new IndexSpec.Ivf(new IvfParams(20, seed, true), codec),
            new IndexSpec.Ivf(new IvfParams(20, seed), new Codec.Rabitq(0)));
    for (IndexSpec index : indexes) {
      Probe probe =
          switch (index) {
            case IndexSpec.Flat _ -> new Probe.Codes(OptionalInt.empty());
            case IndexSpec.Hnsw _ -> new Probe.Beam(300, OptionalInt.empty());
            case IndexSpec.Ivf _ -> new Probe.Lists(new Reach.Until(20), OptionalInt.empty());
          };
      SearchPlan plan = new SearchPlan(K, probe, truncated);
      try (GrowingSegment growing = linked(all, index);
          SealedSegment sealed = sealed(all, index)) {
        for (SegmentReader segment : List.of(growing, sealed)) {
          int found = 0;
          for (int i = 0; i < 20; i++) {
            float[] query = first.vectors()[31 * i].clone();
            query[i % width] += 0.3f;
            found += found(segment, plan, query, first);
          }
          assertTrue(found >= 196, index + " found " + found + " of 200");
        }
      }
    }
  }

  /// How many of the nearest a truncated search finds, whose scores must be those of prefixes.
  private static int found(SegmentReader segment, SearchPlan plan, float[] vector, Mixture first) {
    try (QueryBuffer query = new QueryBuffer(segment.space())) {
      query.setTruncated(MemorySegment.ofArray(vector), 0, vector.length);
      TopK hits = new TopK(K);
      segment.probe(plan, query, hits, new SearchScratch());
      int[] ordinals = new int[K];
      float[] scores = new float[K];
      assertEquals(K, hits.drainTo(ordinals, scores));
      int found = 0;
      int[] nearest = first.nearest(vector, K, first.count(), _ -> true);
      for (int i = 0; i < K; i++) {
        int row = (int) segment.label(ordinals[i]) / 10;
        double expected = first.score(vector, row);
        assertEquals(expected, scores[i], 1e-4 * Math.max(1, Math.abs(expected)));
        found += IntStream.of(nearest).anyMatch(near -> near == row) ? 1 : 0;
      }
      return found;
    }
  }

  @Test
  void ofVectorsWhosePrefixesTellALotTheMeasuredWidthsSaveMostProducts_seed48() throws IOException {
    Mixture all = decaying(new VectorSpace(128, Metric.COSINE), 6200, 48);
    Mixture base = all.part(0, 6000);
    IndexSpec index = new IndexSpec.Ivf(new IvfParams(60, 48), widths(Basis.AS_IS, 16, 32));
    try (SealedSegment segment = sealed(base, index)) {
      List<Tuning.Setting> settings = segment.listStats().orElseThrow().tuning().settings();
      for (Tuning.Setting setting : settings) {
        assertInstanceOf(Widths.Ladder.class, setting.widths());
        Probe probe = new Probe.Lists(new Reach.Measured(setting.recall()), OptionalInt.empty());
        Search search = new Search(segment, new SearchPlan(K, probe));
        double recall = search.recall(base, all.part(6000, 6200));
        assertTrue(recall > setting.recall() - 0.05, setting + " found " + recall);
        double products = search.multiplyAdds() / 200.0;
        assertEquals(setting.multiplyAdds(), products, 0.25 * products, setting::toString);
        Search whole = new Search(segment, new SearchPlan(K, probe, FULL));
        whole.recall(base, all.part(6000, 6200));
        double share = (double) search.multiplyAdds() / whole.multiplyAdds();
        assertTrue(share < 0.6, setting + " takes " + share);
      }
    }
  }

  @Test
  void ofVectorsWhosePrefixesTellNothingWholeOnesAreCompared_seed49() throws IOException {
    Mixture all = Mixture.of(new VectorSpace(64, Metric.COSINE), 3000, 3000, 49);
    IndexSpec index = new IndexSpec.Ivf(new IvfParams(50, 49), widths(Basis.PCA, 4));
    try (SealedSegment segment = sealed(all, index)) {
      Tuning tuning = segment.listStats().orElseThrow().tuning();
      assertEquals(FULL, tuning.usual().widths());
      Probe probe = new Probe.Lists(Reach.DEFAULT, OptionalInt.empty());
      Search usual = new Search(segment, new SearchPlan(K, probe));
      Search whole = new Search(segment, new SearchPlan(K, probe, FULL));
      assertSameAnswers(whole, usual, all, 49);
      assertEquals(whole.multiplyAdds(), usual.multiplyAdds());
    }
  }

  @Test
  void measuredWidthsKeepMoreRowsForMoreHits_seed50() throws IOException {
    Mixture all = decaying(new VectorSpace(128, Metric.COSINE), 4000, 50);
    IndexSpec index = new IndexSpec.Ivf(new IvfParams(40, 50), widths(Basis.AS_IS, 16));
    Probe probe = new Probe.Lists(new Reach.Until(40), OptionalInt.empty());
    try (SealedSegment segment = sealed(all, index)) {
      Tuning.Setting usual = segment.listStats().orElseThrow().tuning().usual();
      int keep = assertInstanceOf(Widths.Ladder.class, usual.widths()).rungs().getLast().keep();
      for (int limit : new int[] {5, 10, 30}) {
        Search search = new Search(segment, new SearchPlan(limit, probe));
        long rescored = search.stages(all.vectors()[9]).getLast().in();
        assertEquals(Math.max(keep, keep * limit / 10), rescored);
      }
    }
  }

  @Test
  void listsAreLearntFromWhatIsSaidAndOtherwiseFromWhatSuits_seed52() throws IOException {
    Mixture fading = decaying(new VectorSpace(64, Metric.EUCLIDEAN), 2500, 52);
    // Thirty-six coordinates hold nine tenths, and two do not.
    IndexSpec.Ivf index = new IndexSpec.Ivf(new IvfParams(30, 52), widths(Basis.AS_IS, 2, 36, 48));
    ListStats suiting = learnt(fading, index, new ListLearning.AsSuits());
    assertEquals(suiting, learnt(fading, index, new ListLearning.Prefixes(0)));
    assertEquals(suiting, learnt(fading, index, new ListLearning.Prefixes(36)));
    assertEquals(suiting, learnt(fading, index, new ListLearning.Prefixes(3)), "the next one");
    ListStats whole = learnt(fading, index, new ListLearning.Whole());
    ListStats narrow = learnt(fading, index, new ListLearning.Prefixes(2));
    assertEquals(3, Stream.of(suiting, whole, narrow).distinct().count());
    // Of even coordinates no prefixes hold so much.
    Mixture even = Mixture.of(new VectorSpace(64, Metric.EUCLIDEAN), 2500, 40, 53);
    assertEquals(
        learnt(even, index, new ListLearning.Whole()),
        learnt(even, index, new ListLearning.AsSuits()));
    assertEquals(
        learnt(even, index, new ListLearning.Prefixes(48)),
        learnt(even, index, new ListLearning.Prefixes(0)));
    assertNotEquals(
        learnt(even, index, new ListLearning.Whole()),
        learnt(even, index, new ListLearning.Prefixes(0)));
  }

  private ListStats learnt(Mixture all, IndexSpec.Ivf index, ListLearning learning)
      throws IOException {
    Path file = folder.resolve("learnt");
    try (GrowingSegment growing = linked(all, new IndexSpec.Flat())) {
      growing.sealLists(index, learning, file, 1, 1, SealProgress.IGNORED);
    }
    try (SealedSegment segment = SealedSegment.open(file, all.space())) {
      assertClean(segment);
      return segment.listStats().orElseThrow();
    }
  }

  /// Coordinates that matter less and less, as those of embeddings trained for prefixes do.
  private static Mixture decaying(VectorSpace space, int count, long seed) {
    Mixture even = Mixture.of(space, count, 200, seed);
    float[][] vectors = even.vectors();
    for (float[] vector : vectors) {
      for (int i = 0; i < vector.length; i++) {
        vector[i] /= (float) (1 + i / 6.0);
      }
    }
    return new Mixture(space, vectors);
  }

  @Test
  void widthsThatNobodyMeasuredAreRefused() throws IOException {
    VectorSpace space = new VectorSpace(128, Metric.COSINE);
    Mixture all = decaying(space, 2000, 51);
    IndexSpec index = new IndexSpec.Ivf(new IvfParams(20, 51), widths(Basis.AS_IS, 16, 32));
    Path file = folder.resolve("tuned");
    try (GrowingSegment growing = linked(all, index)) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    String widths = TuningSections.WIDTHS;
    int nan = 0x7ff80000;
    refused(number(file, widths, 4, nan), space, "a number of products");
    refused(number(file, widths, 4, -1), space, "a number of products");
    refused(number(file, widths, 8, 3), space, "widths of kind 0 to 2");
    refused(number(file, widths, 8, -1), space, "widths of kind 0 to 2");
    refused(number(file, widths, 12, -1), space, "a ladder of widths");
    refused(number(file, widths, 16, 0), space, "a number of rungs");
    refused(number(file, widths, 16, 13), space, "a number of rungs");
    refused(number(file, widths, 24, 0), space, "a ladder of widths");
    refused(number(file, widths, 28, 0), space, "a ladder of widths");
    refused(number(file, widths, 128, 7), space, "widths of kind 0 to 2");
    try (SealedSegment old = SealedSegment.open(rewritten(file, widths, _ -> null), space)) {
      Tuning.Setting usual = old.listStats().orElseThrow().tuning().usual();
      assertEquals(new Widths.Usual(), usual.widths());
    }
  }

  @Test
  void amongSegmentsOfAllIndexesMergesKeepPrefixesAndLearnAxesOfAllRows() throws IOException {
    VectorSpace space = new VectorSpace(33, Metric.EUCLIDEAN);
    Mixture all = Mixture.of(space, 900, 10, 51);
    Codec.Prefix of = new Codec.Prefix(Basis.PCA, List.of(9), new Codec.Pq(8, true));
    for (IndexSpec index :
        List.of(
            new IndexSpec.Flat(widths(Basis.PCA, 5, 11)),
            new IndexSpec.Flat(of),
            new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, widths(Basis.PCA, 5, 11)),
            new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, of),
            new IndexSpec.Ivf(new IvfParams(8, 2, true), widths(Basis.AS_IS)),
            new IndexSpec.Ivf(new IvfParams(8, 2), of))) {
      try (SealedSegment first = seal(folder, all, index, 0, 500, row -> row % 7 == 0);
          SealedSegment second = seal(folder, all, index, 500, 900, row -> row % 5 == 0);
          SealedSegment merged = merge(folder, index, List.of(first, second))) {
        assertEquals(index, merged.index());
        assertClean(merged);
        assertEquals(first.size() + second.size(), merged.size());
        float[] query = all.vectors()[8];
        long[] hits = SegmentFixture.search(merged, query, new SearchPlan(K, new Probe.Exact()));
        assertEquals(80, hits[0]);
        assertEquals(K, hits.length);
      }
    }
  }

  @Test
  void sectionsThatContradictEachOtherAreRefused() throws IOException {
    VectorSpace space = new VectorSpace(20, Metric.COSINE);
    Mixture all = Mixture.of(space, 200, 5, 61);
    for (IndexSpec index :
        List.of(
            new IndexSpec.Flat(widths(Basis.PCA, 4, 8)),
            new IndexSpec.Hnsw(GRAPH, Layout.COMPACT, widths(Basis.PCA, 4, 8)),
            new IndexSpec.Ivf(new IvfParams(5, 1), widths(Basis.PCA, 4, 8)))) {
      Path file = folder.resolve("whole");
      try (GrowingSegment growing = linked(all, index)) {
        growing.seal(file, 1, 1, SealProgress.IGNORED);
      }
      String prefixes = PrefixSections.PREFIXES;
      refused(number(file, prefixes, 0, 2), space, "basis 0 or 1");
      refused(number(file, prefixes, 0, -1), space, "basis 0 or 1");
      refused(number(file, prefixes, 4, 1), space, "0 or 2 widths");
      refused(number(file, prefixes, 4, 0), space, "widths [16]");
      refused(number(file, prefixes, 8, 8), space, "widths of prefixes");
      refused(number(file, prefixes, 8, 0), space, "widths of prefixes");
      refused(number(file, prefixes, 12, 21), space, "widths of prefixes");
      refused(number(file, prefixes, 12, 9), space, "section 'axes'");
      refused(rewritten(file, prefixes, _ -> null), space, "section 'prefixes'");
      refused(rewritten(file, prefixes, old -> old.asSlice(0, 8)), space, "of some ints");
      refused(rewritten(file, prefixes, old -> old.asSlice(0, 15)), space, "of some ints");
      refused(rewritten(file, PrefixSections.AXES, _ -> null), space, "section 'axes'");
      int two = Float.floatToIntBits(2);
      refused(number(file, PrefixSections.AXES, 0, two), space, "axes of its rows");
      MemorySegment none = MemorySegment.ofArray(new byte[64]);
      refused(rewritten(file, SealedLayout.CODES, _ -> none), space, "section 'codes'");
    }
  }

  private static void refused(Path file, VectorSpace space, String expected) {
    DamagedSegment.assertRefused(file, space, expected);
  }

  private SealedSegment sealed(Mixture mixture, IndexSpec index) throws IOException {
    return seal(folder, mixture, index, 0, mixture.count(), _ -> false);
  }
}

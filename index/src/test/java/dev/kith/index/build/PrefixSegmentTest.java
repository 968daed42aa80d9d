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
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
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
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
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
  void aCertifiedScanIsTheExactOneToTheLastBit(Metric metric, Basis basis, long seed)
      throws IOException {
    Mixture all = Mixture.of(new VectorSpace(45, metric), ROWS, 40, seed);
    Codec.Prefix codec = widths(basis, 4, 12, 30);
    try (SealedSegment segment = sealed(all, new IndexSpec.Flat(codec))) {
      Search exact = new Search(segment, new SearchPlan(K, new Probe.Exact()));
      Search certified =
          new Search(segment, new SearchPlan(K, new Probe.Codes(OptionalInt.empty()), CERTIFIED));
      assertSameAnswers(exact, certified, all, seed);
      assertTrue(certified.multiplyAdds() < exact.multiplyAdds());
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
  void aCertifiedSearchOfListsIsThatOfWholeVectorsToTheLastBit(
      Metric metric, Basis basis, boolean spill, long seed) throws IOException {
    Mixture all = Mixture.of(new VectorSpace(45, metric), ROWS, 40, seed);
    IvfParams params = new IvfParams(60, seed, spill);
    try (SealedSegment plain = sealed(all, new IndexSpec.Ivf(params, new Codec.F32()));
        SealedSegment prefixes = sealed(all, new IndexSpec.Ivf(params, widths(basis, 4, 12, 30)))) {
      for (Reach reach :
          List.of(new Reach.Until(1), new Reach.Until(9), new Reach.Until(60, 0.5, 2))) {
        Probe probe = new Probe.Lists(reach, OptionalInt.empty());
        Search whole = new Search(plain, new SearchPlan(K, probe));
        Search certified = new Search(prefixes, new SearchPlan(K, probe, CERTIFIED));
        assertSameAnswers(whole, certified, all, seed);
      }
    }
  }

  /// Of rows, of rows moved a little, and with a filter.
  private static void assertSameAnswers(Search one, Search other, Mixture all, long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 40; trial++) {
      float[] query = all.vectors()[random.nextInt(ROWS)].clone();
      for (int i = 0; i < query.length && trial % 2 == 0; i++) {
        query[i] += (float) (0.3 * random.nextGaussian());
      }
      int modulus = 1 + trial % 4;
      Answer expected = one.answer(query, label -> label / 10 % modulus == 0);
      Answer answer = other.answer(query, label -> label / 10 % modulus == 0);
      assertArrayEquals(expected.labels, answer.labels);
      assertArrayEquals(expected.scores, answer.scores);
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

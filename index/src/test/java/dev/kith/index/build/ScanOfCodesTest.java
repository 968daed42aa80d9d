package dev.kith.index.build;

import static dev.kith.index.build.DamagedSegment.number;
import static dev.kith.index.build.DamagedSegment.rewritten;
import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.linked;
import static dev.kith.index.build.SegmentFixture.recall;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.CodeScorer;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Codecs;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A sealed segment all of whose codes are scanned: what it answers, and what its file may hold.
final class ScanOfCodesTest {
  private static final VectorSpace SPACE = new VectorSpace(48, Metric.COSINE);
  private static final VectorSpace SMALL = new VectorSpace(17, Metric.DOT);
  private static final int K = 10;
  private static final SearchPlan EXACT = new SearchPlan(K, new Probe.Exact());

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}, {1}, seed {2}")
  @CsvSource({
    "F16, DOT, 1",
    "BF16, COSINE, 2",
    "INT8, EUCLIDEAN, 3",
    "RABITQ, COSINE, 4",
    "RABITQ_4, EUCLIDEAN, 5",
    "PQ_4, DOT, 6",
    "OPQ, COSINE, 7"
  })
  void aSearchIsTheNaiveRerankingOfTheBestByTheirCodes(Codecs named, Metric metric, long seed)
      throws IOException {
    VectorSpace space = new VectorSpace(48, metric);
    Mixture base = Mixture.of(space, 1300, 10, seed);
    Random random = new Random(seed);
    try (SealedSegment segment = seal(linked(base, new IndexSpec.Flat(named.codec())));
        QueryBuffer query = new QueryBuffer(space)) {
      for (int i = 0; i < 30; i++) {
        query.set(base.vectors()[random.nextInt(1300)]);
        int rescore = K + random.nextInt(40);
        int modulus = 1 + random.nextInt(4);
        OrdinalFilter filter = ordinal -> ordinal % modulus == 0;
        SearchPlan plan = new SearchPlan(K, new Probe.Codes(OptionalInt.of(rescore)));
        TopK found = new TopK(K);
        segment.probe(plan, query, filter, found, new SearchScratch());
        int[] ordinals = new int[K];
        float[] scores = new float[K];
        assertEquals(K, found.drainTo(ordinals, scores));
        assertArrayEquals(reranked(segment, query, filter, rescore), ordinals);
        for (int rank = 0; rank < K; rank++) {
          float exact = new F32Scorer().bind(segment.rows(), query).score(ordinals[rank]);
          assertEquals(exact, scores[rank], 1e-5f * Math.max(1, Math.abs(exact)));
        }
      }
    }
  }

  private static int[] reranked(
      SealedSegment segment, QueryBuffer query, OrdinalFilter filter, int rescore) {
    Scorer estimates = new CodeScorer().bind(Objects.requireNonNull(segment.codes()), query);
    Scorer exact = new F32Scorer().bind(segment.rows(), query);
    return IntStream.range(0, segment.size())
        .filter(filter::accepts)
        .boxed()
        .sorted(Comparator.comparingDouble(row -> -estimates.score(row)))
        .limit(rescore)
        .sorted(Comparator.comparingDouble(row -> -exact.score(row)))
        .limit(K)
        .mapToInt(row -> row)
        .toArray();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = Codecs.class,
      names = {"F16", "BF16", "INT8", "RABITQ", "RABITQ_4", "OPQ", "PQ_4"})
  void asMeasuredItFindsNearlyAllAndAskedExactlyIsExact(Codecs named) throws IOException {
    Mixture all = Mixture.of(SPACE, 2100, 20, 6);
    Mixture base = all.part(0, 2000);
    IndexSpec index = new IndexSpec.Flat(named.codec());
    try (SealedSegment segment = seal(linked(base, index))) {
      assertEquals(index, segment.index());
      assertClean(segment);
      double factor = segment.rescoreFactor().orElseThrow();
      assertTrue(factor >= 1 && factor < 20, "factor " + factor);
      double recall = recall(segment, base, all.part(2000, 2100), K, ordinal -> true);
      assertTrue(recall >= 0.99, "recall " + recall);
      for (float[] query : all.part(2000, 2020).vectors()) {
        long[] truth =
            Arrays.stream(base.nearest(query, K, 2000, ordinal -> true))
                .mapToLong(row -> 10L * row)
                .toArray();
        assertArrayEquals(truth, search(segment, query, EXACT));
      }
    }
  }

  @Test
  void theDeadAreNotReturned() throws IOException {
    Mixture base = Mixture.of(SPACE, 800, 10, 7);
    GrowingSegment growing = linked(base, new IndexSpec.Flat(new Codec.Rabitq(0)));
    for (int ordinal = 0; ordinal < 800; ordinal += 2) {
      growing.tombstones().kill(ordinal);
    }
    try (SealedSegment segment = seal(growing)) {
      assertEquals(400, segment.size());
      for (int ordinal = 0; ordinal < 395; ordinal++) {
        segment.tombstones().kill(ordinal);
      }
      SearchPlan plan = new SearchPlan(K, new Probe.Codes(OptionalInt.empty()));
      long[] found = search(segment, base.vectors()[0], plan);
      Arrays.sort(found);
      assertArrayEquals(new long[] {7910, 7930, 7950, 7970, 7990}, found);
    }
  }

  @Test
  void segmentsOfNoneAndOfFewRowsAreSegments() throws IOException {
    for (int rows : new int[] {0, 1, 2, 5}) {
      GrowingSegment growing =
          linked(Mixture.of(SPACE, rows, 2, 9), new IndexSpec.Flat(new Codec.Rabitq(3)));
      try (SealedSegment segment = seal(growing)) {
        assertEquals(1, segment.rescoreFactor().orElseThrow());
        float[] query = new float[48];
        query[3] = 1;
        SearchPlan plan = new SearchPlan(K, new Probe.Codes(OptionalInt.empty()));
        assertEquals(rows, search(segment, query, plan).length);
        assertClean(segment);
      }
    }
  }

  @Test
  void vectorsStayMappedAndCodesAreCopied() throws IOException {
    Path file = folder.resolve("segment");
    try (GrowingSegment growing =
        linked(Mixture.of(SPACE, 1000, 10, 8), new IndexSpec.Flat(new Codec.Int8()))) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    try (SealedSegment mapped = SealedSegment.open(file, SPACE);
        SealedSegment inMemory = SealedSegment.open(file, SPACE, Residence.IN_MEMORY)) {
      assertEquals(0, mapped.copiedBytes());
      assertEquals(1000L * (64 + 8), inMemory.copiedBytes());
    }
  }

  @Test
  void aMergeCodesAfreshWhateverTheInputsWere() throws IOException {
    Mixture base = Mixture.of(SPACE, 900, 10, 10);
    IndexSpec index = new IndexSpec.Flat(new Codec.Rabitq(4));
    IndexSpec graph = new IndexSpec.Hnsw(new HnswParams(8, 40, 5), Layout.COMPACT);
    try (SealedSegment one = SegmentFixture.seal(folder, base, index, 0, 400, row -> row == 3);
        SealedSegment two = SegmentFixture.seal(folder, base, graph, 400, 900, row -> false);
        SealedSegment both = SegmentFixture.merge(folder, index, List.of(one, two));
        SealedSegment floats = SegmentFixture.merge(folder, new IndexSpec.Flat(), List.of(one))) {
      assertEquals(index, both.index());
      assertEquals(899, both.size());
      assertClean(both);
      assertTrue(recall(both, base, base.part(500, 600), K, row -> row != 3) >= 0.99);
      assertEquals(new IndexSpec.Flat(), floats.index());
      assertTrue(floats.rescoreFactor().isEmpty());
    }
  }

  @Test
  void headersThatContradictThemselvesAreRefused() throws IOException {
    Path file = folder.resolve("segment");
    try (GrowingSegment growing =
        linked(Mixture.of(SPACE, 100, 2, 9), new IndexSpec.Flat(new Codec.Rabitq(4)))) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    assertRefused(header(file, 56, 0), "codec 1 to 6");
    assertRefused(header(file, 56, 7), "codec 1 to 6");
    assertRefused(header(file, 56, 3), "codes of at most 0 bits");
    assertRefused(header(file, 44, 8), "section 'codes'");
    assertRefused(header(file, 44, 9), "codes of at most 8 bits");
    assertRefused(header(file, 0, 1), "no codec");
    assertRefused(header(file, 60, Float.floatToIntBits(0.5f)), "factor of at least 1");
    assertRefused(rewritten(file, SealedLayout.CODES, bytes -> null), "section 'codes'");
  }

  @Test
  void rowsAreTurnedOfAsManyDimensionsAsARotationIsLearntOf() {
    VectorSpace wide = new VectorSpace(2049, Metric.DOT);
    IndexSpec turned = new IndexSpec.Flat(new Codec.Pq(0, true));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> GrowingSegment.create(wide, turned, 10));
    assertTrue(
        refused.toString().contains("the codec opq is for at most 2048 dimensions, got 2049"),
        refused::toString);
    GrowingSegment.create(wide, new IndexSpec.Flat(new Codec.Pq(0, false)), 10).close();
  }

  @Test
  void sealingWordsIsHeardOfAndStopsAtAnyReport(@TempDir Path empty) throws Exception {
    long total = 3L * 2_100;
    try (GrowingSegment growing =
        linked(Mixture.of(SMALL, 2_100, 10, 8), new IndexSpec.Flat(new Codec.Pq(4, true)))) {
      SegmentFixture.assertStopsAtAnyReport(growing, empty, 2, total, 2_100);
      SegmentFixture.assertProgressRises(growing, empty.resolve("segment"), 3, total, 8);
    }
  }

  @Test
  void aFileOfWordsIsTheSameWithAnyNumberOfThreads() throws IOException {
    for (Codec codec : List.of(new Codec.Pq(4, false), new Codec.Pq(8, true))) {
      try (GrowingSegment growing =
          linked(Mixture.of(SMALL, 300, 10, 8), new IndexSpec.Flat(codec))) {
        Path one = folder.resolve("one");
        Path three = folder.resolve("three");
        growing.seal(one, 1, 1, SealProgress.IGNORED);
        growing.seal(three, 1, 3, SealProgress.IGNORED);
        assertEquals(-1, Files.mismatch(one, three));
      }
    }
  }

  private static void assertRefused(Path file, String expected) {
    DamagedSegment.assertRefused(file, SPACE, expected);
  }

  private static Path header(Path file, long offset, int value) throws IOException {
    return number(file, SealedLayout.SEGMENT, offset, value);
  }

  private SealedSegment seal(GrowingSegment growing) throws IOException {
    try (growing) {
      Path file = Files.createTempFile(folder, "sealed", "");
      growing.seal(file, 1, 1, SealProgress.IGNORED);
      return SealedSegment.open(file, growing.space());
    }
  }
}

package dev.kith.index.build;

import static dev.kith.index.build.DamagedSegment.number;
import static dev.kith.index.build.DamagedSegment.rewritten;
import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.linked;
import static dev.kith.index.build.SegmentFixture.recall;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.CorruptFileException;
import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.CodeScorer;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Codecs;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A sealed segment with codes: what it answers, and what its file may hold.
final class CodedSegmentTest {
  private static final VectorSpace SPACE = new VectorSpace(48, Metric.COSINE);
  private static final int K = 10;

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}, {1}, {2} dimensions, ef {3}, seed {4}")
  @CsvSource({
    "F16, COSINE, 48, 120, 1",
    "BF16, DOT, 33, 120, 2",
    "INT8, COSINE, 100, 120, 3",
    "INT8, EUCLIDEAN, 20, 120, 4",
    "INT8, DOT, 64, 120, 5",
    "RABITQ, COSINE, 100, 250, 6",
    "RABITQ, EUCLIDEAN, 130, 250, 7",
    "RABITQ, DOT, 64, 250, 8",
    "RABITQ_4, EUCLIDEAN, 100, 120, 9",
    "OPQ, DOT, 33, 120, 22",
    "PQ_4, EUCLIDEAN, 20, 120, 23"
  })
  void findsAboutAsManyAsAWalkOnFloats(
      Codecs named, Metric metric, int dimension, int ef, long seed) throws IOException {
    Codec codec = named.codec();
    VectorSpace space = new VectorSpace(dimension, metric);
    Mixture all = Mixture.of(space, 4100, 20, seed);
    Mixture base = all.part(0, 4000);
    Mixture queries = all.part(4000, 4100);
    try (SealedSegment plain = seal(linked(base, hnsw(new Codec.F32())));
        SealedSegment coded = seal(linked(base, hnsw(codec)))) {
      assertEquals(hnsw(codec), coded.index());
      double expected = recall(plain, base, queries, ef, ordinal -> true);
      double found = recall(coded, base, queries, ef, ordinal -> true);
      assertTrue(found >= expected - 0.01, "%f on codes, %f on floats".formatted(found, expected));
      assertClean(coded);
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"F16, 11", "BF16, 12", "INT8, 13", "RABITQ, 14", "RABITQ_4, 15", "OPQ, 16"})
  void aSearchIsTheNaiveRerankingOfTheSameCandidates(Codecs named, long seed) throws IOException {
    Codec codec = named.codec();
    Mixture base = Mixture.of(SPACE, 3000, 10, seed);
    Random random = new Random(seed);
    try (SealedSegment segment = seal(linked(base, hnsw(codec)));
        QueryBuffer query = new QueryBuffer(SPACE)) {
      for (int i = 0; i < 40; i++) {
        query.set(base.vectors()[random.nextInt(3000)]);
        int ef = K + random.nextInt(90);
        int rescore = K + random.nextInt(ef);
        int modulus = 1 + random.nextInt(4);
        OrdinalFilter filter = ordinal -> ordinal % modulus == 0;
        for (int best : new int[] {rescore, ef}) {
          TopK expected = new TopK(K);
          F32Scorer exact = new F32Scorer().bind(segment.rows(), query);
          for (int node : candidates(segment, query, ef, best, filter)) {
            expected.offer(node, exact.score(node));
          }
          assertHits(expected, probe(segment, query, ef, best, filter));
        }
      }
    }
  }

  /// The best that a walk on the codes finds, by estimate.
  private static List<Integer> candidates(
      SealedSegment segment, QueryBuffer query, int ef, int best, OrdinalFilter filter) {
    SegmentCodes codes = Objects.requireNonNull(segment.codes());
    SealedGraph graph = Objects.requireNonNull(segment.graph());
    TopK kept = new TopK(best);
    graph.search(
        new CodeScorer().bind(codes, query),
        segment.space().metric(),
        ef,
        filter,
        kept,
        new HnswScratch(),
        new SearchWork());
    int[] ordinals = new int[kept.size()];
    kept.drainTo(ordinals, new float[ordinals.length]);
    List<Integer> nodes = new ArrayList<>();
    for (int ordinal : ordinals) {
      nodes.add(ordinal);
    }
    return nodes;
  }

  private static TopK probe(
      SealedSegment segment, QueryBuffer query, int ef, int rescore, OrdinalFilter filter) {
    TopK hits = new TopK(K);
    SearchPlan plan = new SearchPlan(K, new Probe.Beam(ef, OptionalInt.of(rescore)));
    segment.probe(plan, query, filter, hits, new SearchScratch());
    return hits;
  }

  private static void assertHits(TopK expected, TopK found) {
    int[] ordinals = new int[expected.size()];
    float[] scores = new float[expected.size()];
    int[] foundOrdinals = new int[found.size()];
    float[] foundScores = new float[found.size()];
    expected.drainTo(ordinals, scores);
    found.drainTo(foundOrdinals, foundScores);
    assertArrayEquals(ordinals, foundOrdinals);
    // Not bit for bit: a kernel sums in another order once it is compiled.
    assertArrayEquals(scores, foundScores, 1e-5f);
  }

  @ParameterizedTest
  @EnumSource(
      value = Codecs.class,
      names = {"F16", "BF16", "INT8", "RABITQ", "RABITQ_4", "PQ_4"})
  void theDeadAreNeverReturnedWheneverTheyDiedAndTheLivingAreFound(Codecs named)
      throws IOException {
    Codec codec = named.codec();
    Mixture all = Mixture.of(SPACE, 4100, 20, 6);
    Mixture base = all.part(0, 4000);
    GrowingSegment growing = linked(base, hnsw(codec));
    for (int ordinal = 0; ordinal < 4000; ordinal += 4) {
      growing.tombstones().kill(ordinal);
    }
    try (SealedSegment segment = seal(growing)) {
      assertEquals(3000, segment.size());
      for (int ordinal = 0; ordinal < 3000; ordinal++) {
        if (segment.label(ordinal) / 10 % 4 == 1) {
          segment.tombstones().kill(ordinal);
        }
      }
      Mixture queries = all.part(4000, 4100);
      for (float[] query : queries.vectors()) {
        for (long label : SegmentFixture.search(segment, query, beam(60))) {
          assertTrue(label / 10 % 4 >= 2, "label " + label);
        }
      }
      double recall = recall(segment, base, queries, 150, ordinal -> ordinal % 4 >= 2);
      assertTrue(recall >= 0.95, "recall " + recall);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Codecs.class,
      names = {"F32", "F16", "BF16", "INT8", "RABITQ", "RABITQ_4", "PQ_4"})
  void anExactSearchReturnsWhatSortingEverythingReturns(Codecs named) throws IOException {
    Codec codec = named.codec();
    Mixture mixture = Mixture.of(SPACE, 1500, 10, 5);
    try (SealedSegment segment = seal(linked(mixture, hnsw(codec)))) {
      for (int i = 0; i < 20; i++) {
        float[] query = mixture.vectors()[i * 31];
        int[] truth = mixture.nearest(query, K, 1500, ordinal -> true);
        long[] found = SegmentFixture.search(segment, query, new SearchPlan(K, new Probe.Exact()));
        for (int rank = 0; rank < K; rank++) {
          assertEquals(10L * truth[rank], found[rank]);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = Codecs.class,
      names = {"F16", "BF16", "INT8", "RABITQ", "RABITQ_4", "PQ_4", "OPQ"})
  void theFactorIsMeasuredWhenSealingAndTheSameAgain(Codecs named) throws IOException {
    Codec codec = named.codec();
    Mixture mixture = Mixture.of(SPACE, 3000, 10, 7);
    double factor;
    try (SealedSegment segment = seal(linked(mixture, hnsw(codec)))) {
      factor = segment.rescoreFactor().orElseThrow();
    }
    assertTrue(factor >= 1, "factor " + factor);
    boolean isCoarse = codec instanceof Codec.Rabitq || codec instanceof Codec.Pq;
    assertTrue(isCoarse ? factor > 1.5 : factor <= 2, "factor " + factor);
    try (SealedSegment again = seal(linked(mixture, hnsw(codec)))) {
      assertEquals(factor, again.rescoreFactor().orElseThrow());
    }
  }

  @Test
  void vectorsBesideCodesStayMappedAndTheRestIsCopied() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 2000, 10, 8);
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(mixture, hnsw(new Codec.Int8()))) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    long rows = 2000L * 192;
    try (SealedSegment mapped = SealedSegment.open(file, SPACE);
        SealedSegment inMemory =
            SealedSegment.open(file, SPACE, SealedSegment.Residence.IN_MEMORY)) {
      assertEquals(0, mapped.copiedBytes());
      assertTrue(inMemory.copiedBytes() > 2000L * (64 + 8 + 64));
      assertTrue(inMemory.copiedBytes() < inMemory.bytes() - rows);
      for (int i = 0; i < 20; i++) {
        float[] query = mixture.vectors()[i * 37];
        assertArrayEquals(
            SegmentFixture.search(mapped, query, beam(60)),
            SegmentFixture.search(inMemory, query, beam(60)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Codecs.class,
      names = {"F16", "BF16", "INT8", "RABITQ", "RABITQ_4", "PQ_4", "OPQ"})
  void segmentsOfNoneAndOfFewRowsAreSegments(Codecs named) throws IOException {
    Codec codec = named.codec();
    for (int rows : new int[] {0, 1, 2, 5}) {
      Mixture mixture = Mixture.of(SPACE, rows, 2, 9);
      try (SealedSegment segment = seal(linked(mixture, hnsw(codec)))) {
        assertEquals(1, segment.rescoreFactor().orElseThrow());
        float[] query = new float[48];
        query[3] = 1;
        assertEquals(rows, SegmentFixture.search(segment, query, beam(40)).length);
        assertClean(segment);
      }
    }
  }

  @Test
  void aMergedSegmentHasCodesOfItsOwn() throws IOException {
    Mixture all = Mixture.of(SPACE, 3100, 10, 10);
    GrowingSegment first = linked(all.part(0, 2000), hnsw(new Codec.Int8()));
    GrowingSegment second = GrowingSegment.create(SPACE, hnsw(new Codec.Int8()), 1000);
    for (int i = 2000; i < 3000; i++) {
      second.append(10L * i, all.bytes(i), 0);
    }
    second.publish();
    SegmentFixture.link(second);
    Path merged = folder.resolve("merged");
    try (SealedSegment one = seal(first);
        SealedSegment two = seal(second);
        SegmentMerge merge =
            SegmentMerge.start(
                hnsw(new Codec.Rabitq(0)), List.of(one, two), SealProgress.IGNORED)) {
      SegmentFixture.link(merge);
      merge.write(merged, 3, 1, SealProgress.IGNORED);
    }
    try (SealedSegment segment = SealedSegment.open(merged, SPACE)) {
      assertEquals(hnsw(new Codec.Rabitq(0)), segment.index());
      assertClean(segment);
      double recall = recall(segment, all.part(0, 3000), all.part(3000, 3100), 250, o -> true);
      assertTrue(recall >= 0.95, "recall " + recall);
    }
  }

  @Test
  void codesAreOfTheCompactLayout() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new IndexSpec.Hnsw(HnswParams.defaults(), Layout.FAST, new Codec.Int8()));
    assertTrue(refused.toString().contains("int8 is for the layout COMPACT"), refused::toString);
  }

  @Test
  void aHeaderThatContradictsItselfAndCodesOfAnotherLengthAreRefused() throws IOException {
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(Mixture.of(SPACE, 100, 2, 9), hnsw(new Codec.Int8()))) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    assertRefused(header(file, 56, 0), "codec 1 to 6");
    assertRefused(header(file, 56, 7), "codec 1 to 6");
    assertRefused(header(file, 56, -1), "codec 1 to 6");
    assertRefused(header(file, 0, 3), "no codec");
    assertRefused(header(file, 0, 5), "no codec");
    assertRefused(header(file, 0, 9), "version 1 to 8");
    assertRefused(header(file, 60, Float.floatToIntBits(0.5f)), "factor of at least 1");
    assertRefused(header(file, 60, Float.floatToIntBits(Float.NaN)), "factor of at least 1");
    assertRefused(header(file, 56, 1), "section 'codes'"); // Halves are twice as long.
    assertRefused(header(file, 44, 1), "codes of at most 0 bits");
    assertRefused(header(header(file, 56, 4), 44, 9), "codes of at most 8 bits");
    assertRefused(header(header(file, 56, 4), 44, -1), "codes of at most 8 bits");
    assertRefused(header(header(file, 56, 4), 44, 2), "section 'codes'");
    assertRefused(
        rewritten(file, SealedLayout.CODES, bytes -> bytes.asSlice(0, bytes.byteSize() - 64)),
        "section 'codes'");
    assertRefused(rewritten(file, SealedLayout.CODES, bytes -> null), "section 'codes'");
    byte[] whole = Files.readAllBytes(file);
    Path flipped = folder.resolve("flipped");
    Random random = new Random(3);
    for (int i = 0; i < 20; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(flipped, damaged);
      assertThrows(CorruptFileException.class, () -> SealedSegment.open(flipped, SPACE));
    }
  }

  private static void assertRefused(Path file, String expected) {
    DamagedSegment.assertRefused(file, SPACE, expected);
  }

  /// A copy with another number in its header.
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

  private static SearchPlan beam(int ef) {
    return new SearchPlan(K, new Probe.Beam(ef));
  }

  private static IndexSpec hnsw(Codec codec) {
    return new IndexSpec.Hnsw(new HnswParams(12, 80, 5), Layout.COMPACT, codec);
  }
}

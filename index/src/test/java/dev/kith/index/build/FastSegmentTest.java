package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.linked;
import static dev.kith.index.build.SegmentFixture.recall;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.CorruptFileException;
import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A sealed segment in layout FAST: what it answers, and that it is a graph like any other.
final class FastSegmentTest {
  private static final VectorSpace SPACE = new VectorSpace(48, Metric.COSINE);
  private static final IndexSpec FAST = fast(16);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"COSINE, 48", "DOT, 48", "EUCLIDEAN, 48", "COSINE, 200", "EUCLIDEAN, 3", "DOT, 250"})
  void findsTheNearestOfEveryMetricWithOneAndWithTwoBits(Metric metric, int dimension)
      throws IOException {
    VectorSpace space = new VectorSpace(dimension, metric);
    Mixture all = Mixture.of(space, 6100, 30, 2);
    Mixture base = all.part(0, 6000);
    try (SealedSegment segment = seal(linked(base, FAST))) {
      assertEquals(FAST, segment.index());
      double recall = recall(segment, base, all.part(6000, 6100), 120, ordinal -> true);
      assertTrue(recall >= (metric == Metric.DOT ? 0.9 : 0.97), metric + ": " + recall);
      assertClean(segment);
    }
  }

  @ParameterizedTest
  @CsvSource({"2", "5", "8", "16", "17", "40"})
  void anyNumberOfLinksFillsWholeBlocks(int m) throws IOException {
    Mixture all = Mixture.of(SPACE, 3100, 10, 3);
    Mixture base = all.part(0, 3000);
    try (SealedSegment segment = seal(linked(base, fast(m)))) {
      double recall = recall(segment, base, all.part(3000, 3100), 100, ordinal -> true);
      assertTrue(recall >= (m < 5 ? 0.85 : 0.95), "m " + m + ": " + recall);
      assertClean(segment);
    }
  }

  @ParameterizedTest
  @EnumSource(SealedSegment.Residence.class)
  void scoresAreThoseOfTheVectorsAndTheSameInMemoryAsMapped(SealedSegment.Residence residence)
      throws IOException {
    Mixture mixture = Mixture.of(SPACE, 3000, 10, 4);
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(mixture, FAST)) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    try (SealedSegment segment = SealedSegment.open(file, SPACE, residence);
        QueryBuffer query = new QueryBuffer(SPACE)) {
      F32Scorer scorer = new F32Scorer();
      for (int i = 0; i < 50; i++) {
        query.set(mixture.vectors()[i * 13]);
        TopK hits = new TopK(10);
        segment.probe(beam(60), query, hits, new SearchScratch());
        int[] ordinals = new int[10];
        float[] scores = new float[10];
        assertEquals(10, hits.drainTo(ordinals, scores));
        assertEquals(i * 13, ordinals[0]);
        scorer.bind(segment.rows(), query);
        for (int rank = 0; rank < 10; rank++) {
          // Not bit for bit: a kernel sums in another order once it is compiled.
          float exact = scorer.score(ordinals[rank]);
          assertEquals(exact, scores[rank], 1e-5f * Math.max(1, Math.abs(exact)));
        }
      }
    }
  }

  @Test
  void anExactSearchReturnsWhatSortingEverythingReturns() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 1500, 10, 5);
    try (SealedSegment segment = seal(linked(mixture, FAST))) {
      for (int i = 0; i < 40; i++) {
        float[] query = mixture.vectors()[i * 31];
        long[] truth =
            Arrays.stream(mixture.nearest(query, 10, 1500, ordinal -> true))
                .mapToLong(ordinal -> 10L * ordinal)
                .toArray();
        assertArrayEquals(truth, search(segment, query, new SearchPlan(10, new Probe.Exact())));
      }
    }
  }

  @Test
  void theDeadAreNeverReturnedWheneverTheyDiedAndTheLivingAreFound() throws IOException {
    Mixture all = Mixture.of(SPACE, 6100, 20, 6);
    Mixture base = all.part(0, 6000);
    GrowingSegment growing = linked(base, FAST);
    for (int ordinal = 0; ordinal < 6000; ordinal += 4) {
      growing.tombstones().kill(ordinal);
    }
    try (SealedSegment segment = seal(growing)) {
      assertEquals(4500, segment.size());
      for (int ordinal = 0; ordinal < 4500; ordinal++) {
        if (segment.label(ordinal) / 10 % 4 == 1) {
          segment.tombstones().kill(ordinal);
        }
      }
      Mixture queries = all.part(6000, 6100);
      for (float[] query : queries.vectors()) {
        long[] hits = search(segment, query, beam(60));
        assertEquals(10, hits.length);
        for (long label : hits) {
          assertTrue(label / 10 % 4 >= 2, "label " + label);
        }
      }
      double recall = recall(segment, base, queries, 120, ordinal -> ordinal % 4 >= 2);
      assertTrue(recall >= 0.97, "recall " + recall);
      assertClean(segment);
    }
  }

  @Test
  void aFilterThatAcceptsOneInTenFindsTheBestOfThem() throws IOException {
    Mixture all = Mixture.of(SPACE, 8100, 20, 7);
    Mixture base = all.part(0, 8000);
    try (SealedSegment segment = seal(linked(base, FAST));
        QueryBuffer query = new QueryBuffer(SPACE)) {
      OrdinalFilter tenth = ordinal -> ordinal % 10 == 3;
      int found = 0;
      for (int i = 8000; i < 8100; i++) {
        query.set(all.vectors()[i]);
        TopK hits = new TopK(10);
        segment.probe(beam(40), query, tenth, hits, new SearchScratch());
        int[] ordinals = new int[10];
        assertEquals(10, hits.drainTo(ordinals, new float[10]));
        int[] truth = base.nearest(all.vectors()[i], 10, 8000, tenth::accepts);
        for (int ordinal : truth) {
          found += Arrays.stream(ordinals).anyMatch(hit -> hit == ordinal) ? 1 : 0;
        }
        assertTrue(Arrays.stream(ordinals).allMatch(tenth::accepts));
      }
      assertTrue(found >= 970, found + " of 1000");
    }
  }

  @Test
  void thousandsOfEqualVectorsAreAllFoundAndHideNobody() throws IOException {
    Mixture all = Mixture.of(SPACE, 3100, 10, 8);
    float[][] vectors = Arrays.copyOf(all.vectors(), 3000);
    for (int i = 0; i < 1000; i++) {
      vectors[i * 3] = all.vectors()[0];
    }
    Mixture base = new Mixture(SPACE, vectors);
    try (SealedSegment segment = seal(linked(base, FAST))) {
      long[] hits = search(segment, all.vectors()[0], new SearchPlan(500, new Probe.Beam(1500)));
      assertEquals(500, hits.length);
      assertTrue(Arrays.stream(hits).allMatch(label -> label / 10 % 3 == 0));
      int found = 0;
      for (int i = 1; i < 3000; i += 3) {
        found += search(segment, vectors[i], beam(60))[0] == 10L * i ? 1 : 0;
      }
      assertTrue(found >= 990, found + " of 1000");
      assertClean(segment);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "33", "700"})
  void smallSegmentsAreWhole(int count) throws IOException {
    Mixture mixture = Mixture.of(SPACE, count, 3, 9);
    try (SealedSegment segment = seal(linked(mixture, FAST))) {
      assertEquals(count, segment.size());
      assertClean(segment);
      for (int i = 0; i < count; i += 5) {
        assertEquals(10L * i, search(segment, mixture.vectors()[i], beam(10))[0]);
      }
      float[] query = new float[SPACE.dimension()];
      query[0] = 1;
      assertEquals(Math.min(10, count), search(segment, query, beam(10)).length);
    }
  }

  @Test
  void theSameSeedAndInputGiveTheSameFile() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 1500, 10, 10);
    byte[][] files = new byte[2][];
    for (int run = 0; run < 2; run++) {
      Path file = folder.resolve("run" + run);
      try (GrowingSegment growing = linked(mixture, FAST)) {
        growing.seal(file, 3, 1, SealProgress.IGNORED);
      }
      files[run] = Files.readAllBytes(file);
    }
    assertTrue(Arrays.equals(files[0], files[1]));
  }

  @Test
  void aFileWithOneBitChangedIsRefused_seed11() throws IOException {
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(Mixture.of(SPACE, 300, 3, 11), FAST)) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(11);
    for (int i = 0; i < 60; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Path damaged = Files.write(folder.resolve("damaged" + i), bad);
      assertThrows(CorruptFileException.class, () -> SealedSegment.open(damaged, SPACE));
    }
  }

  private SealedSegment seal(GrowingSegment growing) throws IOException {
    Path file = folder.resolve("sealed");
    try (growing) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    return SealedSegment.open(file, growing.space());
  }

  private static IndexSpec fast(int m) {
    return new IndexSpec.Hnsw(new HnswParams(m, 80, 5), Layout.FAST);
  }

  private static SearchPlan beam(int ef) {
    return new SearchPlan(10, new Probe.Beam(ef));
  }
}

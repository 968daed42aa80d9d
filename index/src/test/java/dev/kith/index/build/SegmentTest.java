package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.append;
import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.link;
import static dev.kith.index.build.SegmentFixture.linked;
import static dev.kith.index.build.SegmentFixture.recall;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.CorruptFileException;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmentTest {
  private static final VectorSpace SPACE = new VectorSpace(24, Metric.COSINE);
  private static final IndexSpec HNSW =
      new IndexSpec.Hnsw(new HnswParams(8, 60, 5), Layout.COMPACT);
  private static final IndexSpec FLAT = new IndexSpec.Flat();
  private static final SearchPlan EXACT = new SearchPlan(10, new Probe.Exact());
  private static final SearchPlan BEAM = new SearchPlan(10, new Probe.Beam(60));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Metric.class)
  void anExactSearchReturnsWhatSortingEverythingReturns(Metric metric) {
    Mixture mixture = Mixture.of(new VectorSpace(19, metric), 1500, 10, 1);
    for (IndexSpec index : new IndexSpec[] {FLAT, HNSW}) {
      try (GrowingSegment segment = linked(mixture, index)) {
        kill(segment, ordinal -> ordinal % 5 == 0);
        for (int i = 0; i < 40; i++) {
          float[] query = mixture.vectors()[i * 31];
          int[] truth = mixture.nearest(query, 10, mixture.count(), ordinal -> ordinal % 5 != 0);
          assertArrayEquals(labels(truth), search(segment, query, EXACT));
        }
        assertClean(segment);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void rowsAskedForByLabelAreScoredAndNoOthers(Metric metric) throws IOException {
    Mixture mixture = Mixture.of(new VectorSpace(19, metric), 1500, 10, 1);
    // Those of every third row, every other one of which is dead, and as many of no row.
    List<Long> labels = LongStream.range(-3, 1600).map(i -> 15 * i).boxed().toList();
    SearchPlan plan = new SearchPlan(10, new Probe.Labels(labels));
    for (IndexSpec index :
        new IndexSpec[] {FLAT, HNSW, new IndexSpec.Ivf(new IvfParams(0, 5), new Codec.Int8())}) {
      try (GrowingSegment growing = linked(mixture, index)) {
        kill(growing, ordinal -> ordinal % 6 == 0);
        Path file = Files.createTempFile(folder, "segment", "");
        growing.seal(file, 1, 1, SealProgress.IGNORED);
        try (SealedSegment sealed = SealedSegment.open(file, mixture.space())) {
          for (int i = 0; i < 20; i++) {
            float[] query = mixture.vectors()[i * 31];
            int[] truth =
                mixture.nearest(query, 10, 1500, ordinal -> ordinal % 3 == 0 && ordinal % 6 != 0);
            assertArrayEquals(labels(truth), search(growing, query, plan));
            assertArrayEquals(labels(truth), search(sealed, query, plan));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void aGraphFindsTheNearestOfEveryMetric(Metric metric) {
    Mixture all = Mixture.of(new VectorSpace(24, metric), 4100, 20, 2);
    Mixture base = all.part(0, 4000);
    try (GrowingSegment segment = linked(base, HNSW)) {
      double recall = recall(segment, base, all.part(4000, 4100), 80, ordinal -> true);
      assertTrue(recall >= (metric == Metric.DOT ? 0.9 : 0.97), metric + ": " + recall);
      assertClean(segment);
    }
  }

  @Test
  void aRowIsInvisibleUntilItIsPublishedAndFoundFromThenOn() {
    Mixture mixture = Mixture.of(SPACE, 300, 5, 3);
    try (GrowingSegment segment = GrowingSegment.create(SPACE, HNSW, 300)) {
      append(segment, mixture, 0, 200);
      link(segment);
      segment.append(2000, mixture.bytes(200), 0);
      assertFalse(contains(search(segment, mixture.vectors()[200], BEAM), 2000));
      segment.publish();
      assertEquals(2000, search(segment, mixture.vectors()[200], BEAM)[0]);
      assertEquals(200, segment.linked());
      link(segment);
      assertEquals(2000, search(segment, mixture.vectors()[200], BEAM)[0]);
      assertClean(segment);
    }
  }

  @Test
  void anUnlinkedTailIsSearchedBesideTheGraphAndNothingComesTwice() {
    Mixture mixture = Mixture.of(SPACE, 3000, 10, 4);
    try (GrowingSegment segment = GrowingSegment.create(SPACE, HNSW, 3000)) {
      append(segment, mixture, 0, 2500);
      HnswScratch scratch = new HnswScratch();
      for (int i = 0; i < 2400; i++) {
        assertTrue(segment.linkNext(scratch));
      }
      append(segment, mixture, 2500, 3000);
      for (int i = 2400; i < 3000; i += 7) {
        long[] hits = search(segment, mixture.vectors()[i], BEAM);
        assertEquals(10L * i, hits[0]);
        assertEquals(hits.length, LongStream.of(hits).distinct().count());
      }
      link(segment);
      assertClean(segment);
    }
  }

  @Test
  void theDeadAreNeverReturnedAndTheLivingAreStillFound() {
    Mixture mixture = Mixture.of(SPACE, 4000, 10, 5);
    try (GrowingSegment segment = linked(mixture, HNSW)) {
      kill(segment, ordinal -> ordinal % 3 != 0);
      for (int i = 0; i < 200; i++) {
        for (long label : search(segment, mixture.vectors()[i * 17], BEAM)) {
          assertEquals(0, label / 10 % 3, "label " + label + " is dead");
        }
      }
      double recall =
          recall(segment, mixture, mixture.part(0, 60), 60, ordinal -> ordinal % 3 == 0);
      assertTrue(recall >= 0.97, "recall " + recall);
      assertClean(segment);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 0.9, 1})
  void aSealedSegmentHoldsTheLivingAndFindsThem(double deadShare) throws IOException {
    Mixture all = Mixture.of(SPACE, 4060, 12, 6);
    Mixture base = all.part(0, 4000);
    boolean[] dead = deadRows(4000, deadShare, 7);
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(base, HNSW)) {
      kill(growing, ordinal -> dead[ordinal]);
      growing.seal(file, 42, 1, SealProgress.IGNORED);
      assertClean(growing);
    }
    try (SealedSegment sealed = SealedSegment.open(file, SPACE)) {
      assertClean(sealed);
      assertEquals(42, sealed.lsn());
      assertEquals(HNSW, sealed.index());
      for (int i = 0; i < 4000; i++) {
        assertEquals(!dead[i], sealed.ordinalOf(10L * i) >= 0, "row " + i);
      }
      if (sealed.size() > 0) {
        Mixture queries = all.part(4000, 4060);
        double recall = recall(sealed, base, queries, 80, ordinal -> !dead[ordinal]);
        assertTrue(recall >= 0.97, "recall " + recall);
      } else {
        assertEquals(0, search(sealed, all.vectors()[0], BEAM).length);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SealedSegment.Residence.class)
  void withNothingDeadASealedSegmentAnswersAsTheGrowingOneDid(SealedSegment.Residence residence)
      throws IOException {
    Mixture mixture = Mixture.of(SPACE, 3000, 10, 8);
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(mixture, HNSW)) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
      try (SealedSegment sealed = SealedSegment.open(file, SPACE, residence)) {
        for (int i = 0; i < 100; i++) {
          float[] query = mixture.vectors()[i * 13];
          assertArrayEquals(search(growing, query, BEAM), search(sealed, query, BEAM));
        }
        assertClean(sealed);
      }
    }
  }

  @Test
  void aFlatSegmentSealsAndOpens() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 700, 5, 9);
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(mixture, FLAT)) {
      kill(growing, ordinal -> ordinal < 100);
      growing.seal(file, 3, 1, SealProgress.IGNORED);
    }
    try (SealedSegment sealed = SealedSegment.open(file, SPACE)) {
      assertEquals(FLAT, sealed.index());
      assertEquals(600, sealed.liveCount());
      sealed.tombstones().kill(sealed.ordinalOf(1500));
      assertEquals(599, sealed.liveCount());
      int[] truth = mixture.nearest(mixture.vectors()[150], 10, 700, i -> i >= 100 && i != 150);
      assertArrayEquals(labels(truth), search(sealed, mixture.vectors()[150], BEAM));
      assertClean(sealed);
    }
  }

  @Test
  void aFileOfAnotherSpaceIsRefused() throws IOException {
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(Mixture.of(SPACE, 50, 2, 10), HNSW)) {
      growing.seal(file, 3, 1, SealProgress.IGNORED);
    }
    CorruptFileException refused =
        assertThrows(
            CorruptFileException.class,
            () -> SealedSegment.open(file, new VectorSpace(25, Metric.COSINE)));
    assertEquals("25 dimensions", refused.expected());
    assertEquals("24", refused.found());
    assertThrows(
        CorruptFileException.class,
        () -> SealedSegment.open(file, new VectorSpace(24, Metric.DOT)));
  }

  @Test
  void aFlippedBitAnywhereIsFound() throws IOException {
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(Mixture.of(SPACE, 60, 2, 11), HNSW)) {
      growing.seal(file, 3, 1, SealProgress.IGNORED);
    }
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(12);
    for (int i = 0; i < 200; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Path damaged = Files.write(folder.resolve("damaged" + i), bad);
      assertThrows(CorruptFileException.class, () -> SealedSegment.open(damaged, SPACE));
    }
  }

  @Test
  void theSameSeedAndInputGiveTheSameFile() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 1500, 10, 13);
    byte[][] files = new byte[2][];
    for (int run = 0; run < 2; run++) {
      Path file = folder.resolve("run" + run);
      try (GrowingSegment growing = linked(mixture, HNSW)) {
        kill(growing, ordinal -> ordinal % 4 == 1);
        growing.seal(file, 3, 1, SealProgress.IGNORED);
      }
      files[run] = Files.readAllBytes(file);
    }
    assertTrue(Arrays.equals(files[0], files[1]));
  }

  @Test
  void theLivingOfASegmentThatIsMostlyDeadAreSealedAsIfTheOthersHadNeverBeen() throws IOException {
    Mixture mixture = Mixture.of(new VectorSpace(20, Metric.EUCLIDEAN), 2_000, 10, 21);
    Path churned = folder.resolve("churned");
    Path afresh = folder.resolve("afresh");
    try (GrowingSegment growing = linked(mixture, HNSW);
        GrowingSegment fresh = GrowingSegment.create(mixture.space(), HNSW, 500)) {
      kill(growing, i -> i % 4 != 0);
      for (int i = 0; i < 2_000; i += 4) {
        fresh.append(10L * i, mixture.bytes(i), 0);
      }
      fresh.publish();
      link(fresh);
      growing.seal(churned, 7, 1, SealProgress.IGNORED);
      fresh.seal(afresh, 7, 1, SealProgress.IGNORED);
    }
    assertEquals(-1, Files.mismatch(churned, afresh));
  }

  @Test
  void linkingTheLivingAfreshEndsWhenTheListenerThrows() {
    Mixture mixture = Mixture.of(new VectorSpace(20, Metric.EUCLIDEAN), 2_000, 10, 22);
    Path file = folder.resolve("segment");
    try (GrowingSegment growing = linked(mixture, HNSW)) {
      kill(growing, i -> i % 2 == 0);
      AtomicInteger reports = new AtomicInteger();
      assertThrows(
          CancellationException.class,
          () ->
              growing.seal(
                  file,
                  0,
                  1,
                  (done, total) -> {
                    if (reports.incrementAndGet() == 100) {
                      throw new CancellationException();
                    }
                  }));
      assertFalse(Files.exists(file));
      assertClean(growing);
    }
  }

  @Test
  void aWideBeamStopsSoonAfterItIsToldTo() {
    Mixture mixture = Mixture.of(SPACE, 3000, 5, 16);
    try (GrowingSegment segment = linked(mixture, HNSW);
        QueryBuffer query = new QueryBuffer(SPACE)) {
      query.set(mixture.vectors()[0]);
      PlanRunner runner = new PlanRunner();
      SearchPlan plan = new SearchPlan(10, new Probe.Beam(200));
      assertTrue(runner.run(plan, query, List.of(segment), () -> false));
      long whole = runner.work().nodesVisited;
      AtomicInteger polls = new AtomicInteger();
      assertFalse(runner.run(plan, query, List.of(segment), () -> polls.incrementAndGet() > 2));
      assertTrue(runner.work().nodesVisited < whole, runner.work() + " of " + whole);
      assertClean(segment);
    }
  }

  @Test
  void onlyALinkedSegmentCanBeSealed() {
    try (GrowingSegment growing = GrowingSegment.create(SPACE, HNSW, 10)) {
      append(growing, Mixture.of(SPACE, 5, 1, 14), 0, 5);
      IllegalStateException refused =
          assertThrows(
              IllegalStateException.class,
              () -> growing.seal(folder.resolve("segment"), 1, 1, SealProgress.IGNORED));
      assertEquals(
          "only a linked segment can be sealed: 5 rows appended, 5 published, 0 linked",
          refused.getMessage());
    }
  }

  @Test
  void anUnlinkedSegmentIsSealedAsAnIndexWithoutLinks() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 400, 5, 15);
    Path file = folder.resolve("segment");
    for (IndexSpec other :
        List.of(FLAT, new IndexSpec.Ivf(new IvfParams(0, 5), new Codec.Int8()))) {
      for (int dead : new int[] {10, 300}) {
        try (GrowingSegment growing = GrowingSegment.create(SPACE, HNSW, 400)) {
          append(growing, mixture, 0, 400);
          kill(growing, ordinal -> ordinal < dead);
          assertTrue(growing.canBeSealedAs(other));
          growing.sealAs(other, file, 1, 1, SealProgress.IGNORED);
        }
        try (SealedSegment sealed = SealedSegment.open(file, SPACE)) {
          assertEquals(other, sealed.index());
          assertEquals(400 - dead, sealed.size());
          float[] query = mixture.vectors()[350];
          int[] truth = mixture.nearest(query, 10, 400, ordinal -> ordinal >= dead);
          assertArrayEquals(labels(truth), search(sealed, query, EXACT));
        }
        Files.delete(file);
      }
    }
  }

  @Test
  void aLinkedSegmentIsSealedAsAnotherGraphOfTheSameParametersAlone() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 300, 5, 16);
    Path file = folder.resolve("segment");
    HnswParams params = new HnswParams(8, 60, 5);
    IndexSpec coded = new IndexSpec.Hnsw(params, Layout.COMPACT, new Codec.Int8());
    IndexSpec denser = new IndexSpec.Hnsw(new HnswParams(9, 60, 5), Layout.COMPACT);
    try (GrowingSegment growing = linked(mixture, HNSW);
        GrowingSegment flat = linked(mixture, FLAT)) {
      growing.sealAs(coded, file, 1, 1, SealProgress.IGNORED);
      assertFalse(growing.canBeSealedAs(denser));
      assertFalse(flat.canBeSealedAs(HNSW));
      assertThrows(
          IllegalArgumentException.class,
          () -> flat.sealAs(HNSW, folder.resolve("none"), 1, 1, SealProgress.IGNORED));
    }
    try (SealedSegment sealed = SealedSegment.open(file, SPACE)) {
      assertEquals(coded, sealed.index());
      assertClean(sealed);
    }
  }

  @Test
  void theFastLayoutTakesAsManyDimensionsAsItSaysAndNotOneMore() {
    IndexSpec fast = new IndexSpec.Hnsw(new HnswParams(8, 60, 5), Layout.FAST);
    GrowingSegment.create(new VectorSpace(4096, Metric.DOT), fast, 1).close();
    VectorSpace wide = new VectorSpace(4097, Metric.DOT);
    assertEquals(
        "the layout FAST is for at most 4096 dimensions, got 4097",
        assertThrows(IllegalArgumentException.class, () -> GrowingSegment.create(wide, fast, 1))
            .getMessage());
    GrowingSegment.create(wide, HNSW, 1).close();
    GrowingSegment.create(wide, FLAT, 1).close();
  }

  @Test
  void aFullSegmentAndAFallingLabelAreRefused() {
    Mixture mixture = Mixture.of(SPACE, 3, 1, 15);
    try (GrowingSegment growing = GrowingSegment.create(SPACE, FLAT, 2)) {
      growing.append(7, mixture.bytes(0), 0);
      assertThrows(IllegalArgumentException.class, () -> growing.append(7, mixture.bytes(1), 0));
      assertEquals(1, growing.append(8, mixture.bytes(1), 0));
      assertTrue(growing.isFull());
      assertThrows(IllegalStateException.class, () -> growing.append(9, mixture.bytes(2), 0));
      assertEquals(-1, growing.ordinalOf(9));
      assertEquals(1, growing.ordinalOf(8));
    }
  }

  private static void kill(GrowingSegment segment, IntPredicate who) {
    for (int ordinal = 0; ordinal < segment.size(); ordinal++) {
      if (who.test(ordinal)) {
        assertTrue(segment.tombstones().kill(ordinal));
      }
    }
  }

  private static boolean[] deadRows(int count, double share, long seed) {
    Random random = new Random(seed);
    boolean[] dead = new boolean[count];
    for (int i = 0; i < count; i++) {
      dead[i] = random.nextDouble() < share;
    }
    return dead;
  }

  private static long[] labels(int[] ordinals) {
    return Arrays.stream(ordinals).mapToLong(ordinal -> 10L * ordinal).toArray();
  }

  private static boolean contains(long[] labels, long label) {
    return LongStream.of(labels).anyMatch(each -> each == label);
  }
}

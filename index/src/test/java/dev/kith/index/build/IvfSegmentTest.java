package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.assertEmpty;
import static dev.kith.index.build.SegmentFixture.assertProgressRises;
import static dev.kith.index.build.SegmentFixture.assertStopsAtAnyReport;
import static dev.kith.index.build.SegmentFixture.linked;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Codecs;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A sealed segment with an inverted file: what it holds, answers, and refuses.
final class IvfSegmentTest {
  private static final List<Metric> METRICS = List.of(Metric.values());
  private static final VectorSpace SPACE = new VectorSpace(20, Metric.COSINE);
  private static final int K = 10;
  private static final SearchPlan EXACT = new SearchPlan(K, new Probe.Exact());

  /// Reads as it was measured to do.
  private static final SearchPlan USUAL = new SearchPlan(K, new Probe.Lists());

  /// Reads everything.
  private static final SearchPlan ALL =
      new SearchPlan(K, new Probe.Lists(new Reach.Until(Reach.ALL), OptionalInt.of(65_536)));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void theLivingAreThereBitForBitByTheirLabels(Codecs named) throws IOException {
    Codec codec = named.codec();
    Metric metric = metric(named, 0);
    Mixture mixture = Mixture.of(new VectorSpace(20, metric), 400, 8, 1);
    Path file = folder.resolve("segment" + metric);
    try (GrowingSegment growing = linked(mixture, ivf(codec))) {
      kill(growing, ordinal -> ordinal % 5 == 0);
      growing.seal(file, 42, 2, SealProgress.IGNORED);
      for (Residence residence : Residence.values()) {
        try (SealedSegment sealed = SealedSegment.open(file, mixture.space(), residence)) {
          assertEquals(ivf(codec), sealed.index());
          assertEquals(42, sealed.lsn());
          assertEquals(320, sealed.size());
          assertEquals(320, sealed.liveCount());
          assertClean(sealed);
          assertHolds(growing, sealed);
        }
      }
    }
  }

  /// One of the three, so that each meets codecs of every kind.
  private static Metric metric(Codecs named, int turn) {
    return METRICS.get((named.codec().number() + turn) % METRICS.size());
  }

  private static void assertHolds(GrowingSegment growing, SealedSegment sealed) {
    int position = 0;
    for (int ordinal = 0; ordinal < growing.size(); ordinal++) {
      long label = growing.label(ordinal);
      assertEquals(-1, sealed.ordinalOf(label + 1));
      int there = sealed.ordinalOf(label);
      if (growing.tombstones().isDead(ordinal)) {
        assertEquals(-1, there);
      } else {
        assertEquals(label, sealed.label(there));
        assertEquals(there, sealed.ordinalAt(position++));
        long bytes = 4L * sealed.space().dimension();
        long from = growing.rows().offset(ordinal);
        long to = sealed.rows().offset(there);
        assertEquals(
            -1,
            MemorySegment.mismatch(
                growing.rows().segment(),
                from,
                from + bytes,
                sealed.rows().segment(),
                to,
                to + bytes));
      }
    }
    assertEquals(sealed.size(), position);
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void readingEverythingFindsTheNearestAndReadingAsMeasuredMostOfThem(Codecs named)
      throws IOException {
    Codec codec = named.codec();
    Metric metric = metric(named, 1);
    Mixture all = Mixture.of(new VectorSpace(36, metric), 640, 12, 2);
    Mixture base = all.part(0, 600);
    IntPredicate alive = ordinal -> ordinal % 3 != 0;
    GrowingSegment growing = linked(base, ivf(codec));
    kill(growing, ordinal -> ordinal % 6 == 0);
    try (SealedSegment segment = seal(growing)) {
      for (int row = 3; row < 600; row += 6) {
        assertTrue(segment.tombstones().kill(segment.ordinalOf(10L * row)));
      }
      int found = 0;
      for (float[] query : all.part(600, 640).vectors()) {
        long[] truth = labels(base.nearest(query, K, 600, alive));
        for (Probe probe : new Probe[] {new Probe.Exact(), ALL.probe()}) {
          assertArrayEquals(truth, search(segment, query, new SearchPlan(K, probe)));
        }
        long[] usual = search(segment, query, USUAL);
        assertEquals(K, usual.length);
        // A plan made for graphs has lists read as measured.
        assertArrayEquals(usual, search(segment, query, new SearchPlan(K, new Probe.Beam(50))));
        assertTrue(LongStream.of(usual).allMatch(label -> alive.test((int) (label / 10))));
        List<Long> wanted = LongStream.of(truth).boxed().toList();
        found += (int) LongStream.of(usual).filter(wanted::contains).count();
      }
      assertTrue(found >= 340, "%s, %s: %d of 400".formatted(codec, metric, found));
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void rowsInTwoListsAreFoundOnceAndOnlyIfTheyLive(Codecs named) throws IOException {
    IndexSpec index = spilled(named.codec());
    Metric metric = metric(named, 2);
    Mixture all = Mixture.of(new VectorSpace(36, metric), 640, 12, 2);
    Mixture base = all.part(0, 600);
    IntPredicate alive = ordinal -> ordinal % 3 != 0;
    GrowingSegment growing = linked(base, index);
    kill(growing, ordinal -> ordinal % 6 == 0);
    try (SealedSegment segment = seal(growing)) {
      assertEquals(index, segment.index());
      assertClean(segment);
      for (int row = 3; row < 600; row += 6) {
        assertTrue(segment.tombstones().kill(segment.ordinalOf(10L * row)));
      }
      int found = 0;
      for (float[] query : all.part(600, 640).vectors()) {
        long[] truth = labels(base.nearest(query, K, 600, alive));
        assertArrayEquals(truth, search(segment, query, ALL));
        long[] usual = search(segment, query, USUAL);
        assertEquals(K, LongStream.of(usual).distinct().count());
        assertTrue(LongStream.of(usual).allMatch(label -> alive.test((int) (label / 10))));
        List<Long> wanted = LongStream.of(truth).boxed().toList();
        found += (int) LongStream.of(usual).filter(wanted::contains).count();
      }
      assertTrue(found >= 340, "%s, %s: %d of 400".formatted(named, metric, found));
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void segmentsOfNoneAndOfFewRowsAreSegments(Codecs named) throws IOException {
    assertSegmentsOfNoneAndOfFewRowsAreSegments(ivf(named.codec()));
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void segmentsOfNoneAndOfFewSpilledRowsAreSegments(Codecs named) throws IOException {
    assertSegmentsOfNoneAndOfFewRowsAreSegments(spilled(named.codec()));
  }

  private void assertSegmentsOfNoneAndOfFewRowsAreSegments(IndexSpec index) throws IOException {
    for (int dimension : new int[] {1, 20}) {
      for (int rows : new int[] {0, 1, 11, 33}) {
        VectorSpace space = new VectorSpace(dimension, Metric.DOT);
        Mixture mixture = Mixture.of(space, rows, 2, 9);
        for (int dead : new int[] {0, rows}) {
          GrowingSegment growing = linked(mixture, index);
          kill(growing, ordinal -> ordinal < dead);
          Path file = folder.resolve("few");
          try (growing) {
            growing.seal(file, 1, 1, SealProgress.IGNORED);
          }
          for (Residence residence : Residence.values()) {
            try (SealedSegment segment = SealedSegment.open(file, space, residence)) {
              assertEquals(rows - dead, segment.size());
              float[] query = new float[dimension];
              query[0] = 1;
              int wanted = Math.min(K, rows - dead);
              for (SearchPlan plan : new SearchPlan[] {EXACT, USUAL, ALL}) {
                assertEquals(wanted, search(segment, query, plan).length);
              }
              assertTrue(segment.rescoreFactor().orElseThrow() >= 1);
              assertEquals(-1, segment.ordinalOf(-1));
              assertClean(segment);
            }
          }
        }
      }
    }
  }

  @Test
  void oppositeVectorsAreSealedUnderCosine() throws IOException {
    float[][] vectors = {{1, 0}, {-1, 0}};
    Mixture opposite = new Mixture(new VectorSpace(2, Metric.COSINE), vectors);
    try (SealedSegment segment =
        seal(linked(opposite, new IndexSpec.Ivf(new IvfParams(1, 5), new Codec.F32())))) {
      assertArrayEquals(new long[] {10, 0}, search(segment, new float[] {-1, 0.5f}, USUAL));
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void vectorsOfAnyMagnitudeAreSealedAndFound(Codecs named) throws IOException {
    Codec codec = named.codec();
    for (Metric metric : Metric.values()) {
      for (float magnitude : new float[] {1e-30f, 1e15f}) {
        Mixture mixture = scaled(metric, magnitude, _ -> true);
        try (SealedSegment segment = seal(linked(mixture, ivf(codec)))) {
          assertEquals(
              100, search(segment, mixture.vectors()[0], new SearchPlan(100, ALL.probe())).length);
        }
      }
    }
  }

  /// Its scores are infinite or no numbers, whatever else is in the segment.
  @ParameterizedTest
  @EnumSource(Codecs.class)
  void oneVectorThatIsMuchTooLongHidesNoOther(Codecs named) throws IOException {
    for (IndexSpec index : List.of(ivf(named.codec()), spilled(named.codec()))) {
      for (Metric metric : Metric.values()) {
        Mixture mixture = scaled(metric, 1e30f, row -> row == 3);
        try (SealedSegment segment = seal(linked(mixture, index))) {
          for (int row = 10; row < 100; row += 10) {
            float[] query = mixture.vectors()[row];
            long[] found = search(segment, query, new SearchPlan(100, ALL.probe()));
            long others = LongStream.of(found).filter(label -> label != 30).distinct().count();
            assertEquals(99, others, "%s, %s, row %d".formatted(index, metric, row));
          }
        }
      }
    }
  }

  private static Mixture scaled(Metric metric, float magnitude, IntPredicate which) {
    Mixture mixture = Mixture.of(new VectorSpace(20, metric), 100, 5, 13);
    for (int row = 0; row < 100; row++) {
      for (int i = 0; i < 20; i++) {
        mixture.vectors()[row][i] *= which.test(row) ? magnitude : 1;
      }
    }
    return mixture;
  }

  @ParameterizedTest
  @CsvSource({
    "F32, COSINE",
    "INT8, DOT",
    "RABITQ, EUCLIDEAN",
    "PQ, COSINE",
    "OPQ, EUCLIDEAN",
    "PQ_8, DOT",
    "OPQ_8, COSINE"
  })
  void theFileIsTheSameWithAnyNumberOfThreads(Codecs named, Metric metric) throws IOException {
    IndexSpec index = named == Codecs.RABITQ ? spilled(named.codec()) : ivf(named.codec());
    try (GrowingSegment growing =
        linked(Mixture.of(new VectorSpace(24, metric), 2000, 10, 3), index)) {
      kill(growing, ordinal -> ordinal % 10 == 3);
      Path one = folder.resolve("one");
      growing.seal(one, 3, 1, SealProgress.IGNORED);
      for (int threads : new int[] {1, 2, 5}) {
        Path several = folder.resolve("several");
        growing.seal(several, 3, threads, SealProgress.IGNORED);
        assertEquals(-1, Files.mismatch(one, several), threads + " threads");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void progressRisesToTheTotalOnTheSealingThread(Codecs named) throws IOException {
    Codec codec = named.codec();
    try (GrowingSegment growing = linked(Mixture.of(SPACE, 2000, 10, 4), ivf(codec))) {
      assertProgressRises(growing, folder.resolve("segment"), 2, 2000, 8);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Codecs.class,
      names = {"F32", "INT8", "PQ", "OPQ", "PQ_8"})
  void stoppingAtAnyReportLeavesNeitherAFileNorAThread(Codecs named) throws Exception {
    Codec codec = named.codec();
    IndexSpec index = named == Codecs.PQ ? spilled(codec) : ivf(codec);
    try (GrowingSegment growing = linked(Mixture.of(SPACE, 1000, 10, 5), index)) {
      assertStopsAtAnyReport(growing, folder, 3, 1000, 100);
    }
  }

  @Test
  void anInterruptEndsTheSealingAndLeavesNoFile() throws IOException {
    try (GrowingSegment growing =
        linked(Mixture.of(SPACE, 1000, 10, 6), ivf(new Codec.Pq(0, false)))) {
      Thread.currentThread().interrupt();
      assertThrows(
          ClosedByInterruptException.class,
          () -> growing.seal(folder.resolve("segment"), 1, 2, SealProgress.IGNORED));
      assertTrue(Thread.interrupted());
    }
    assertEmpty(folder);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4294967295",
    "-7, 4294967288",
    "9223372032559808512, 9223372036854775807",
    "0, 4294967296",
    "-9223372036854775807, 9223372036854775807"
  })
  void labelsMayBeAnyDistanceApart(long least, long greatest) throws IOException {
    Mixture mixture = Mixture.of(SPACE, 4, 1, 8);
    GrowingSegment growing = GrowingSegment.create(SPACE, ivf(new Codec.F32()), 4);
    growing.append(Long.MIN_VALUE, mixture.bytes(0), 0);
    growing.append(least, mixture.bytes(1), 0);
    growing.append(least + (1L << 31), mixture.bytes(2), 0);
    growing.append(greatest, mixture.bytes(3), 0);
    growing.publish();
    growing.tombstones().kill(0);
    try (SealedSegment segment = seal(growing)) {
      assertClean(segment);
      assertEquals(-1, segment.ordinalOf(Long.MIN_VALUE));
      long[] labels = {least, least + (1L << 31), greatest};
      for (int position = 0; position < 3; position++) {
        assertEquals(segment.ordinalAt(position), segment.ordinalOf(labels[position]));
        assertEquals(labels[position], search(segment, mixture.vectors()[position + 1], USUAL)[0]);
      }
    }
  }

  @Test
  void vectorsBesideCodesStayMappedAndTheRestIsCopied() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 1000, 10, 9);
    for (Codecs named : Codecs.values()) {
      Codec codec = named.codec();
      Path file = folder.resolve("segment" + named);
      try (GrowingSegment growing = linked(mixture, ivf(codec))) {
        growing.seal(file, 1, 1, SealProgress.IGNORED);
      }
      long rows = 1000L * 80;
      try (SealedSegment mapped = SealedSegment.open(file, SPACE);
          SealedSegment inMemory = SealedSegment.open(file, SPACE, Residence.IN_MEMORY)) {
        assertEquals(0, mapped.copiedBytes());
        assertTrue(inMemory.copiedBytes() > 1000L * (!codec.hasCodes() ? 88 : 8));
        if (codec.hasCodes()) {
          assertTrue(inMemory.copiedBytes() < inMemory.bytes() - rows);
        }
        for (int i = 0; i < 10; i++) {
          float[] query = mixture.vectors()[i * 37];
          assertArrayEquals(search(mapped, query, USUAL), search(inMemory, query, USUAL));
        }
      }
    }
  }

  @Test
  void spacesThatACodecCannotHoldAreRefused() {
    VectorSpace wide = new VectorSpace(4097, Metric.DOT);
    assertEquals(
        "the codec rabitq of an inverted file is for at most 4096 dimensions, got 4097",
        assertThrows(
                IllegalArgumentException.class,
                () -> GrowingSegment.create(wide, ivf(new Codec.Rabitq(0)), 1))
            .getMessage());
    assertEquals(
        "the codec opq of an inverted file is for at most 2048 dimensions, got 4097",
        assertThrows(
                IllegalArgumentException.class,
                () -> GrowingSegment.create(wide, ivf(new Codec.Pq(0, true)), 1))
            .getMessage());
    GrowingSegment.create(wide, ivf(new Codec.Pq(8, false)), 1).close();
    GrowingSegment.create(wide, ivf(new Codec.F32()), 1).close();
  }

  @ParameterizedTest
  @CsvSource({"RABITQ, 4096", "PQ, 4097", "PQ_8, 1025", "OPQ, 260", "INT8, 4097"})
  void veryLongVectorsAreFoundByThemselves(Codecs named, int dimension) throws IOException {
    Codec codec = named.codec();
    Mixture mixture = Mixture.of(new VectorSpace(dimension, Metric.COSINE), 40, 3, 10);
    try (SealedSegment segment = seal(linked(mixture, ivf(codec)))) {
      for (int i = 0; i < 40; i += 7) {
        assertEquals(10L * i, search(segment, mixture.vectors()[i], USUAL)[0]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1025})
  void impossibleNumbersOfThreadsAreRefusedAndLeaveNoFile(int threads) throws IOException {
    try (GrowingSegment growing =
        linked(Mixture.of(SPACE, 100, 1, 11), ivf(new Codec.Pq(0, false)))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> growing.seal(folder.resolve("segment"), 1, threads, SealProgress.IGNORED));
    }
    assertEmpty(folder);
  }

  private SealedSegment seal(GrowingSegment growing) throws IOException {
    try (growing) {
      Path file = Files.createTempFile(folder, "sealed", "");
      growing.seal(file, 1, 1, SealProgress.IGNORED);
      return SealedSegment.open(file, growing.space());
    }
  }

  private static void kill(GrowingSegment segment, IntPredicate who) {
    IntStream.range(0, segment.size()).filter(who).forEach(segment.tombstones()::kill);
  }

  private static long[] labels(int[] ordinals) {
    return Arrays.stream(ordinals).mapToLong(ordinal -> 10L * ordinal).toArray();
  }

  private static IndexSpec ivf(Codec codec) {
    return new IndexSpec.Ivf(new IvfParams(0, 5), codec);
  }

  private static IndexSpec spilled(Codec codec) {
    return new IndexSpec.Ivf(new IvfParams(0, 5, true), codec);
  }
}

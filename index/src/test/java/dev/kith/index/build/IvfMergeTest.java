package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.merge;
import static dev.kith.index.build.SegmentFixture.seal;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Codecs;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Merging segments some of which have inverted files, or into one that has.
final class IvfMergeTest {
  private static final VectorSpace SPACE = new VectorSpace(20, Metric.EUCLIDEAN);
  private static final SearchPlan EXACT = new SearchPlan(10, new Probe.Exact());
  private static final SearchPlan ALL =
      new SearchPlan(10, new Probe.Lists(new Reach.Until(Reach.ALL), OptionalInt.of(65_536)));
  private static final IndexSpec FLAT = new IndexSpec.Flat();
  private static final IndexSpec HNSW =
      new IndexSpec.Hnsw(new HnswParams(8, 60, 5), Layout.COMPACT);
  private static final IndexSpec FAST = new IndexSpec.Hnsw(new HnswParams(8, 60, 5), Layout.FAST);

  @TempDir Path folder;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void holdsTheLiveRowsOfItsInputsAndNothingElse(long seed) throws IOException {
    Random random = new Random(seed);
    VectorSpace space =
        new VectorSpace(1 + random.nextInt(40), List.of(Metric.values()).get(random.nextInt(3)));
    List<IndexSpec> indexes = new ArrayList<>(List.of(FLAT, HNSW, FAST));
    for (Codecs named : Codecs.values()) {
      indexes.add(ivf(0, named.codec()));
    }
    indexes.add(new IndexSpec.Ivf(new IvfParams(0, 5, true), new Codec.Rabitq(0)));
    IndexSpec index = indexes.get((int) (seed % indexes.size()));
    Mixture mixture = Mixture.of(space, 900, 1 + random.nextInt(12), seed);
    boolean[] dead = new boolean[mixture.count()];
    List<SealedSegment> inputs = new ArrayList<>();
    int next = 0;
    while (next < mixture.count()) {
      int from = next;
      int to = Math.min(mixture.count(), from + random.nextInt(450));
      double share = Math.max(0, random.nextDouble(-0.3, 1.1));
      for (int i = from; i < to; i++) {
        dead[i] = random.nextDouble() < share;
      }
      boolean[] buried = dead.clone();
      // One input at least has lists.
      IndexSpec its = indexes.get(3 + random.nextInt(indexes.size() - 3));
      its = inputs.isEmpty() ? its : indexes.get(random.nextInt(indexes.size()));
      SealedSegment input = seal(folder, mixture, its, from, to, i -> buried[i] && i % 2 == 0);
      for (int i = from; i < to; i++) {
        if (dead[i] && i % 2 != 0) {
          assertTrue(input.tombstones().kill(input.ordinalOf(10L * i)));
        }
      }
      inputs.add(input);
      next = to;
    }
    try (SealedSegment merged = merge(folder, index, inputs)) {
      assertClean(merged);
      assertEquals(index, merged.index());
      assertHolds(merged, mixture, dead, inputs);
      for (int i = 0; i < 20; i++) {
        float[] query = mixture.vectors()[random.nextInt(mixture.count())];
        long[] truth =
            Arrays.stream(mixture.nearest(query, 10, mixture.count(), row -> !dead[row]))
                .mapToLong(row -> 10L * row)
                .toArray();
        assertSameBut(truth, search(merged, query, EXACT), space);
        assertSameBut(truth, search(merged, query, ALL), space);
      }
    }
    inputs.forEach(SealedSegment::close);
  }

  /// In one dimension, all angles are the same.
  private static void assertSameBut(long[] truth, long[] found, VectorSpace space) {
    if (space.dimension() == 1) {
      assertEquals(truth.length, found.length);
    } else {
      assertArrayEquals(truth, found);
    }
  }

  private static void assertHolds(
      SealedSegment merged, Mixture mixture, boolean[] dead, List<SealedSegment> inputs) {
    int position = 0;
    for (SealedSegment input : inputs) {
      for (int i = 0; i < input.size(); i++) {
        int ordinal = input.ordinalAt(i);
        long label = input.label(ordinal);
        int there = merged.ordinalOf(label);
        assertEquals(dead[(int) (label / 10)], there < 0, "label " + label);
        if (there >= 0) {
          assertEquals(there, merged.ordinalAt(position++));
          assertEquals(label, merged.label(there));
          assertSameRow(input.rows(), ordinal, merged.rows(), there);
        }
      }
    }
    assertEquals(position, merged.size());
    assertEquals(position, merged.liveCount());
    for (int row = 0; row < mixture.count(); row++) {
      assertEquals(dead[row], merged.ordinalOf(10L * row) < 0, "row " + row);
    }
  }

  private static void assertSameRow(VectorRows a, int ordinalA, VectorRows b, int ordinalB) {
    long bytes = VectorRows.packedBytes(a.space());
    long fromA = a.offset(ordinalA);
    long fromB = b.offset(ordinalB);
    assertEquals(
        -1,
        MemorySegment.mismatch(
            a.segment(), fromA, fromA + bytes, b.segment(), fromB, fromB + bytes));
  }

  @ParameterizedTest
  @CsvSource({
    // Of the lists that suit so many rows, half to twice as many may stay.
    "0, 600, 200, 0, 49, true",
    "0, 600, 1700, 0, 49, true",
    "0, 600, 2000, 0, 102, false",
    "30, 600, 300, 0, 30, true",
    "200, 600, 300, 0, 60, false",
    "30, 600, 300, 30, 30, true",
    "30, 600, 300, 31, 31, false",
    "0, 600, 300, 49, 49, true",
    "0, 600, 300, 60, 60, false"
  })
  void centroidsAreKeptWhileAsManyWouldBeLearnt(
      int had, int rows, int others, int wanted, int lists, boolean kept) throws IOException {
    Mixture mixture = Mixture.of(SPACE, rows + others, 10, 3);
    // The others have none.
    try (SealedSegment first =
            seal(folder, mixture, ivf(had, new Codec.F32()), 0, rows, _ -> false);
        SealedSegment second = seal(folder, mixture, FLAT, rows, rows + others, _ -> false);
        SealedSegment merged =
            merge(folder, ivf(wanted, new Codec.Int8()), List.of(first, second))) {
      assertEquals(lists, centroids(merged).capacity());
      assertEquals(kept, centroids(first).segment().mismatch(centroids(merged).segment()) == -1);
      assertEquals(
          kept, Objects.requireNonNull(merged.centroids()).trained() == 600, "learnt from");
      assertClean(merged);
      long[] truth =
          Arrays.stream(mixture.nearest(mixture.vectors()[5], 10, mixture.count(), _ -> true))
              .mapToLong(row -> 10L * row)
              .toArray();
      assertArrayEquals(truth, search(merged, mixture.vectors()[5], ALL));
    }
  }

  @Test
  void theCentroidsOfTheInputWithTheMostLiveRowsAreKept() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 1500, 10, 4);
    try (SealedSegment first = seal(folder, mixture, ivf(0, new Codec.F32()), 0, 500, _ -> false);
        SealedSegment second =
            seal(folder, mixture, ivf(0, new Codec.Pq(0, false)), 500, 900, _ -> false);
        SealedSegment third =
            seal(folder, mixture, ivf(0, new Codec.F32()), 900, 1500, _ -> false)) {
      for (int ordinal = 0; ordinal < 300; ordinal++) {
        third.tombstones().kill(ordinal);
      }
      try (SealedSegment merged =
          merge(folder, ivf(0, new Codec.F32()), List.of(first, second, third))) {
        assertEquals(1200, merged.size());
        assertEquals(-1, centroids(first).segment().mismatch(centroids(merged).segment()));
      }
      for (int ordinal = 0; ordinal < 200; ordinal++) {
        first.tombstones().kill(ordinal);
      }
      try (SealedSegment merged =
          merge(folder, ivf(0, new Codec.Rabitq(0)), List.of(first, second, third))) {
        assertEquals(1000, merged.size());
        assertEquals(-1, centroids(second).segment().mismatch(centroids(merged).segment()));
      }
    }
  }

  @Test
  void oneInputMergedAloneLosesItsDeadAndKeepsItsCentroids() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 600, 10, 5);
    try (SealedSegment input =
        seal(folder, mixture, ivf(0, new Codec.Pq(0, false)), 0, 600, _ -> false)) {
      for (int ordinal = 0; ordinal < 600; ordinal += 2) {
        input.tombstones().kill(ordinal);
      }
      boolean[] dead = new boolean[600];
      for (int row = 0; row < 600; row++) {
        dead[row] = input.tombstones().isDead(input.ordinalOf(10L * row));
      }
      try (SealedSegment merged = merge(folder, ivf(0, new Codec.Pq(0, false)), List.of(input))) {
        assertHolds(merged, mixture, dead, List.of(input));
        assertEquals(-1, centroids(input).segment().mismatch(centroids(merged).segment()));
      }
    }
  }

  @Test
  void ofTheDeadAloneNothingIsLeftAndNothingIsABeginning() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 100, 10, 6);
    for (IndexSpec index :
        List.of(FLAT, HNSW, ivf(0, new Codec.F32()), ivf(0, new Codec.Rabitq(0)))) {
      try (SealedSegment input =
              seal(folder, mixture, ivf(0, new Codec.Pq(0, false)), 0, 50, _ -> false);
          SealedSegment more =
              seal(folder, mixture, ivf(0, new Codec.Pq(0, false)), 50, 100, _ -> false)) {
        for (int ordinal = 0; ordinal < 50; ordinal++) {
          input.tombstones().kill(ordinal);
        }
        try (SealedSegment none = merge(folder, index, List.of(input))) {
          assertEquals(0, none.size());
          assertClean(none);
          try (SealedSegment merged = merge(folder, index, List.of(none, more))) {
            assertEquals(50, merged.size());
            assertClean(merged);
            assertEquals(700, search(merged, mixture.vectors()[70], ALL)[0]);
          }
        }
      }
    }
  }

  @Test
  void inputsThatDoNotFollowEachOtherAreRefused() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 100, 10, 7);
    try (SealedSegment older = seal(folder, mixture, ivf(0, new Codec.F32()), 0, 50, _ -> false);
        SealedSegment newer = seal(folder, mixture, ivf(0, new Codec.F32()), 50, 100, _ -> false)) {
      String refused =
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      SegmentMerge.start(
                          ivf(0, new Codec.F32()), List.of(newer, older), SealProgress.IGNORED))
              .getMessage();
      assertEquals(
          "segments must follow each other: expected labels above 990, %s begins with 0"
              .formatted(older.file()),
          refused);
      merge(folder, ivf(0, new Codec.F32()), List.of(older, newer)).close();
    }
  }

  @Test
  void anExceptionFromTheProgressEndsItAndLeavesNoFile() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 2000, 10, 8);
    IndexSpec index = ivf(0, new Codec.Rabitq(0));
    Path file = folder.resolve("merged");
    try (SealedSegment older = seal(folder, mixture, index, 0, 1000, _ -> false);
        SealedSegment newer = seal(folder, mixture, index, 1000, 2000, _ -> false);
        SegmentMerge merge =
            SegmentMerge.start(index, List.of(older, newer), SealProgress.IGNORED)) {
      SealProgress cancelled =
          (done, total) -> {
            if (done > total / 2) {
              throw new CancellationException("enough");
            }
          };
      assertThrows(CancellationException.class, () -> merge.write(file, 1, 2, cancelled));
      assertFalse(Files.exists(file));
      merge.write(file, 1, 2, SealProgress.IGNORED);
      assertTrue(Files.exists(file));
    }
  }

  private static VectorRows centroids(SealedSegment segment) {
    return Objects.requireNonNull(segment.centroids()).rows();
  }

  private static IndexSpec ivf(int lists, Codec codec) {
    return new IndexSpec.Ivf(new IvfParams(lists, 5), codec);
  }
}

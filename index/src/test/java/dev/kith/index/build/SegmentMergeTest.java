package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.link;
import static dev.kith.index.build.SegmentFixture.merge;
import static dev.kith.index.build.SegmentFixture.recall;
import static dev.kith.index.build.SegmentFixture.seal;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Merging, held to a plain list of the live rows and to a segment built of them afresh.
final class SegmentMergeTest {
  private static final VectorSpace SPACE = new VectorSpace(24, Metric.COSINE);
  private static final SearchPlan EXACT = new SearchPlan(10, new Probe.Exact());

  @TempDir Path folder;

  private static IndexSpec hnsw(Layout layout) {
    return new IndexSpec.Hnsw(new HnswParams(8, 60, 5), layout);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
  void holdsTheLiveRowsOfItsInputsAndNothingElse(long seed) throws IOException {
    Random random = new Random(seed);
    VectorSpace space =
        new VectorSpace(1 + random.nextInt(40), List.of(Metric.values()).get(random.nextInt(3)));
    List<IndexSpec> indexes =
        List.of(new IndexSpec.Flat(), hnsw(Layout.COMPACT), hnsw(Layout.FAST));
    IndexSpec index = indexes.get((int) (seed % 3));
    Mixture mixture = withTwins(Mixture.of(space, 1500, 1 + random.nextInt(12), seed), random);
    boolean[] dead = new boolean[mixture.count()];
    List<SealedSegment> inputs = new ArrayList<>();
    int next = 0;
    while (next < mixture.count()) {
      int from = next;
      int to = Math.min(mixture.count(), from + random.nextInt(inputs.size() < 5 ? 700 : 1500));
      // Now and then an input of the other layout, or of none.
      IndexSpec its = random.nextInt(5) > 0 ? index : indexes.get(random.nextInt(3));
      boolean[] buried = dying(from, to, random);
      SealedSegment input = seal(folder, mixture, its, from, to, i -> buried[i - from]);
      inputs.add(input);
      boolean[] dying = dying(from, to, random);
      for (int i = from; i < to; i++) {
        dead[i] = buried[i - from] || dying[i - from];
        if (!buried[i - from] && dying[i - from]) {
          input.tombstones().kill(input.ordinalOf(10L * i));
        }
      }
      next = to;
    }
    try (SealedSegment merged = merge(folder, index, inputs)) {
      assertClean(merged);
      assertEquals(index, merged.index());
      assertHolds(merged, mixture, dead, inputs);
      for (int i = 0; i < 30; i++) {
        float[] query = mixture.vectors()[random.nextInt(mixture.count())];
        int[] truth = mixture.nearest(query, 10, mixture.count(), row -> !dead[row]);
        assertEquals(truth.length, search(merged, query, EXACT).length);
      }
    }
    inputs.forEach(SealedSegment::close);
  }

  private static void assertHolds(
      SealedSegment merged, Mixture mixture, boolean[] dead, List<SealedSegment> inputs) {
    int next = 0;
    for (SealedSegment input : inputs) {
      for (int ordinal = 0; ordinal < input.size(); ordinal++) {
        int row = (int) (input.label(ordinal) / 10);
        if (!dead[row]) {
          assertEquals(input.label(ordinal), merged.label(next));
          assertSameRow(input, ordinal, merged, next++, mixture.space().dimension());
        }
      }
    }
    assertEquals(next, merged.size());
    assertEquals(next, merged.liveCount());
  }

  private static void assertSameRow(
      SealedSegment a, int ordinalA, SealedSegment b, int ordinalB, int dimension) {
    long bytes = (long) dimension * Float.BYTES;
    long fromA = a.rows().offset(ordinalA);
    long fromB = b.rows().offset(ordinalB);
    assertEquals(
        -1,
        MemorySegment.mismatch(
            a.rows().segment(), fromA, fromA + bytes, b.rows().segment(), fromB, fromB + bytes));
  }

  /// A tenth of the vectors become copies of a few others, wherever those are.
  private static Mixture withTwins(Mixture mixture, Random random) {
    float[][] vectors = mixture.vectors().clone();
    for (int i = 0; i < vectors.length / 10; i++) {
      vectors[random.nextInt(vectors.length)] = vectors[random.nextInt(5) * 37];
    }
    return new Mixture(mixture.space(), vectors);
  }

  /// None, all, or a random share.
  private static boolean[] dying(int from, int to, Random random) {
    double share = random.nextInt(8) == 0 ? 1 : Math.max(0, random.nextDouble(-0.3, 0.9));
    boolean[] dying = new boolean[to - from];
    for (int i = 0; i < dying.length; i++) {
      dying[i] = random.nextDouble() < share;
    }
    return dying;
  }

  @ParameterizedTest
  @CsvSource({
    "COMPACT, 1, 0.1", "COMPACT, 1, 0.4", "COMPACT, 1, 0.8", "COMPACT, 3, 0", "COMPACT, 4, 0.3",
    "COMPACT, 4, 0.7", "FAST, 1, 0.3", "FAST, 1, 0.8", "FAST, 3, 0", "FAST, 4, 0.3"
  })
  void findsTheNearestAsASegmentBuiltAfreshDoes(Layout layout, int parts, double deadShare)
      throws IOException {
    Mixture all = Mixture.of(SPACE, 6100, 20, 3);
    Mixture base = all.part(0, 6000);
    Mixture queries = all.part(6000, 6100);
    boolean[] dead = new boolean[6000];
    Random random = new Random(4);
    for (int i = 0; i < dead.length; i++) {
      dead[i] = random.nextDouble() < deadShare;
    }
    List<SealedSegment> inputs = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      int from = i * i * 6000 / (parts * parts);
      int to = (i + 1) * (i + 1) * 6000 / (parts * parts);
      SealedSegment input = seal(folder, base, hnsw(layout), from, to, _ -> false);
      for (int row = from; row < to; row++) {
        if (dead[row]) {
          input.tombstones().kill(row - from);
        }
      }
      inputs.add(input);
    }
    try (SealedSegment fresh = seal(folder, base, hnsw(layout), 0, 6000, i -> dead[i]);
        SealedSegment merged = merge(folder, hnsw(layout), inputs)) {
      assertClean(merged);
      double expected = recall(fresh, base, queries, 60, i -> !dead[i]);
      double found = recall(merged, base, queries, 60, i -> !dead[i]);
      assertTrue(found >= expected - 0.01, found + " instead of " + expected);
    }
    inputs.forEach(SealedSegment::close);
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void ofTheDeadAloneNothingIsLeft(Layout layout) throws IOException {
    Mixture mixture = Mixture.of(SPACE, 300, 3, 5);
    List<SealedSegment> inputs =
        List.of(
            seal(folder, mixture, hnsw(layout), 0, 100, _ -> false),
            seal(folder, mixture, hnsw(layout), 100, 300, _ -> false));
    for (SealedSegment input : inputs) {
      for (int ordinal = 0; ordinal < input.size(); ordinal++) {
        input.tombstones().kill(ordinal);
      }
      try (SealedSegment alone = merge(folder, hnsw(layout), List.of(input))) {
        assertEquals(0, alone.size());
      }
    }
    try (SealedSegment merged = merge(folder, hnsw(layout), inputs)) {
      assertEquals(0, merged.size());
      assertEquals(0, search(merged, mixture.vectors()[0], EXACT).length);
      assertClean(merged);
    }
    inputs.forEach(SealedSegment::close);
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void oneRowIsEnough(Layout layout) throws IOException {
    Mixture mixture = Mixture.of(SPACE, 2, 1, 6);
    List<SealedSegment> inputs =
        List.of(
            seal(folder, mixture, hnsw(layout), 0, 1, _ -> true),
            seal(folder, mixture, hnsw(layout), 1, 2, _ -> false));
    try (SealedSegment merged = merge(folder, hnsw(layout), inputs)) {
      assertArrayEquals(new long[] {10}, search(merged, mixture.vectors()[1], EXACT));
      assertClean(merged);
    }
    inputs.forEach(SealedSegment::close);
  }

  @Test
  void anyNumberOfThreadsMayLinkAndTheRowsKilledMeanwhileAreKept() throws Exception {
    Mixture all = Mixture.of(SPACE, 8100, 20, 7);
    Mixture base = all.part(0, 8000);
    IndexSpec index = hnsw(Layout.COMPACT);
    List<SealedSegment> inputs =
        List.of(
            seal(folder, base, index, 0, 3000, _ -> false),
            seal(folder, base, index, 3000, 7000, _ -> false),
            seal(folder, base, index, 7000, 8000, _ -> false));
    Path file = folder.resolve("merged");
    try (SegmentMerge merge = SegmentMerge.start(index, inputs, SealProgress.IGNORED);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      assertEquals(8000, merge.rows());
      inputs.forEach(input -> assertTrue(input.tombstones().kill(5)));
      assertThrows(
          IllegalStateException.class, () -> merge.write(file, 1, 1, SealProgress.IGNORED));
      Callable<Boolean> linker =
          () -> {
            HnswScratch scratch = new HnswScratch();
            boolean more = true;
            while (more) {
              more = merge.linkNext(scratch);
            }
            return true;
          };
      for (Future<Boolean> done : threads.invokeAll(List.of(linker, linker, linker, linker))) {
        assertTrue(done.get());
      }
      assertEquals(8000, merge.linked());
      merge.write(file, 9, 1, SealProgress.IGNORED);
    }
    try (SealedSegment merged = SealedSegment.open(file, SPACE)) {
      assertClean(merged);
      assertEquals(8000, merged.size());
      assertEquals(9, merged.lsn());
      double recall = recall(merged, base, all.part(8000, 8100), 80, _ -> true);
      assertTrue(recall >= 0.97, "recall " + recall);
    }
    inputs.forEach(SealedSegment::close);
  }

  /// Merged again and again, links would get worse with every generation if merging spoilt them.
  @ParameterizedTest
  @EnumSource(Layout.class)
  void aGraphThatIsMergedOftenIsNoWorse(Layout layout) throws IOException {
    Mixture all = Mixture.of(SPACE, 9100, 20, 8);
    Mixture base = all.part(0, 9000);
    SealedSegment merged = seal(folder, base, hnsw(layout), 0, 3000, _ -> false);
    for (int from = 3000; from < 9000; from += 500) {
      int oldest = from - 3000;
      for (int row = oldest; row < oldest + 500; row++) {
        merged.tombstones().kill(merged.ordinalOf(10L * row));
      }
      try (SealedSegment before = merged;
          SealedSegment more = seal(folder, base, hnsw(layout), from, from + 500, _ -> false)) {
        merged = merge(folder, hnsw(layout), List.of(before, more));
      }
      assertClean(merged);
    }
    Mixture queries = all.part(9000, 9100);
    try (SealedSegment fresh = seal(folder, base, hnsw(layout), 0, 9000, i -> i < 6000);
        SealedSegment last = merged) {
      assertEquals(3000, last.size());
      double expected = recall(fresh, base, queries, 40, i -> i >= 6000);
      double found = recall(last, base, queries, 40, i -> i >= 6000);
      assertTrue(found >= expected - 0.01, found + " instead of " + expected);
    }
  }

  @Test
  void noLinksAreKeptOfAGraphThatWasBuiltWithOtherParameters() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 600, 10, 11);
    try (SealedSegment input = seal(folder, mixture, hnsw(Layout.FAST), 0, 600, _ -> false)) {
      for (HnswParams other : List.of(new HnswParams(9, 60, 5), new HnswParams(8, 90, 5))) {
        IndexSpec index = new IndexSpec.Hnsw(other, Layout.COMPACT);
        try (SegmentMerge merge = SegmentMerge.start(index, List.of(input), SealProgress.IGNORED)) {
          assertEquals(0, merge.linked());
        }
        try (SealedSegment merged = merge(folder, index, List.of(input))) {
          assertEquals(index, merged.index());
          assertClean(merged);
        }
      }
      try (SegmentMerge merge =
          SegmentMerge.start(hnsw(Layout.COMPACT), List.of(input), SealProgress.IGNORED)) {
        assertEquals(600, merge.linked());
      }
    }
  }

  @Test
  void anExceptionFromTheProgressEndsItAndLeavesNoFile() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 5000, 5, 9);
    IndexSpec index = hnsw(Layout.COMPACT);
    List<SealedSegment> inputs =
        List.of(
            seal(folder, mixture, index, 0, 2500, _ -> false),
            seal(folder, mixture, index, 2500, 5000, _ -> false));
    SealProgress cancelled =
        (done, total) -> {
          if (done > total / 2) {
            throw new UnsupportedOperationException("cancelled");
          }
        };
    assertThrows(
        UnsupportedOperationException.class, () -> SegmentMerge.start(index, inputs, cancelled));
    Path file = folder.resolve("merged");
    try (SegmentMerge merge = SegmentMerge.start(index, inputs, SealProgress.IGNORED)) {
      link(merge);
      assertThrows(UnsupportedOperationException.class, () -> merge.write(file, 1, 1, cancelled));
    }
    assertFalse(Files.exists(file));
    inputs.forEach(SealedSegment::close);
  }

  @Test
  void inputsThatDoNotFollowEachOtherAreRefused() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 20, 1, 10);
    IndexSpec index = new IndexSpec.Flat();
    try (SealedSegment older = seal(folder, mixture, index, 0, 10, _ -> false);
        SealedSegment newer = seal(folder, mixture, index, 10, 20, _ -> false)) {
      String refused =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> SegmentMerge.start(index, List.of(newer, older), SealProgress.IGNORED))
              .getMessage();
      assertEquals(
          "segments must follow each other: expected labels above 190, %s begins with 0"
              .formatted(older.file()),
          refused);
    }
  }
}

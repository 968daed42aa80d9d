package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.append;
import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.link;
import static dev.kith.index.build.SegmentFixture.recall;
import static dev.kith.index.build.SegmentFixture.seal;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A growing segment whose index is an inverted file, given the centroids of a sealed one.
final class GrowingIvfTest {
  private static final VectorSpace SPACE = new VectorSpace(24, Metric.COSINE);
  private static final IndexSpec IVF = new IndexSpec.Ivf(new IvfParams(0, 5), new Codec.Rabitq(0));
  private static final int MODEL_ROWS = 2_000;
  private static final SearchPlan EXACT = new SearchPlan(10, new Probe.Exact());
  private static final SearchPlan USUAL = new SearchPlan(10, new Probe.Lists());

  @TempDir Path folder;

  /// The first rows of a mixture, sealed.
  private SealedSegment model(Mixture all) throws IOException {
    return seal(folder, all, IVF, 0, MODEL_ROWS, _ -> false);
  }

  private static GrowingSegment createLike(
      SealedSegment model, VectorSpace space, IndexSpec index, int capacity) {
    GrowingSegment segment = GrowingSegment.create(space, index, capacity);
    segment.learnLists(model);
    return segment;
  }

  private static SearchWork work(GrowingSegment segment, float[] query, SearchPlan plan) {
    SearchScratch scratch = new SearchScratch();
    try (QueryBuffer buffer = new QueryBuffer(segment.space())) {
      buffer.set(query);
      segment.probe(plan, buffer, new TopK(10), scratch);
    }
    return scratch.work();
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void findsMostOfTheNearestByReadingFewRowsAndAllExactlyWhenAsked(Metric metric)
      throws IOException {
    Mixture all = Mixture.of(new VectorSpace(24, metric), MODEL_ROWS + 6_040, 60, 1);
    Mixture rows = all.part(MODEL_ROWS, MODEL_ROWS + 6_000);
    Mixture queries = all.part(MODEL_ROWS + 6_000, all.count());
    IntPredicate alive = row -> row % 5 != 2;
    try (SealedSegment model = model(all);
        GrowingSegment growing = createLike(model, all.space(), IVF, 6_000)) {
      append(growing, rows, 0, 6_000);
      link(growing);
      for (int row = 2; row < 6_000; row += 5) {
        growing.tombstones().kill(row);
      }
      assertClean(growing);
      double recall = recall(growing, rows, queries, 100, alive);
      assertTrue(recall > 0.9, metric + ": recall " + recall);
      for (float[] query : queries.vectors()) {
        long[] truth =
            Arrays.stream(rows.nearest(query, 10, 6_000, alive)).mapToLong(i -> 10L * i).toArray();
        assertArrayEquals(truth, search(growing, query, EXACT));
        assertTrue(Arrays.stream(search(growing, query, USUAL)).allMatch(i -> i / 10 % 5 != 2));
        long read = work(growing, query, USUAL).distanceComputations;
        assertTrue(read < 3_000, read + " distances");
        assertEquals(6_000, work(growing, query, EXACT).distanceComputations);
      }
    }
  }

  @Test
  void rowsThatWaitAreFoundAndCounted() throws IOException {
    Mixture all = Mixture.of(SPACE, MODEL_ROWS + 4_000, 60, 2);
    Mixture rows = all.part(MODEL_ROWS, all.count());
    try (SealedSegment model = model(all);
        GrowingSegment growing = createLike(model, SPACE, IVF, 4_000)) {
      append(growing, rows, 0, 3_000);
      HnswScratch scratch = new HnswScratch();
      assertTrue(growing.linkNext(scratch));
      int first = growing.linked();
      assertTrue(first > 0 && first < 100, first + " at a time");
      assertEquals(first, growing.linkedCount());
      link(growing);
      append(growing, rows, 3_000, 4_000);
      assertEquals(3_000, growing.linked());
      assertEquals(3_000, growing.linkedCount());
      long waiting = work(growing, rows.vectors()[0], USUAL).distanceComputations;
      for (int row = 3_000; row < 4_000; row += 10) {
        assertEquals(10L * row, search(growing, rows.vectors()[row], USUAL)[0]);
      }
      link(growing);
      assertFalse(growing.linkNext(scratch));
      long read = work(growing, rows.vectors()[0], USUAL).distanceComputations;
      assertTrue(waiting > read + 500, waiting + " and " + read + " distances");
      assertClean(growing);
    }
  }

  @Test
  void fewRowsAreScanned() throws IOException {
    Mixture all = Mixture.of(SPACE, MODEL_ROWS + 80, 60, 3);
    Mixture rows = all.part(MODEL_ROWS, all.count());
    try (SealedSegment model = model(all);
        GrowingSegment growing = createLike(model, SPACE, IVF, 80)) {
      assertEquals(0, search(growing, rows.vectors()[0], USUAL).length);
      append(growing, rows, 0, 80);
      link(growing);
      assertEquals(80, work(growing, rows.vectors()[0], USUAL).distanceComputations);
    }
  }

  @Test
  void theModelMayBeClosedAndOneOfOtherVectorsOrWithoutListsChangesNothing() throws IOException {
    Mixture all = Mixture.of(SPACE, MODEL_ROWS + 1_000, 60, 4);
    Mixture rows = all.part(MODEL_ROWS, all.count());
    GrowingSegment growing;
    try (SealedSegment model = model(all)) {
      growing = createLike(model, SPACE, IVF, 1_000);
      VectorSpace other = new VectorSpace(24, Metric.DOT);
      IndexSpec graph = new IndexSpec.Hnsw(new HnswParams(8, 60, 5), Layout.COMPACT);
      try (GrowingSegment differs = createLike(model, other, IVF, 10);
          GrowingSegment flat = createLike(model, SPACE, new IndexSpec.Flat(), 1_000);
          GrowingSegment linked = createLike(model, SPACE, graph, 1_000)) {
        append(differs, new Mixture(other, rows.vectors()), 0, 10);
        assertFalse(differs.linkNext(new HnswScratch()));
        append(flat, rows, 0, 1_000);
        assertFalse(flat.linkNext(new HnswScratch()));
        append(linked, rows, 0, 1);
        link(linked);
      }
    }
    try (SealedSegment empty = seal(folder, all, IVF, 0, 0, _ -> false);
        GrowingSegment without = createLike(empty, SPACE, IVF, 10)) {
      append(without, rows, 0, 10);
      assertFalse(without.linkNext(new HnswScratch()));
      assertEquals(10, without.linked());
      assertEquals(10, without.linkedCount());
    }
    try (growing) {
      append(growing, rows, 0, 1_000);
      link(growing);
      assertEquals(70, search(growing, rows.vectors()[7], USUAL)[0]);
    }
  }

  @ParameterizedTest(name = "spilled {0}")
  @ValueSource(booleans = {false, true})
  void memoryOfListsIsCountedAndWithinWhatIsStated(boolean spill) throws IOException {
    Mixture all = Mixture.of(SPACE, MODEL_ROWS + 4_000, 60, 5);
    Mixture rows = all.part(MODEL_ROWS, all.count());
    IndexSpec index = new IndexSpec.Ivf(new IvfParams(0, 5, spill), new Codec.Rabitq(0));
    try (SealedSegment model = seal(folder, all, index, 0, MODEL_ROWS, _ -> false);
        GrowingSegment growing = createLike(model, SPACE, index, 4_000)) {
      append(growing, rows, 0, 4_000);
      long before = growing.bytes();
      link(growing);
      int entries = spill ? 8_000 : 4_000;
      assertTrue(growing.bytes() - before >= 4 * entries - 2 * 90 * 256, "lists are not counted");
      assertTrue(growing.bytes() <= 4_000 * BuildMemory.bytesPerRow(SPACE, index, 1));
    }
  }

  @Test
  void rowsPublishedBeforeTheSegmentKnowsCentroidsWaitAndThenAreInLists() throws IOException {
    Mixture all = Mixture.of(SPACE, MODEL_ROWS + 3_000, 60, 9);
    Mixture rows = all.part(MODEL_ROWS, all.count());
    try (SealedSegment model = model(all);
        GrowingSegment growing = GrowingSegment.create(SPACE, IVF, 3_000)) {
      append(growing, rows, 0, 2_000);
      assertFalse(growing.linkNext(new HnswScratch()));
      assertEquals(2_000, growing.linked());
      long bytes = growing.bytes();
      growing.learnLists(model);
      assertTrue(growing.bytes() > bytes);
      assertEquals(0, growing.linked());
      assertEquals(2_000, work(growing, rows.vectors()[0], USUAL).distanceComputations);
      assertTrue(growing.linkNext(new HnswScratch()));
      growing.learnLists(model); // Once more changes nothing.
      assertTrue(growing.linked() > 0);
      append(growing, rows, 2_000, 3_000);
      link(growing);
      assertEquals(3_000, growing.linkedCount());
      assertTrue(work(growing, rows.vectors()[0], USUAL).distanceComputations < 1_500);
      assertClean(growing);
    }
  }

  @ParameterizedTest(name = "spilled {0}")
  @ValueSource(booleans = {false, true})
  void withTheSameListsItFindsWhatItFindsOnceSealedHoweverManyOfThemAreRead(boolean spill)
      throws IOException {
    Mixture all = Mixture.of(SPACE, MODEL_ROWS + 3_040, 60, 10);
    Mixture rows = all.part(MODEL_ROWS, MODEL_ROWS + 3_000);
    IndexSpec plain = new IndexSpec.Ivf(new IvfParams(0, 5, spill), new Codec.F32());
    try (SealedSegment model = seal(folder, all, plain, 0, MODEL_ROWS, _ -> false);
        GrowingSegment growing = createLike(model, SPACE, plain, 3_000)) {
      append(growing, rows, 0, 3_000);
      Path waiting = folder.resolve("waiting");
      growing.seal(waiting, 1, 1, SealProgress.IGNORED);
      growing.linkNext(new HnswScratch());
      Path begun = folder.resolve("begun");
      growing.seal(begun, 1, 1, SealProgress.IGNORED);
      link(growing);
      Path done = folder.resolve("done");
      growing.seal(done, 1, 1, SealProgress.IGNORED);
      assertEquals(-1, Files.mismatch(waiting, begun));
      assertEquals(-1, Files.mismatch(waiting, done));
      try (SealedSegment sealed = SealedSegment.open(done, SPACE)) {
        for (int nprobe = 1; nprobe < 20; nprobe += 3) {
          SearchPlan plan =
              new SearchPlan(10, new Probe.Lists(new Reach.Until(nprobe), OptionalInt.empty()));
          for (float[] query : all.part(MODEL_ROWS + 3_000, all.count()).vectors()) {
            assertArrayEquals(search(sealed, query, plan), search(growing, query, plan));
            assertTrue(work(growing, query, plan).distanceComputations < 3_000);
          }
        }
      }
    }
  }

  @Test
  void sealingKeepsCentroidsThatSuitAndLearnsOthersOtherwise() throws IOException {
    Mixture all = Mixture.of(SPACE, MODEL_ROWS + 3_000, 60, 6);
    Mixture like = all.part(MODEL_ROWS, all.count());
    // Twice as many rows and a half want about as many lists, a tenth of them does not.
    assertTrue(keepsCentroids(all, like, 3_000));
    assertFalse(keepsCentroids(all, like, 200));
    assertFalse(keepsCentroids(all, Mixture.of(SPACE, 3_000, 60, 7), 3_000), "drifted");
  }

  private boolean keepsCentroids(Mixture all, Mixture rows, int count) throws IOException {
    Path file = folder.resolve("kept");
    try (SealedSegment model = model(all);
        GrowingSegment growing = createLike(model, SPACE, IVF, count)) {
      append(growing, rows, 0, count);
      if (count > 1_000) {
        growing.linkNext(new HnswScratch()); // The rest waits when it is sealed.
      }
      growing.seal(file, 1, 1, SealProgress.IGNORED);
      try (SealedSegment sealed = SealedSegment.open(file, SPACE)) {
        assertClean(sealed);
        assertEquals(count, sealed.size());
        assertEquals(50, search(sealed, rows.vectors()[5], EXACT)[0]);
        return Objects.requireNonNull(sealed.centroids())
                .rows()
                .segment()
                .mismatch(Objects.requireNonNull(model.centroids()).rows().segment())
            == -1;
      }
    }
  }

  @Test
  void whileRowsComeAndGoASearchFindsWhatWasPublishedAndNothingThatWasDead() throws Exception {
    int count = 12_000;
    Mixture all = Mixture.of(SPACE, MODEL_ROWS + count, 60, 8);
    Mixture rows = all.part(MODEL_ROWS, all.count());
    try (SealedSegment model = model(all);
        GrowingSegment growing = GrowingSegment.create(SPACE, IVF, count);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      AtomicBoolean appending = new AtomicBoolean(true);
      List<Future<?>> work = new ArrayList<>();
      for (int linker = 0; linker < 2; linker++) {
        work.add(threads.submit(() -> linkUntilDone(growing, appending)));
      }
      work.add(threads.submit(() -> searchNewest(growing, rows, appending)));
      work.add(
          threads.submit(
              () -> {
                try {
                  for (int from = 0; from < count; from += 50) {
                    if (from == 2_000) {
                      growing.learnLists(model);
                    }
                    append(growing, rows, from, from + 50);
                    for (int row = from; row < from + 50; row += 7) {
                      growing.tombstones().kill(row);
                    }
                  }
                } finally {
                  appending.set(false);
                }
              }));
      for (Future<?> done : work) {
        done.get();
      }
      assertEquals(count, growing.linked());
      assertClean(growing);
    }
  }

  private static void linkUntilDone(GrowingSegment segment, AtomicBoolean appending) {
    HnswScratch scratch = new HnswScratch();
    while (true) {
      boolean more = appending.get();
      if (!segment.linkNext(scratch)) {
        if (!more) {
          return;
        }
        Thread.onSpinWait();
      }
    }
  }

  /// Looks for rows by their own vectors: the list that a row is in is the nearest to it.
  private static void searchNewest(GrowingSegment segment, Mixture rows, AtomicBoolean appending) {
    for (int back = 0; appending.get(); back = (back + 13) % 1_000) {
      int size = segment.size();
      int row = size - 1 - back;
      if (row >= 0) {
        boolean alive = !segment.tombstones().isDead(row);
        long[] found = search(segment, rows.vectors()[row], USUAL);
        boolean diedMeanwhile = alive && segment.tombstones().isDead(row);
        assertTrue(diedMeanwhile || alive == (found[0] == 10L * row), "row " + row);
        assertEquals(found.length, Arrays.stream(found).distinct().count());
      }
    }
  }
}

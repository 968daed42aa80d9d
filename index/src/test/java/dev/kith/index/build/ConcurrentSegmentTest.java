package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.recall;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Lease;
import dev.kith.index.store.Published;
import dev.kith.index.store.Resource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConcurrentSegmentTest {
  private static final VectorSpace SPACE = new VectorSpace(24, Metric.COSINE);
  private static final IndexSpec HNSW =
      new IndexSpec.Hnsw(new HnswParams(8, 60, 5), Layout.COMPACT);
  private static final SearchPlan BEAM = new SearchPlan(10, new Probe.Beam(60));
  private static final int COUNT = 6000;

  @TempDir Path folder;

  @Test
  void aPublishedRowIsFoundWhateverTheLinkersAreDoing() throws Exception {
    Mixture mixture = Mixture.of(SPACE, COUNT, 30, 1);
    try (GrowingSegment segment = GrowingSegment.create(SPACE, HNSW, COUNT);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      AtomicBoolean appending = new AtomicBoolean(true);
      List<Future<?>> work = new ArrayList<>();
      for (int linker = 0; linker < 2; linker++) {
        work.add(threads.submit(() -> linkUntilDone(segment, appending)));
      }
      work.add(threads.submit(() -> searchNewest(segment, mixture, appending)));
      work.add(
          threads.submit(
              () -> {
                try {
                  for (int from = 0; from < COUNT; from += 50) {
                    SegmentFixture.append(segment, mixture, from, from + 50);
                  }
                } finally {
                  appending.set(false);
                }
              }));
      for (Future<?> done : work) {
        done.get();
      }
      assertEquals(COUNT, segment.linked());
      assertClean(segment);
      Mixture queries = new Mixture(SPACE, Arrays.copyOf(mixture.vectors(), 60));
      double recall = recall(segment, mixture, queries, 60, ordinal -> true);
      assertTrue(recall >= 0.97, "recall " + recall);
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

  /// The tail and what the graph has just taken in; a row in the graph is found but for the rare
  /// one that a beam of 60 misses.
  private static void searchNewest(
      GrowingSegment segment, Mixture mixture, AtomicBoolean appending) {
    int searches = 0;
    int missed = 0;
    for (int back = 0; appending.get(); back = (back + 13) % 400) {
      int size = segment.size();
      int row = size - 1 - back;
      if (row >= 0) {
        boolean found = search(segment, mixture.vectors()[row], BEAM)[0] == 10L * row;
        // Not linked even now: the search met it in the tail.
        assertTrue(found || row < segment.linked(), "row %d of the tail".formatted(row));
        searches++;
        missed += found ? 0 : 1;
      }
    }
    assertTrue(missed <= searches / 50, "%d of %d missed".formatted(missed, searches));
  }

  /// What a collection publishes: one segment, growing or sealed.
  private record Snapshot(SegmentReader segment, Resource owner) implements Resource {
    @Override
    public void close() {
      owner.close();
    }
  }

  @Test
  void searchesGoOnWhileAGrowingSegmentIsReplacedByItsSealedSelf() throws Exception {
    Mixture mixture = Mixture.of(SPACE, 3000, 10, 2);
    GrowingSegment growing = SegmentFixture.linked(mixture, HNSW);
    for (int i = 0; i < 3000; i += 4) {
      growing.tombstones().kill(i);
    }
    try (Published<Snapshot> published = new Published<>(new Snapshot(growing, growing));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      AtomicBoolean replacing = new AtomicBoolean(true);
      List<Future<Integer>> searches = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        int first = reader;
        searches.add(threads.submit(() -> searchLeased(published, mixture, first, replacing)));
      }
      try {
        growing.seal(folder.resolve("segment"), 9, 1, SealProgress.IGNORED);
        assertClean(growing);
        for (int version = 0; version < 20; version++) {
          SealedSegment sealed = SealedSegment.open(folder.resolve("segment"), SPACE);
          assertClean(sealed);
          published.publish(new Snapshot(sealed, sealed));
        }
      } finally {
        replacing.set(false);
      }
      for (Future<Integer> done : searches) {
        assertTrue(done.get() > 0);
      }
    }
  }

  private static int searchLeased(
      Published<Snapshot> published, Mixture mixture, int first, AtomicBoolean replacing) {
    PlanRunner runner = new PlanRunner();
    int searches = 0;
    try (QueryBuffer query = new QueryBuffer(SPACE)) {
      for (int i = first; replacing.get() || searches == 0; i = (i + 7) % 3000) {
        try (Lease<Snapshot> lease = published.acquire()) {
          SegmentReader segment = lease.get().segment();
          query.set(mixture.vectors()[i]);
          assertTrue(runner.run(BEAM, query, List.of(segment), () -> false));
          assertEquals(10, runner.size());
          for (int rank = 0; rank < 10; rank++) {
            long label = segment.label(runner.ordinal(rank));
            assertTrue(label / 10 % 4 != 0, "label " + label + " is dead");
          }
        }
        searches++;
      }
    }
    return searches;
  }
}

package dev.kith.server.bulk;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.hnsw.HnswScratch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/// Links all published rows of a segment, with several threads.
final class SegmentLinking {
  private static final int REPORT_ROWS = 256;

  private SegmentLinking() {}

  /// @param progress hears how many rows are linked, on any thread
  static void link(GrowingSegment segment, int threads, LongConsumer progress) {
    try (ExecutorService workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("kith-linker-", 0).factory())) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(workers.submit(() -> linkAll(segment, progress)));
      }
      for (Future<?> worker : running) {
        worker.get();
      }
    } catch (ExecutionException failure) {
      throw new IllegalStateException("linking failed: " + failure.getCause(), failure.getCause());
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while linking", hurried);
    }
    progress.accept(segment.size());
  }

  private static void linkAll(GrowingSegment segment, LongConsumer progress) {
    HnswScratch scratch = new HnswScratch();
    int linked = 0;
    while (segment.linkNext(scratch)) {
      if (++linked % REPORT_ROWS == 0) {
        progress.accept(segment.linked());
      }
    }
  }
}

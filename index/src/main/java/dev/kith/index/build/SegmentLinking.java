package dev.kith.index.build;

import dev.kith.index.hnsw.HnswScratch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// Links all published rows of a segment that nobody else links, with several threads.
public final class SegmentLinking {
  private static final int REPORT_ROWS = 256;

  /// Measured on 80,000 rows of GloVe-100 and 40,000 definitions of WordNet, m 16: the estimate
  /// takes about a twentieth of the time of linking. A sample of 2,000 takes three to four times as
  /// long and saves searches less on the former, more on the latter.
  private static final LocalDimensions.Sample SAMPLE = new LocalDimensions.Sample(500, 20, 1);

  private static final long SEED = 1;

  private final GrowingSegment segment;
  private final int threads;
  private final LongConsumer progress;
  private final AtomicLong linked = new AtomicLong();

  private SegmentLinking(GrowingSegment segment, int threads, LongConsumer progress) {
    this.segment = segment;
    this.threads = threads;
    this.progress = progress;
  }

  /// Links them; a segment without a graph stays as it is.
  ///
  /// @param segment none of whose rows is linked, unless the order is NATURAL
  /// @param threads at least 1; with one, the same rows give the same graph
  /// @param progress hears how many rows are linked, on any thread
  /// @throws IllegalStateException if the calling thread is interrupted
  public static void link(
      GrowingSegment segment, LinkOrder order, int threads, LongConsumer progress) {
    if (segment.size() > 0) {
      SegmentLinking linking = new SegmentLinking(segment, threads, progress);
      switch (order) {
        case NATURAL -> {}
        case NEAR -> linking.orderByPlace();
        case LID -> linking.orderByDimension();
      }
      linking.onEveryThread(linking::linkRows);
    }
    progress.accept(segment.size());
  }

  private void orderByPlace() {
    NearbyRows nearby = new NearbyRows(segment.rows(), segment.size(), SEED);
    onEveryThread(() -> nearby.arrange(() -> {}));
    segment.linkInOrder(nearby.order());
  }

  private void orderByDimension() {
    try (LocalDimensions dimensions = new LocalDimensions(segment.rows(), segment.size(), SAMPLE)) {
      onEveryThread(dimensions::estimate);
      segment.linkInOrder(dimensions.descending());
    }
  }

  private void linkRows() {
    HnswScratch scratch = new HnswScratch();
    int unreported = 0;
    while (segment.linkNext(scratch)) {
      if (++unreported == REPORT_ROWS) {
        progress.accept(linked.addAndGet(unreported));
        unreported = 0;
      }
    }
  }

  private void onEveryThread(Runnable work) {
    try (ExecutorService workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("kith-linker-", 0).factory())) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(workers.submit(work));
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
  }
}

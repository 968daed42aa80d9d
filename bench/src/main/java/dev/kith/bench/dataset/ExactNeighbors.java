package dev.kith.bench.dataset;

import dev.kith.client.file.IntMatrix;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/// Finds the true neighbours of queries by comparing each with every base vector.
///
/// Base vectors are taken in blocks that stay in the second-level cache while a group of queries
/// passes over them, so memory is read once a group, not once a query. Ties go to the smaller row.
public final class ExactNeighbors {

  // 1 MiB of a 2 MiB second-level cache.
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int GROUP = 64;

  private final VectorSpace space;
  private final FloatMatrix base;
  private final FloatMatrix queries;
  private final int limit;

  private ExactNeighbors(VectorSpace space, FloatMatrix base, FloatMatrix queries, int k) {
    this.space = space;
    this.base = base;
    this.queries = queries;
    this.limit = Math.min(k, base.rows());
  }

  /// Returns the `min(k, base rows)` nearest base rows of every query.
  ///
  /// @param threads threads to work on, at least 1
  /// @param progress told how many more queries are done, from several threads
  public static IntMatrix find(
      VectorSpace space,
      FloatMatrix base,
      FloatMatrix queries,
      int k,
      int threads,
      IntConsumer progress)
      throws InterruptedException {
    return new ExactNeighbors(space, base, queries, k).find(threads, progress);
  }

  private IntMatrix find(int threads, IntConsumer progress) throws InterruptedException {
    int[] found = new int[queries.rows() * limit];
    try (Arena arena = Arena.ofShared();
        ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      VectorRows rows = VectorRows.reserve(space, base.rows(), arena);
      for (int row = 0; row < base.rows(); row++) {
        rows.set(row, base.data(), base.offset(row));
      }
      AtomicInteger nextGroup = new AtomicInteger();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(workers.submit(() -> work(rows, nextGroup, found, progress)));
      }
      for (Future<?> worker : running) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("exact search failed: " + e.getCause(), e.getCause());
    }
    return new IntMatrix(queries.rows(), limit, found);
  }

  private void work(VectorRows rows, AtomicInteger nextGroup, int[] found, IntConsumer progress) {
    TopK[] best = new TopK[GROUP];
    QueryBuffer[] group = new QueryBuffer[GROUP];
    for (int i = 0; i < GROUP; i++) {
      best[i] = new TopK(limit);
      group[i] = new QueryBuffer(space);
    }
    F32Scorer scorer = new F32Scorer();
    int blockRows = Math.max(1, BLOCK_BYTES / (rows.paddedDimension() * Float.BYTES));
    float[] scores = new float[blockRows];
    try {
      while (!Thread.currentThread().isInterrupted()) {
        int from = nextGroup.getAndIncrement() * GROUP;
        if (from < 0 || from >= queries.rows()) {
          return;
        }
        int count = Math.min(GROUP, queries.rows() - from);
        for (int i = 0; i < count; i++) {
          best[i].reset(limit);
          group[i].set(queries.data(), queries.offset(from + i));
        }
        for (int block = 0; block < base.rows(); block += blockRows) {
          int length = Math.min(blockRows, base.rows() - block);
          for (int i = 0; i < count; i++) {
            scorer.bind(rows, group[i]).scoreRange(block, length, scores);
            offer(block, length, scores, best[i]);
          }
        }
        float[] drained = new float[limit];
        int[] ordinals = new int[limit];
        for (int i = 0; i < count; i++) {
          best[i].drainTo(ordinals, drained);
          System.arraycopy(ordinals, 0, found, (from + i) * limit, limit);
        }
        progress.accept(count);
      }
    } finally {
      for (QueryBuffer buffer : group) {
        buffer.close();
      }
    }
  }

  private static void offer(int first, int count, float[] scores, TopK best) {
    float floor = best.floor();
    for (int i = 0; i < count; i++) {
      if (scores[i] > floor && best.offer(first + i, scores[i])) {
        floor = best.floor();
      }
    }
  }
}

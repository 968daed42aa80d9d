package dev.kith.server.collection;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.kith.index.hnsw.HnswScratch;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// One thread that merges sealed segments, a merge of each collection in turn. Linkers that have
/// nothing else to do help it.
///
/// Beside the [Sealer]: a merge may take long, and full segments in memory must not wait for it. A
/// merge that fails (a full disk, say) is repeated after a while; until then its segments are
/// searched as they are.
final class Merger implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Merger.class.getName());
  private static final long RETRY_SECONDS = 30;

  private final HnswScratch scratch = new HnswScratch();
  private final List<MergeQueue> queues = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("kith-merger-", 0).factory());
  private volatile boolean closed;
  private volatile MergeStats stats = MergeStats.NONE;

  Merger() {
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /// What was done so far.
  MergeStats stats() {
    return stats;
  }

  /// Works on a collection until nothing there is worth merging.
  void add(MergeQueue queue) {
    queues.add(queue);
    schedule(queue, 0);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // run() lets nothing escape.
  private void schedule(MergeQueue queue, long delaySeconds) {
    try {
      thread.schedule(() -> run(queue), delaySeconds, TimeUnit.SECONDS);
    } catch (RejectedExecutionException stopping) {
      giveUp(queue, new RefusedException(new Refusal.NotServing("stopping")));
    }
  }

  private void run(MergeQueue queue) {
    long begun = System.nanoTime();
    stats = stats.begun();
    try {
      queues.remove(queue);
      Optional<MergeJob.Outcome> outcome = queue.mergeOnce(scratch, () -> closed);
      double seconds = (System.nanoTime() - begun) / 1e9;
      stats =
          outcome
              .map(done -> stats.finished(done.rows(), done.removed(), seconds))
              .orElse(stats.idle());
      if (outcome.isPresent()) {
        queue.tirePatient();
        add(queue);
      }
    } catch (RefusedException refused) {
      stats = stats.failed();
      if (refused.refusal() instanceof Refusal.Overloaded
          || refused.refusal() instanceof Refusal.DiskFull) {
        putOff(queue, refused);
      } else {
        giveUp(queue, refused); // Deleted, fenced or stopping.
      }
    } catch (IOException failure) {
      stats = stats.failed();
      putOff(queue, failure);
    } catch (RuntimeException bug) {
      stats = stats.failed();
      LOG.log(ERROR, "merging failed; the collection is not merged until restart", bug);
      giveUp(queue, bug);
    }
  }

  private void putOff(MergeQueue queue, Exception failure) {
    LOG.log(WARNING, "merging is tried again in " + RETRY_SECONDS + " s", failure);
    queues.add(queue);
    queue.fail(failure, false);
    schedule(queue, RETRY_SECONDS);
  }

  private void giveUp(MergeQueue queue, Exception failure) {
    queues.remove(queue);
    queue.fail(failure, true);
  }

  /// Stops at the next step of the merge under way, which leaves everything as it was.
  @Override
  public void close() {
    closed = true;
    thread.shutdown();
    thread.close();
    for (MergeQueue queue : queues) {
      giveUp(queue, new RefusedException(new Refusal.NotServing("stopping")));
    }
  }
}

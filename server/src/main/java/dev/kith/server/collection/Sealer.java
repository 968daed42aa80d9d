package dev.kith.server.collection;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.kith.index.hnsw.HnswScratch;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// One thread that writes full segments to files, in the order in which they filled up.
///
/// An attempt that fails (a full disk, say) is repeated after a while; until then the segment stays
/// in memory and is searched there.
final class Sealer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Sealer.class.getName());
  private static final long RETRY_SECONDS = 30;

  private final HnswScratch scratch = new HnswScratch();
  private final List<SealJob> jobs = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("kith-sealer-", 0).factory());
  private volatile boolean closed;

  Sealer() {
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  void add(SealJob job) {
    jobs.add(job);
    schedule(job, 0);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // run() lets nothing escape.
  private void schedule(SealJob job, long delaySeconds) {
    try {
      thread.schedule(() -> run(job), delaySeconds, TimeUnit.SECONDS);
    } catch (RejectedExecutionException stopping) {
      giveUp(job, new RefusedException(new Refusal.NotServing("stopping")));
    }
  }

  private void run(SealJob job) {
    if (!job.begin()) {
      jobs.remove(job); // It was held back meanwhile.
      return;
    }
    try {
      job.run(scratch, () -> closed);
      jobs.remove(job);
      job.succeed();
    } catch (RefusedException refused) {
      if (refused.refusal() instanceof Refusal.Overloaded
          || refused.refusal() instanceof Refusal.DiskFull) {
        putOff(job, refused);
      } else {
        giveUp(job, refused); // Deleted, fenced or stopping.
      }
    } catch (CancellationException asked) {
      jobs.remove(job);
      job.held(asked);
    } catch (IOException failure) {
      putOff(job, failure);
    } catch (RuntimeException bug) {
      LOG.log(ERROR, "sealing failed; the segment stays in memory until restart", bug);
      giveUp(job, bug);
    }
  }

  private void putOff(SealJob job, Exception failure) {
    LOG.log(WARNING, "sealing is tried again in " + RETRY_SECONDS + " s", failure);
    job.putOff(failure);
    schedule(job, RETRY_SECONDS);
  }

  private void giveUp(SealJob job, Exception failure) {
    jobs.remove(job);
    job.giveUp(failure);
  }

  /// Stops at the next step of the job under way. What is not sealed is read from the store at the
  /// next start.
  @Override
  public void close() {
    closed = true;
    thread.shutdown();
    thread.close();
    for (SealJob job : jobs) {
      giveUp(job, new RefusedException(new Refusal.NotServing("stopping")));
    }
  }
}

package dev.kith.server.search;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs searches on as many threads as there are cores, and refuses what would only wait.
///
/// A search computes and hardly ever blocks, so more threads than cores would only make all of them
/// slower. Each thread owns one [SearchWorker] and with it all scratch space: nothing is allocated
/// or shared per query. The queue is short because a long one turns overload into answers that come
/// after their deadline.
public final class SearchPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SearchPool.class);
  private static final Duration RETRY_AFTER = Duration.ofMillis(50);
  private static final long POLL_MILLIS = 100;

  private final BlockingQueue<SearchJob> queue;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean closed;

  /// @param threadCount threads, usually as many as there are cores
  /// @param queueLimit searches that may wait
  public SearchPool(int threadCount, int queueLimit) {
    this.queue = new ArrayBlockingQueue<>(queueLimit);
    for (int i = 0; i < threadCount; i++) {
      threads.add(Thread.ofPlatform().name("kith-search-" + i).start(this::work));
    }
  }

  /// Has `job` run on a thread of the pool.
  ///
  /// @throws RefusedException if the queue is full or the pool is closed
  public void submit(SearchJob job) {
    if (closed) {
      throw new RefusedException(new Refusal.NotServing("stopping"));
    }
    if (!queue.offer(job)) {
      throw new RefusedException(new Refusal.Overloaded(RETRY_AFTER));
    }
  }

  /// Number of threads.
  public int threads() {
    return threads.size();
  }

  /// Searches waiting for a thread.
  public int queued() {
    return queue.size();
  }

  /// Searches being run.
  public int running() {
    return running.get();
  }

  private void work() {
    try (SearchWorker worker = new SearchWorker()) {
      while (true) {
        SearchJob job = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (job != null) {
          runOne(job, worker);
        } else if (closed) {
          return;
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings("CatchingUnchecked") // A job that breaks its promise must not cost a thread.
  private void runOne(SearchJob job, SearchWorker worker) {
    running.incrementAndGet();
    try {
      job.run(worker);
    } catch (RuntimeException fault) {
      LOG.error("a search let an exception out", fault);
    } finally {
      running.decrementAndGet();
    }
  }

  /// Takes no more searches, finishes those that wait, and returns when all are done.
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException keepWaiting) {
          interrupted = true; // Scratch memory must not be freed under a running search.
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// A search to run. Must not throw: it answers its caller itself.
  @FunctionalInterface
  public interface SearchJob {
    /// Runs on a thread of the pool.
    ///
    /// @param worker scratch space of the thread
    void run(SearchWorker worker);
  }
}

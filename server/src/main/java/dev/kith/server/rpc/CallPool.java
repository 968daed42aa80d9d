package dev.kith.server.rpc;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs the calls that may wait for the disk, so that neither event loops nor searches do.
///
/// Platform threads, not virtual ones: a read inside RocksDB is native code, which would pin the
/// few carrier threads that all virtual threads share.
final class CallPool implements AutoCloseable {
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  private final ThreadPoolExecutor threads;

  CallPool(int threads, int queueLimit) {
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queueLimit),
            Thread.ofPlatform().name("kith-call-", 0).factory());
    this.threads.allowCoreThreadTimeOut(true);
  }

  /// Runs `call` on a thread of the pool.
  ///
  /// @throws RefusedException if the queue is full, or the pool is closed
  void execute(Runnable call) {
    try {
      threads.execute(call);
    } catch (RejectedExecutionException full) {
      throw new RefusedException(
          threads.isShutdown()
              ? new Refusal.NotServing("stopping")
              : new Refusal.Overloaded(RETRY_AFTER));
    }
  }

  /// Calls waiting for a thread.
  int queued() {
    return threads.getQueue().size();
  }

  @Override
  public void close() {
    threads.close();
  }
}

package dev.kith.server.collection;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/// One thread that tries indexes on the points of collections, one collection after another.
///
/// Beside the [Merger]: a trial takes a while, and neither merges nor segments that are sealed wait
/// for it.
final class TrialRunner implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("kith-trial-", 0).factory());
  private final Trial trial;
  private volatile boolean closed;

  /// @param trial how indexes are tried
  TrialRunner(Trial trial) {
    this.trial = trial;
  }

  /// How indexes are tried.
  Trial trial() {
    return trial;
  }

  /// Runs something on the thread once what was added before is done.
  ///
  /// @return false if the catalog is closing
  boolean add(Runnable work) {
    try {
      thread.execute(work);
      return true;
    } catch (RejectedExecutionException stopping) {
      return false;
    }
  }

  /// Whether trials are to end at their next step.
  boolean isClosed() {
    return closed;
  }

  /// Stops the trial under way at its next step, and those that wait at their first.
  @Override
  public void close() {
    closed = true;
    thread.close();
  }
}

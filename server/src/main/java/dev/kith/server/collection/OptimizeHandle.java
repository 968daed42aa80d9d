package dev.kith.server.collection;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// An optimization under way: everything written before it began is being linked and sealed.
///
/// Goes on when nobody watches. Thread-safe.
public final class OptimizeHandle {
  private final List<SealJob> jobs;
  private final CompletableFuture<Boolean> done;

  OptimizeHandle(List<SealJob> jobs) {
    this.jobs = List.copyOf(jobs);
    this.done =
        CompletableFuture.allOf(
                this.jobs.stream().map(SealJob::attempt).toArray(CompletableFuture<?>[]::new))
            .thenApply(nothing -> true);
  }

  /// What an optimization is at.
  public enum Phase {
    /// Linking rows into the graph.
    LINKING,
    /// Writing and publishing sealed segments.
    SEALING,
    /// Nothing is left to do.
    FINISHED
  }

  /// How far it has come.
  ///
  /// @param phase what is being done
  /// @param completed rows dealt with in this phase
  /// @param total rows of this phase in all
  /// @param done whether it has ended, well or not
  public record Progress(Phase phase, long completed, long total, boolean done) {}

  /// How far it has come.
  public Progress progress() {
    long total = 0;
    long linked = 0;
    long written = 0;
    for (SealJob job : jobs) {
      boolean sealed = job.isEnded();
      total += job.total();
      linked += sealed || job.isWriting() ? job.total() : job.linked();
      written += sealed ? job.total() : job.written();
    }
    if (done.isDone()) {
      return new Progress(Phase.FINISHED, total, total, true);
    }
    return linked < total
        ? new Progress(Phase.LINKING, linked, total, false)
        : new Progress(Phase.SEALING, Math.min(written, total), total, false);
  }

  /// Whether it has ended, well or not.
  public boolean isDone() {
    return done.isDone();
  }

  /// Waits for the end.
  ///
  /// @throws dev.kith.server.refusal.RefusedException if it could not be finished
  public void join() {
    Waiting.on(done);
  }

  /// Completes with true at the end, exceptionally if it could not be finished.
  public CompletableFuture<Boolean> done() {
    return done.copy();
  }
}

package dev.kith.server.collection;

import static java.lang.System.Logger.Level.ERROR;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.plan.RecallSample;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// An optimization under way: everything written before it began is being linked and sealed; where
/// the policy is to choose an index, indexes are tried; then the segments that are worth it are
/// merged, or rebuilt for another index; last, the recall of a sample is measured.
///
/// Goes on when nobody watches. Thread-safe. A thread of its own looks at it five times a second
/// for speed and memory, and measures the recall at the end.
public final class OptimizeHandle {
  private static final System.Logger LOG = System.getLogger(OptimizeHandle.class.getName());
  private static final long LOOK_MILLIS = 200;

  private final List<SealJob> jobs;
  private final MergeQueue merges;
  private final AutoPilot pilot;
  private volatile Goal goal;
  private final Function<BooleanSupplier, Optional<RecallSample.Result>> measure;
  private final CompletableFuture<?> work;
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();
  private final RateMeter rate = new RateMeter();
  private final long startNanos = System.nanoTime();
  private final long unlinkedAtStart;
  private volatile boolean cancelled;

  /// What is done once every row is sealed.
  private volatile Phase phase = Phase.MERGING;

  private volatile boolean finishing;
  private volatile long peakResident;
  private volatile Report report = new Report(0, 0, 0, 0, Optional.empty());

  private OptimizeHandle(
      List<SealJob> jobs,
      MergeQueue merges,
      AutoPilot pilot,
      Goal goal,
      Function<BooleanSupplier, Optional<RecallSample.Result>> measure) {
    this.jobs = List.copyOf(jobs);
    this.merges = merges;
    this.pilot = pilot;
    this.goal = goal;
    this.measure = measure;
    this.unlinkedAtStart = unlinked();
    this.work =
        CompletableFuture.allOf(
            this.jobs.stream().map(SealJob::attempt).toArray(CompletableFuture<?>[]::new));
  }

  /// What an optimization brings about.
  ///
  /// @param lsn LSN of the last write that it covers
  /// @param index what all segments are to keep
  record Goal(long lsn, IndexSpec index) {}

  /// Starts to watch jobs, which the caller queues.
  ///
  /// @param measure measures the recall, until what it is given becomes true
  static OptimizeHandle start(
      List<SealJob> jobs,
      MergeQueue merges,
      AutoPilot pilot,
      Goal goal,
      Function<BooleanSupplier, Optional<RecallSample.Result>> measure) {
    OptimizeHandle handle = new OptimizeHandle(jobs, merges, pilot, goal, measure);
    Thread.ofPlatform().daemon().name("kith-optimize").start(handle::watch);
    return handle;
  }

  /// What an optimization is at.
  public enum Phase {
    /// Linking rows into the graph.
    LINKING,
    /// Writing and publishing sealed segments.
    SEALING,
    /// Trying indexes on a sample, to choose the best.
    TRYING,
    /// Merging sealed segments: ridding them of dead rows, making one of several, rebuilding those
    /// of another index policy.
    MERGING,
    /// Measuring the recall of a sample.
    MEASURING,
    /// Nothing is left to do.
    FINISHED,
    /// Somebody stopped it.
    CANCELLED
  }

  /// How far it has come.
  ///
  /// @param phase what is being done
  /// @param completed rows dealt with in this phase
  /// @param total rows of this phase in all
  /// @param done whether it has ended, well or not
  /// @param pointsPerSecond rows dealt with a second, lately; 0 if that cannot be told
  /// @param remainingSeconds what this phase takes at that speed; empty if that cannot be told
  public record Progress(
      Phase phase,
      long completed,
      long total,
      boolean done,
      double pointsPerSecond,
      OptionalDouble remainingSeconds) {}

  /// What it has achieved.
  ///
  /// @param linkedPoints rows linked while it ran
  /// @param pointsPerSecond rows linked a second, until the last one was sealed
  /// @param seconds until the last segment was written, trials of indexes included
  /// @param peakResidentBytes most physical memory of the process while it ran; 0 if unknown
  /// @param recall of a sample; empty if it was not measured
  public record Report(
      long linkedPoints,
      double pointsPerSecond,
      double seconds,
      long peakResidentBytes,
      Optional<RecallSample.Result> recall) {}

  private long unlinked() {
    return jobs.stream()
        .filter(job -> !job.isEnded())
        .mapToLong(job -> Math.max(0, job.total() - job.linked()))
        .sum();
  }

  private void watch() {
    try {
      while (!endsWithin(LOOK_MILLIS, work)) {
        look();
      }
      look();
      long linked = unlinkedAtStart - unlinked();
      double rateOfLinking = linked / seconds();
      report = new Report(linked, rateOfLinking, seconds(), peakResident, Optional.empty());
      work.join();
      phase = Phase.TRYING;
      await(pilot.settle());
      goal = new Goal(goal.lsn(), pilot.index());
      phase = Phase.MERGING;
      await(merges.settle());
      double seconds = seconds();
      phase = Phase.MEASURING;
      Optional<RecallSample.Result> recall = measure.apply(() -> finishing);
      look();
      report = new Report(linked, rateOfLinking, seconds, peakResident, recall);
      done.complete(true);
    } catch (CompletionException | CancellationException failure) {
      Throwable cause = failure.getCause();
      end(failure instanceof CancellationException || cause == null ? failure : cause);
    } catch (RuntimeException bug) {
      LOG.log(ERROR, "watching an optimization failed", bug);
      done.completeExceptionally(bug);
    }
  }

  private void await(CompletableFuture<Boolean> settled) {
    while (!finishing && !endsWithin(LOOK_MILLIS, settled)) {
      look();
    }
    if (settled.isDone()) {
      settled.join();
    }
  }

  private void end(Throwable failure) {
    if (failure instanceof CancellationException) {
      cancelled = true;
      done.complete(true);
    } else {
      done.completeExceptionally(failure);
    }
  }

  private static boolean endsWithin(long millis, CompletableFuture<?> future) {
    try {
      future.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException later) {
      return false;
    } catch (ExecutionException | CancellationException failed) {
      return true;
    } catch (InterruptedException nobodyDoes) {
      throw new IllegalStateException(nobodyDoes);
    }
  }

  private void look() {
    Progress now = progress();
    rate.at(System.nanoTime(), now.phase(), now.completed());
    peakResident = Math.max(peakResident, ProcessMemory.resident());
  }

  private double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

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
      return cancelled
          ? new Progress(Phase.CANCELLED, linked, total, true, 0, OptionalDouble.empty())
          : new Progress(Phase.FINISHED, total, total, true, 0, OptionalDouble.empty());
    }
    if (work.isDone() && phase == Phase.MERGING) {
      MergeQueue.Progress merging = merges.progress();
      return at(Phase.MERGING, merging.completed(), merging.total());
    }
    if (work.isDone()) {
      return new Progress(phase, total, total, false, 0, OptionalDouble.empty());
    }
    return linked < total
        ? at(Phase.LINKING, linked, total)
        : at(Phase.SEALING, Math.min(written, total), total);
  }

  private Progress at(Phase phase, long completed, long total) {
    double perSecond = rate.perSecond(phase);
    OptionalDouble remaining =
        perSecond > 0 ? OptionalDouble.of((total - completed) / perSecond) : OptionalDouble.empty();
    return new Progress(phase, completed, total, false, perSecond, remaining);
  }

  /// What it has achieved so far; complete once it has ended.
  public Report report() {
    return report;
  }

  /// What it brings about.
  Goal goal() {
    return goal;
  }

  /// Whether rows are still being linked or sealed.
  boolean isWorking() {
    return !work.isDone();
  }

  /// Waits for no merges, and does without the recall, if it is not known yet.
  void finish() {
    finishing = true;
  }

  /// Waits for the end, well or not.
  void awaitEnd() {
    done.handle((_, _) -> true).join();
  }

  /// Whether it has ended, well or not.
  public boolean isDone() {
    return done.isDone();
  }

  /// Waits for the end, which may be that it was cancelled: [#progress] tells.
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

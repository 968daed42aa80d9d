package dev.kith.server.collection;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What there is to merge in one collection, and who waits for it. Thread-safe.
///
/// Waits with the merger of all collections while there is something worth merging; one merge at a
/// time.
final class MergeQueue {
  private final CollectionContext context;
  private final Supplier<CollectionSpec> spec;
  private final Segments segments;
  private final SegmentPublisher publisher;
  private final MergePolicy policy;

  /// Whether this waits with the merger, is being worked on, or was given up.
  private volatile boolean queued;

  /// Why this was given up, if it was.
  private @Nullable Exception broken;

  private volatile @Nullable MergeJob job;
  private final List<Waiter> waiters = new ArrayList<>();

  MergeQueue(
      CollectionContext context,
      Supplier<CollectionSpec> spec,
      Segments segments,
      SegmentPublisher publisher) {
    this.context = context;
    this.spec = spec;
    this.segments = segments;
    this.publisher = publisher;
    this.policy = new MergePolicy(context.engine().config().mergeDeadShare());
  }

  /// Somebody who waits until nothing is worth merging, or for so many merges: where points are
  /// deleted without end there is always something.
  private static final class Waiter {
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private int patience;

    Waiter(int patience) {
      this.patience = patience;
    }
  }

  /// How far the merge under way has come, in rows.
  record Progress(long completed, long total) {}

  Progress progress() {
    MergeJob now = job;
    return now == null ? new Progress(0, 0) : new Progress(now.completed(), now.total());
  }

  /// A sealed segment lost a row. Cheap, for it happens often.
  void noteDeath(SealedHold segment) {
    if (!queued
        && policy.isWorn(segment.reader().liveCount(), segment.reader().tombstones().deadCount())) {
      consider();
    }
  }

  /// Sees whether something is worth merging.
  void consider() {
    boolean news = false;
    synchronized (this) {
      if (!queued && choose(segments.current()).isPresent()) {
        queued = true;
        news = true;
      }
    }
    if (news) {
      context.engine().merger().add(this);
    }
  }

  /// Completes when nothing is left that is worth merging, or after as many merges as there are
  /// segments now; exceptionally if a merge fails or failed for good.
  CompletableFuture<Boolean> settle() {
    consider();
    synchronized (this) {
      if (!queued) {
        return CompletableFuture.completedFuture(true);
      }
      if (broken != null) {
        return CompletableFuture.failedFuture(broken);
      }
      Waiter waiter = new Waiter(segments.current().size());
      waiters.add(waiter);
      return waiter.done;
    }
  }

  private Optional<MergePolicy.Run> choose(List<HeldSegment> current) {
    return segments.isClosed()
        ? Optional.empty()
        : policy.choose(candidates(current), spec.get().segmentPoints());
  }

  private List<MergePolicy.Candidate> candidates(List<HeldSegment> held) {
    IndexSpec index = spec.get().index();
    return held.stream()
        .map(
            segment ->
                new MergePolicy.Candidate(
                    segment instanceof SealedHold,
                    segment.index().equals(index),
                    segment.reader().liveCount(),
                    segment.reader().tombstones().deadCount()))
        .toList();
  }

  /// Does the merge that is most worth it. For the merger.
  ///
  /// @param stop asked between steps
  /// @return what it did, or empty if nothing is worth merging any more
  Optional<MergeJob.Outcome> mergeOnce(HnswScratch scratch, BooleanSupplier stop)
      throws IOException {
    MergeJob next = next();
    if (next == null) {
      return Optional.empty();
    }
    job = next;
    try {
      MergeJob.Outcome outcome =
          next.run(scratch, () -> stop.getAsBoolean() || segments.isClosed());
      return Optional.of(outcome);
    } catch (RefusedException refused) {
      if (segments.isClosed() && !stop.getAsBoolean()) {
        throw new RefusedException(new Refusal.CollectionNotFound(spec.get().name()));
      }
      throw refused;
    } finally {
      job = null;
    }
  }

  private @Nullable MergeJob next() {
    List<Waiter> settled;
    synchronized (this) {
      List<HeldSegment> current = segments.current();
      Optional<MergePolicy.Run> run = choose(current);
      if (run.isPresent()) {
        List<SealedHold> inputs = new ArrayList<>();
        for (HeldSegment segment : current.subList(run.get().from(), run.get().to())) {
          if (segment instanceof SealedHold sealed) {
            inputs.add(sealed);
          }
        }
        // What somebody waits for may take the cores that linking takes; the rest takes one.
        int writers = waiters.isEmpty() ? 1 : context.engine().linkers().threadCount();
        return new MergeJob(context, spec.get(), publisher, inputs, writers);
      }
      queued = false;
      settled = List.copyOf(waiters);
      waiters.clear();
    }
    settled.forEach(waiter -> waiter.done.complete(true));
    return null;
  }

  /// A merge is over and counted: lets go of those who have waited for enough of them.
  void tirePatient() {
    List<Waiter> finished = new ArrayList<>();
    synchronized (this) {
      for (Waiter waiter : waiters) {
        if (--waiter.patience <= 0) {
          finished.add(waiter);
        }
      }
      waiters.removeAll(finished);
    }
    finished.forEach(waiter -> waiter.done.complete(true));
  }

  /// A merge failed: tells whoever waits. Nothing is considered until the merger turns here again.
  ///
  /// @param forGood whether it never will
  void fail(Exception failure, boolean forGood) {
    List<Waiter> failed;
    synchronized (this) {
      broken = forGood ? failure : null;
      failed = List.copyOf(waiters);
      waiters.clear();
    }
    failed.forEach(waiter -> waiter.done.completeExceptionally(failure));
  }
}

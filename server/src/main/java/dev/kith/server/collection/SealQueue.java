package dev.kith.server.collection;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.plan.RecallSample;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The segments of one collection that wait to be sealed, and the optimization that waits for them.
///
/// A full segment goes to the sealer at once, unless indexing is deferred: then it stays in memory,
/// unlinked and searched exactly, until the collection is optimized. The segments of an
/// optimization are linked one after another, the next while the file of the one before is written,
/// so that what is done early is on the disk early. The file of the last one, when the linkers have
/// nothing more to do here, is written by as many threads as link; every other file by one, so that
/// searches lose no more cores to it than to linking.
final class SealQueue implements AutoCloseable {
  private static final int RECALL_QUERIES = 200;
  private static final int RECALL_K = 10;

  private final CollectionContext context;
  private final Supplier<CollectionSpec> spec;
  private final CollectionWriter writer;
  private final Segments segments;
  private final SegmentPublisher publisher;
  private final MergeQueue merges;
  private final AutoPilot pilot;

  /// In the order of rows.
  private final List<SealJob> pending = new CopyOnWriteArrayList<>();

  /// Changed by the holder of the lock.
  private volatile @Nullable OptimizeHandle optimizing;

  SealQueue(
      CollectionContext context,
      Supplier<CollectionSpec> spec,
      CollectionWriter writer,
      Segments segments,
      SegmentPublisher publisher,
      MergeQueue merges,
      AutoPilot pilot) {
    this.context = context;
    this.spec = spec;
    this.writer = writer;
    this.segments = segments;
    this.publisher = publisher;
    this.merges = merges;
    this.pilot = pilot;
  }

  /// Takes a segment that takes no more rows.
  void add(GrowingHold growing) {
    SealJob job = new SealJob(context, () -> spec.get().index(), publisher, growing);
    pending.add(job);
    job.whenEnded(() -> pending.remove(job));
    job.whenLinked(() -> linkNext(job));
    resumeUnlessDeferred();
  }

  /// Hands everything that was held back to the sealer, unless indexing is deferred.
  void resumeUnlessDeferred() {
    if (!spec.get().indexingDeferred()) {
      resume();
    }
  }

  private void resume() {
    for (SealJob job : pending) {
      if (job.queue()) {
        context.engine().sealer().add(job);
      }
    }
  }

  /// Lets the linkers begin with the next segment of the sealer's.
  private void linkNext(SealJob linked) {
    for (SealJob job : pending) {
      if (job.isQueued() && !job.isWriting() && job.needsLinks()) {
        job.growing().setLinking(true);
        context.engine().linkers().wake();
        return;
      }
    }
    OptimizeHandle running = optimizing;
    if (running != null && running.isWorking()) {
      linked.setWriters(context.engine().linkers().threadCount());
    }
  }

  /// Ends the growing segment and waits for all that are not sealed.
  synchronized OptimizeHandle optimize() {
    OptimizeHandle running = optimizing;
    OptimizeHandle.Goal goal = new OptimizeHandle.Goal(writer.progress().lsn(), spec.get().index());
    if (running != null
        && (running.isWorking() || (!running.isDone() && running.goal().equals(goal)))) {
      return running;
    }
    if (running != null) {
      running.finish(); // Of what was there before the changes since.
    }
    Change change =
        Change.internal(
            writer,
            (lsn, _) -> {
              writer.rollAfterwards();
              return new Change.Outcome(lsn, 0);
            });
    context.engine().journal().submit(change);
    Waiting.on(change.done());
    OptimizeHandle handle = OptimizeHandle.start(pending, merges, pilot, goal, this::measure);
    optimizing = handle;
    resume();
    return handle;
  }

  /// Holds everything back that is not sealed.
  ///
  /// @return whether an optimization was under way
  synchronized boolean cancel() {
    OptimizeHandle running = optimizing;
    boolean underWay = running != null && !running.isDone();
    if (!underWay && !spec.get().indexingDeferred()) {
      return false; // Sealing full segments is nobody's optimization.
    }
    underWay |= pending.stream().anyMatch(SealJob::isQueued);
    hold();
    if (running != null) {
      running.finish();
      running.awaitEnd();
      pilot.cancel();
    }
    hold(); // A job that just began may have let the linkers in.
    pending.stream().map(SealJob::growing).forEach(GrowingHold::awaitLinkers);
    return underWay;
  }

  /// Holds back what is not sealed, at the next row, without waiting for it.
  void hold() {
    for (SealJob job : pending) {
      job.hold();
      if (spec.get().indexingDeferred()) {
        job.growing().setLinking(false);
      }
    }
  }

  private Optional<RecallSample.Result> measure(BooleanSupplier stop) {
    CollectionSpec now = spec.get();
    int ef = now.index() instanceof IndexSpec.Ivf ? 0 : now.defaultEf();
    RecallSample.Spec sample =
        new RecallSample.Spec(RECALL_QUERIES, RECALL_K, ef, context.number());
    try (SearchSnapshot snapshot = new SearchSnapshot(context, segments.acquire())) {
      return new RecallSample(snapshot.segments(), sample, stop).measure();
    } catch (IllegalStateException deleted) {
      return Optional.empty();
    }
  }

  /// Ends the optimization that may be under way. The sealer must be closed.
  @Override
  public synchronized void close() {
    if (optimizing != null) {
      optimizing.finish();
      optimizing.awaitEnd();
    }
  }
}

package dev.kith.server.collection;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The segments of one collection that wait to be sealed, and the optimization that waits for them.
final class SealQueue {
  private final SealJob.Parts parts;
  private final List<SealJob> pending = new CopyOnWriteArrayList<>();
  private @Nullable OptimizeHandle optimizing;

  SealQueue(SealJob.Parts parts) {
    this.parts = parts;
  }

  /// Queues a segment that takes no more rows.
  void add(GrowingHold growing) {
    SealJob job = new SealJob(parts, growing);
    pending.add(job);
    job.whenEnded(() -> pending.remove(job));
    parts.context().engine().sealer().add(job);
  }

  /// Ends the growing segment and waits for all that are not sealed.
  synchronized OptimizeHandle optimize() {
    if (optimizing != null && !optimizing.isDone()) {
      return optimizing;
    }
    CollectionWriter writer = parts.writer();
    Change change =
        Change.internal(
            writer,
            (lsn, writes) -> {
              writer.rollAfterwards();
              return new Change.Outcome(lsn, 0);
            });
    parts.context().engine().journal().submit(change);
    Waiting.on(change.done());
    OptimizeHandle handle = new OptimizeHandle(pending);
    optimizing = handle;
    return handle;
  }
}

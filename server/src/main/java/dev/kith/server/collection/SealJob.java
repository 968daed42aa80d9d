package dev.kith.server.collection;

import static java.lang.System.Logger.Level.INFO;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.NearbyRows;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes a file of a full segment and puts it in the segment's place; tried again if it fails. It
/// may be held back at any row before the file is whole.
///
/// First every row is linked; then the file is written and published as [SegmentPublisher] says.
///
/// The file is what the index policy of that moment asks for, if it can be written without links
/// that the segment does not have: no row is linked for a graph that nobody wants any more.
/// Otherwise it is of the segment's own index, and the merger rebuilds it.
final class SealJob {
  private static final System.Logger LOG = System.getLogger(SealJob.class.getName());
  private static final long ARRANGING_SEED = 1;
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final CollectionContext context;
  private final Supplier<IndexSpec> policy;
  private final SegmentPublisher publisher;
  private final GrowingHold growing;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> linkListeners = new CopyOnWriteArrayList<>();
  private volatile State state = State.HELD;
  private volatile boolean holding;
  private volatile CompletableFuture<Boolean> attempt = new CompletableFuture<>();
  private volatile long written;
  private volatile boolean writing;
  private volatile int writers = 1;

  /// @param policy the index that the collection wants now
  SealJob(
      CollectionContext context,
      Supplier<IndexSpec> policy,
      SegmentPublisher publisher,
      GrowingHold growing) {
    this.context = context;
    this.policy = policy;
    this.publisher = publisher;
    this.growing = growing;
  }

  /// Where a job is. Only its own methods change that, one at a time.
  private enum State {
    /// With nobody, until somebody queues it.
    HELD,
    /// With the sealer, which will take it up.
    QUEUED,
    /// Being worked at.
    RUNNING,
    /// Done, or never to be done.
    ENDED
  }

  /// Completes with the attempt under way, exceptionally if it fails.
  CompletableFuture<Boolean> attempt() {
    return attempt;
  }

  /// Whether there will be no further attempt, because the segment is sealed or never will be.
  boolean isEnded() {
    return state == State.ENDED;
  }

  /// The segment to be sealed.
  GrowingHold growing() {
    return growing;
  }

  /// Whether the sealer has it, waiting or running.
  boolean isQueued() {
    return state == State.QUEUED || state == State.RUNNING;
  }

  /// Makes the job one for the sealer.
  ///
  /// @return whether it was held until now, so that the caller must hand it over
  synchronized boolean queue() {
    boolean held = state == State.HELD;
    if (held) {
      state = State.QUEUED;
    }
    return held;
  }

  /// Starts an attempt.
  ///
  /// @return false if there is nothing to do any more: it was held back or is ended
  synchronized boolean begin() {
    boolean queued = state == State.QUEUED;
    if (queued) {
      state = State.RUNNING;
    }
    return queued;
  }

  /// Holds the job back: at once if it waits, at the next row if it runs. The attempt under way
  /// fails with a `CancellationException`, and there is another when the job is queued again.
  void hold() {
    synchronized (this) {
      if (state == State.RUNNING) {
        holding = true;
        return;
      }
      if (state != State.QUEUED) {
        return;
      }
      state = State.HELD;
    }
    fail(new CancellationException("held back"));
  }

  /// This attempt ended because the job was to be held back.
  void held(CancellationException asked) {
    synchronized (this) {
      state = State.HELD;
      holding = false;
    }
    fail(asked);
  }

  /// Runs `listener` when there will be no further attempt. Call before the job is queued.
  void whenEnded(Runnable listener) {
    listeners.add(listener);
  }

  /// Runs `listener` when all rows are linked and the file is about to be written. Call before the
  /// job is queued.
  void whenLinked(Runnable listener) {
    linkListeners.add(listener);
  }

  /// Lets so many threads write the file, if they have not begun; one does otherwise.
  void setWriters(int threads) {
    writers = threads;
  }

  private void end() {
    synchronized (this) {
      state = State.ENDED;
    }
    listeners.forEach(Runnable::run);
  }

  /// The segment is sealed.
  void succeed() {
    end();
    attempt.complete(true);
  }

  /// This attempt failed; there will be another.
  void putOff(Exception failure) {
    synchronized (this) {
      state = holding ? State.HELD : State.QUEUED;
      holding = false;
    }
    fail(failure);
  }

  private void fail(Exception failure) {
    CompletableFuture<Boolean> failed = attempt;
    writing = false;
    written = 0;
    attempt = new CompletableFuture<>();
    failed.completeExceptionally(failure);
  }

  /// This attempt failed and was the last.
  void giveUp(Exception failure) {
    end();
    attempt.completeExceptionally(failure);
  }

  /// Rows of the segment.
  long total() {
    return growing.segment().appended();
  }

  /// The index of the file, if it were written now.
  private IndexSpec index() {
    IndexSpec wanted = policy.get();
    return growing.segment().canBeSealedAs(wanted) ? wanted : growing.index();
  }

  /// Whether rows are linked before the file is written, as things stand.
  boolean needsLinks() {
    return index() instanceof IndexSpec.Hnsw;
  }

  /// Rows that need no linking any more.
  long linked() {
    return needsLinks() ? growing.segment().linkedCount() : total();
  }

  /// Rows written to the file so far.
  long written() {
    return written;
  }

  boolean isWriting() {
    return writing;
  }

  /// Does the work.
  ///
  /// @param stop asked between steps; ends the job with `NotServing`
  /// @throws CancellationException if the job is to be held back
  /// @throws IOException if the file cannot be written
  /// @throws RefusedException if the store takes no writes, or the collection was deleted
  void run(HnswScratch scratch, BooleanSupplier stop) throws IOException {
    if (!growing.tryHold()) {
      return; // The collection was deleted.
    }
    try {
      IndexSpec index = index();
      if (index instanceof IndexSpec.Hnsw) {
        arrange(stop);
        growing.setLinking(true);
        context.engine().linkers().wake();
        awaitLinked(scratch, stop);
      }
      requireRunning(stop);
      writing = true;
      linkListeners.forEach(Runnable::run);
      SegmentPublisher.Start start =
          new SegmentPublisher.Start(growing.number(), publisher.forceJournal());
      @Nullable SealedHold sealed = null;
      if (growing.segment().liveCount() > 0) {
        sealed = write(start, index, stop);
      }
      publisher.publish(growing.number(), List.of(growing), sealed);
      LOG.log(
          INFO,
          "sealed segment {0} of collection {1}: {2} live rows, LSN {3}",
          growing.number(),
          context.number(),
          sealed == null ? 0 : sealed.entry().rows(),
          start.lsn());
      publisher.purgeTombstones(growing.firstRow(), growing.lastRow(), sealed);
    } catch (RuntimeException | IOException failure) {
      publisher.clearUp(failure);
      throw failure;
    } finally {
      growing.release();
    }
  }

  /// Has near rows linked after each other where linking was deferred until now, which is quicker.
  private void arrange(BooleanSupplier stop) {
    GrowingSegment segment = growing.segment();
    if (!growing.isLinking() && !segment.isLinkingBegun() && segment.size() > 0) {
      NearbyRows nearby = new NearbyRows(segment.rows(), segment.size(), ARRANGING_SEED);
      nearby.arrange(() -> requireRunning(stop));
      segment.linkInOrder(nearby.order());
    }
  }

  private void awaitLinked(HnswScratch scratch, BooleanSupplier stop) {
    while (growing.segment().linked() < growing.segment().size()) {
      requireRunning(stop);
      if (!growing.segment().linkNext(scratch)) {
        LockSupport.parkNanos(WAIT_NANOS); // The linkers have claimed the last ones.
      }
    }
  }

  private void requireRunning(BooleanSupplier stop) {
    if (stop.getAsBoolean()) {
      throw new RefusedException(new Refusal.NotServing("stopping"));
    }
    if (holding) {
      throw new CancellationException("held back");
    }
  }

  private SealedHold write(SegmentPublisher.Start start, IndexSpec index, BooleanSupplier stop)
      throws IOException {
    growing
        .segment()
        .sealAs(
            index,
            publisher.place(start.number()),
            start.lsn(),
            writers,
            (rows, total) -> {
              requireRunning(stop);
              written = rows;
            });
    return publisher.open(start, growing.firstRow(), growing.lastRow());
  }
}

package dev.kith.server.collection;

import static java.lang.System.Logger.Level.INFO;

import dev.kith.index.build.SealedSegment;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.Family;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Makes a file of a full segment and puts it in the segment's place; tried again if it fails. It
/// may be held back at any row before the file is whole.
///
/// In this order: link every row; force the journal, so that no file is ever ahead of it; write the
/// file (which appears whole or not at all) and open it; name it in the manifest and swap it in, on
/// the committer thread. A crash before the last step leaves a file that nothing refers to.
final class SealJob {
  private static final System.Logger LOG = System.getLogger(SealJob.class.getName());
  private static final int PURGE_BATCH = 10_000;
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final CollectionContext context;
  private final CollectionWriter writer;
  private final Segments segments;
  private final ManifestHolder manifest;
  private final GrowingHold growing;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> linkListeners = new CopyOnWriteArrayList<>();
  private volatile State state = State.HELD;
  private volatile boolean holding;
  private volatile CompletableFuture<Boolean> attempt = new CompletableFuture<>();
  private volatile long written;
  private volatile boolean writing;

  SealJob(Parts parts, GrowingHold growing) {
    this.context = parts.context();
    this.writer = parts.writer();
    this.segments = parts.segments();
    this.manifest = parts.manifest();
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

  /// The parts of a collection that sealing changes.
  record Parts(
      CollectionContext context,
      CollectionWriter writer,
      Segments segments,
      ManifestHolder manifest) {}

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

  /// Rows that are linked.
  long linked() {
    return growing.segment().linked();
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
      growing.setLinking(true);
      context.engine().linkers().wake();
      awaitLinked(scratch, stop);
      writing = true;
      linkListeners.forEach(Runnable::run);
      long lsn = forceJournal();
      @Nullable SealedHold sealed = null;
      if (growing.segment().liveCount() > 0) {
        sealed = write(lsn, stop);
      }
      install(sealed);
      LOG.log(
          INFO,
          "sealed segment {0} of collection {1}: {2} live rows, LSN {3}",
          growing.number(),
          context.number(),
          sealed == null ? 0 : sealed.entry().rows(),
          lsn);
      purgeTombstones(sealed);
    } finally {
      growing.release();
    }
  }

  private void awaitLinked(HnswScratch scratch, BooleanSupplier stop) {
    while (growing.segment().linked() < growing.segment().size()) {
      requireRunning(stop);
      if (!growing.segment().linkNext(scratch)) {
        LockSupport.parkNanos(WAIT_NANOS); // The linkers have claimed the last ones.
      }
    }
    requireRunning(stop);
  }

  /// Makes everything written so far survive a power cut, and returns the LSN of that.
  ///
  /// By an empty change, so that the committer forces like it does for any client: a full disk then
  /// refuses, to be tried again, and only a force that failed fences the store. Forcing beside the
  /// committer would meet its failed write as a failed force.
  private long forceJournal() {
    Change change =
        Change.internal(
            writer,
            (lsn, writes) -> {
              writer.requireAlive();
              return new Change.Outcome(lsn, 0);
            });
    context.engine().journal().submit(change);
    return Waiting.on(change.done()).lsn();
  }

  private void requireRunning(BooleanSupplier stop) {
    if (stop.getAsBoolean()) {
      throw new RefusedException(new Refusal.NotServing("stopping"));
    }
    if (holding) {
      throw new CancellationException("held back");
    }
  }

  private SealedHold write(long lsn, BooleanSupplier stop) throws IOException {
    context.files().create();
    Path file = context.files().file(growing.number());
    growing
        .segment()
        .seal(
            file,
            lsn,
            (rows, total) -> {
              requireRunning(stop);
              written = rows;
            });
    SealedSegment segment = context.openSegment(file);
    Manifest.Entry entry =
        new Manifest.Entry(
            growing.number(), growing.firstRow(), growing.lastRow(), lsn, segment.size());
    return new SealedHold(entry, file, segment);
  }

  private void install(@Nullable SealedHold sealed) {
    Change change =
        Change.internal(
            writer,
            (lsn, writes) -> {
              writer.requireAlive();
              Manifest next = manifest.get().withNextNumber(growing.number() + 1);
              Manifest named = sealed == null ? next : next.plus(sealed.entry());
              writes.put(Family.META, Keys.meta(Keys.MANIFEST, context.number()), named.encode());
              writer.afterwards(
                  () -> {
                    manifest.set(named);
                    segments.replace(growing, sealed);
                  });
              return new Change.Outcome(lsn, 0);
            });
    try {
      context.engine().journal().submit(change);
      Waiting.on(change.done());
    } catch (RuntimeException failure) {
      if (sealed != null) {
        sealed.doom();
        sealed.release();
      }
      throw failure;
    }
  }

  /// Rows that were dead before the file was written are not in it, so nobody needs to be told.
  private void purgeTombstones(@Nullable SealedHold sealed) {
    List<byte[]> keys = new ArrayList<>();
    byte[] first = Keys.row(context.number(), growing.firstRow());
    byte[] end = Keys.row(context.number(), growing.lastRow() + 1);
    try (Cursor cursor = context.engine().store().cursor(Family.TOMBSTONES, first, end)) {
      for (; cursor.isValid(); cursor.next()) {
        if (sealed == null || sealed.ordinalOf(Keys.rowOf(cursor.key())) < 0) {
          keys.add(cursor.key());
        }
        if (keys.size() == PURGE_BATCH) {
          purge(keys);
          keys.clear();
        }
      }
    }
    purge(keys);
  }

  private void purge(List<byte[]> keys) {
    if (keys.isEmpty()) {
      return;
    }
    List<byte[]> batch = List.copyOf(keys);
    Change change =
        new Change(
            writer,
            Durability.OS,
            false,
            16L * batch.size(),
            (lsn, writes) -> {
              writer.requireAlive();
              batch.forEach(key -> writes.delete(Family.TOMBSTONES, key));
              return new Change.Outcome(lsn, 0);
            });
    context.engine().journal().submit(change);
    Waiting.on(change.done());
  }
}

package dev.kith.server.collection;

import static java.lang.System.Logger.Level.DEBUG;

import dev.kith.index.build.SealedSegment;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.Family;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// Puts a segment file in the place of the segments it was made from.
///
/// The order that keeps it safe: force the journal, so that no file is ever ahead of it; write the
/// file, which appears whole or not at all, and open it; name it in the manifest and swap it in, on
/// the committer thread. A crash before the last step leaves a file that nothing refers to; one
/// after it, files that nothing refers to any more. Both go at the next start.
final class SegmentPublisher {
  private static final System.Logger LOG = System.getLogger(SegmentPublisher.class.getName());
  private static final int PURGE_BATCH = 10_000;

  private final CollectionContext context;
  private final CollectionWriter writer;
  private final Segments segments;
  private final ManifestHolder manifest;

  SegmentPublisher(
      CollectionContext context,
      CollectionWriter writer,
      Segments segments,
      ManifestHolder manifest) {
    this.context = context;
    this.writer = writer;
    this.segments = segments;
    this.manifest = manifest;
  }

  /// Makes everything written so far survive a power cut, and returns the LSN of that.
  ///
  /// By an empty change, so that the committer forces like it does for any client: a full disk then
  /// refuses, to be tried again, and only a force that failed fences the store. Forcing beside the
  /// committer would meet its failed write as a failed force.
  long forceJournal() {
    return force(() -> {});
  }

  /// What a file is to be called, and the LSN of the writes that survive a power cut.
  record Start(long number, long lsn) {}

  /// Forces the journal and takes the number of a new segment.
  Start start() {
    AtomicLong number = new AtomicLong();
    long lsn = force(() -> number.set(segments.takeNumber()));
    return new Start(number.get(), lsn);
  }

  private long force(Runnable afterwards) {
    Change change =
        Change.internal(
            writer,
            (lsn, writes) -> {
              writer.requireAlive();
              writer.afterwards(afterwards);
              return new Change.Outcome(lsn, 0);
            });
    context.engine().journal().submit(change);
    return Waiting.on(change.done()).lsn();
  }

  /// Where the file of a segment belongs, in a folder that exists.
  Path place(long number) throws IOException {
    context.files().create();
    return context.files().file(number);
  }

  /// Opens a file that was written to its [#place].
  ///
  /// @param firstRow first row that it answers for
  /// @param lastRow last one
  SealedHold open(Start start, long firstRow, long lastRow) throws IOException {
    Path file = context.files().file(start.number());
    SealedSegment segment = context.openSegment(file);
    Manifest.Entry entry =
        new Manifest.Entry(start.number(), firstRow, lastRow, start.lsn(), segment.size());
    return new SealedHold(entry, file, segment);
  }

  /// Names a segment in the manifest and shows it to searches, instead of others.
  ///
  /// @param number of the new segment
  /// @param replaced neighbours, all of whose live rows are in it
  /// @param sealed the new segment; null if none of their rows is left. Released if this fails
  void publish(long number, List<? extends HeldSegment> replaced, @Nullable SealedHold sealed) {
    Change change =
        Change.internal(
            writer,
            (lsn, writes) -> {
              writer.requireAlive();
              Manifest next = manifest.staged().withNumberAfter(number).minus(entries(replaced));
              Manifest named = sealed == null ? next : next.plus(sealed.entry());
              writes.put(Family.META, Keys.meta(Keys.MANIFEST, context.number()), named.encode());
              manifest.stage(named);
              writer.afterwards(() -> segments.replace(replaced, sealed));
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

  /// Clears up after a job that failed. One that asked for a [#place] in the moment in which the
  /// collection was deleted has made the folder anew, and nobody comes after it to remove it.
  void clearUp(Exception failure) {
    boolean isDeleted =
        failure instanceof RefusedException refused
            && refused.refusal() instanceof Refusal.CollectionNotFound;
    // The refusal may be there before the segments are closed, which comes after it in the same
    // group of changes.
    if (isDeleted || segments.isClosed()) {
      context.files().removeIfEmpty();
    }
  }

  private static List<Manifest.Entry> entries(List<? extends HeldSegment> replaced) {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (HeldSegment segment : replaced) {
      if (segment instanceof SealedHold sealed) {
        entries.add(sealed.entry());
      }
    }
    return entries;
  }

  /// Forgets the deaths of the rows of a range that no file holds any more. What the store refuses
  /// to forget now does no harm, and the next merge of the range tries again.
  ///
  /// @param sealed answers for the range; null if none of its rows is left
  void purgeTombstones(long firstRow, long lastRow, @Nullable SealedHold sealed) {
    if (sealed != null && !sealed.tryHold()) {
      return; // It was merged already, and that purges as well.
    }
    try {
      purgeTombstones(firstRow, lastRow, row -> sealed != null && sealed.ordinalOf(row) >= 0);
    } catch (RefusedException refused) {
      LOG.log(DEBUG, "tombstones stay for now: {0}", refused.refusal().message());
    } finally {
      if (sealed != null) {
        sealed.release();
      }
    }
  }

  private void purgeTombstones(long firstRow, long lastRow, LongPredicate isInFile) {
    List<byte[]> keys = new ArrayList<>();
    byte[] first = Keys.row(context.number(), firstRow);
    byte[] end = Keys.row(context.number(), lastRow + 1);
    try (Cursor cursor = context.engine().store().cursor(Family.TOMBSTONES, first, end)) {
      for (; cursor.isValid(); cursor.next()) {
        if (!isInFile.test(Keys.rowOf(cursor.key()))) {
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

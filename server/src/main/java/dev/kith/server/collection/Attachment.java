package dev.kith.server.collection;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.kith.index.CorruptFileException;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.store.VectorRows;
import dev.kith.server.bulk.IndexFolder;
import dev.kith.server.bulk.IndexManifest;
import dev.kith.server.bulk.PointsFile;
import dev.kith.server.refusal.PointError;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.DataFolder;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.Participant;
import dev.kith.server.storage.WriteSet;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Makes a collection of an [IndexFolder], linking nothing again: all of it or nothing.
///
/// In this order: reserve the collection's number and mark it as being attached; copy the segment
/// files, checking them; store ids and vectors under the number, comparing each vector with its row
/// in the segment; then, in one forced batch, write the definition, the state and the manifest and
/// take the mark away. Until that batch nothing refers to the number, and whatever a crash has left
/// under a marked number is erased when the catalog is opened again.
final class Attachment {
  private static final System.Logger LOG = System.getLogger(Attachment.class.getName());
  private static final int BATCH_POINTS = 1_000;
  private static final long BATCH_BYTES = 2 << 20;

  /// A store that is stalled for longer, at a second an attempt, will not recover by itself.
  private static final int MAX_ATTEMPTS = 600;

  private final Engine engine;
  private final int number;
  private final CollectionRecord record;
  private final IndexFolder folder;
  private final CollectionContext context;
  private final AttachProgress progress;
  private final BooleanSupplier stop;
  private final List<Manifest.Entry> entries = new ArrayList<>();

  /// @param number reserved by [#reserve]
  /// @param stop polled; once true, the attempt is undone and ends with a `CancellationException`
  Attachment(
      Engine engine,
      int number,
      CollectionRecord record,
      IndexFolder folder,
      AttachProgress progress,
      BooleanSupplier stop) {
    this.engine = engine;
    this.number = number;
    this.record = record;
    this.folder = folder;
    this.context = new CollectionContext(engine, number, record.spec().space());
    this.progress = progress;
    this.stop = stop;
  }

  /// Writes down that a number is taken, and that nothing under it counts yet.
  static void reserve(Engine engine, int number) {
    submit(
        engine,
        Durability.DISK,
        64,
        writes -> {
          writes.put(Family.META, Keys.meta(Keys.ATTACHING, number), new byte[] {Records.VERSION});
          byte[] next = Records.start(4).putInt(number + 1).array();
          writes.put(Family.META, Keys.nextNumber(), next);
        });
  }

  /// Erases what interrupted attempts have left. Their files go with those of deleted collections.
  static void eraseRemains(Engine engine) {
    List<Integer> numbers = new ArrayList<>();
    byte[] first = Keys.meta(Keys.ATTACHING, 0);
    byte[] end = {Keys.ATTACHING + 1};
    try (Cursor cursor = engine.store().cursor(Family.META, first, end)) {
      for (; cursor.isValid(); cursor.next()) {
        numbers.add(Keys.collectionOf(cursor.key()));
      }
    }
    for (int number : numbers) {
      LOG.log(INFO, "erasing collection {0}, which was never wholly attached", number);
      erase(engine, number);
    }
  }

  private static void erase(Engine engine, int number) {
    Change change =
        Change.internal(
            new Stateless(),
            (lsn, writes) -> {
              CollectionWriter.erase(writes, number);
              return new Change.Outcome(lsn, 0);
            });
    engine.journal().submit(change);
    Waiting.on(change.done());
  }

  /// Does the work.
  ///
  /// @throws CorruptFileException if the folder is not as it was written, or contradicts itself
  /// @throws IOException if a file cannot be read or copied
  /// @throws RefusedException if the store takes no writes
  /// @throws CancellationException if it was stopped
  void run() throws IOException {
    boolean whole = false;
    try {
      requireRoom();
      copySegments();
      long lsn = storePoints();
      commit(lsn);
      whole = true;
    } finally {
      if (!whole) {
        undo();
      }
    }
  }

  private void undo() {
    try {
      for (int segment = 1; segment <= folder.manifest().segments().size(); segment++) {
        SegmentFiles.removeWithFolder(context.files().file(segment));
      }
      erase(engine, number);
    } catch (RuntimeException later) {
      LOG.log(WARNING, "what was attached of collection " + number + " goes at next start", later);
    }
  }

  /// Before anything is written: a disk that runs full on the way hurts every collection.
  private void requireRoom() throws IOException {
    IndexManifest manifest = folder.manifest();
    long required =
        manifest.pointsFile().bytes()
            + manifest.segments().stream().mapToLong(segment -> segment.file().bytes()).sum();
    long free = Files.getFileStore(engine.folder().path()).getUsableSpace();
    if (free < required) {
      throw new RefusedException(new Refusal.DiskFull(free, required));
    }
  }

  private void copySegments() throws IOException {
    context.files().create();
    IndexManifest manifest = folder.manifest();
    int count = manifest.segments().size();
    long row = 0;
    for (int segment = 0; segment < count; segment++) {
      progress.report(AttachProgress.Phase.COPYING, segment, count);
      long fileNumber = segment + 1L;
      folder.copySegment(segment, context.files().file(fileNumber), stop);
      int rows = manifest.segments().get(segment).rows();
      entries.add(new Manifest.Entry(fileNumber, row, row + rows - 1, 0, rows));
      row += rows;
    }
    DataFolder.force(context.files().folder());
    progress.report(AttachProgress.Phase.COPYING, count, count);
  }

  private long storePoints() throws IOException {
    long lsn = 0;
    try (PointsFile points = folder.openPoints(stop)) {
      for (Manifest.Entry entry : entries) {
        try (SealedSegment segment =
            SealedSegment.open(context.files().file(entry.number()), context.space())) {
          requireMatch(segment, entry);
          lsn = storePoints(points, segment, entry);
        }
      }
    }
    return lsn;
  }

  private void requireMatch(SealedSegment segment, Manifest.Entry entry)
      throws CorruptFileException {
    IndexSpec expected = record.spec().index();
    boolean ascends =
        segment.size() == entry.rows()
            && segment.label(segment.ordinalAt(0)) == entry.firstRow()
            && segment.label(segment.ordinalAt(segment.size() - 1)) == entry.lastRow();
    if (!segment.index().equals(expected) || segment.lsn() != entry.lsn() || !ascends) {
      throw new CorruptFileException(
          folder.segmentFile((int) entry.number() - 1),
          "rows %d to %d, %s".formatted(entry.firstRow(), entry.lastRow(), expected),
          "%d rows, %s, LSN %d".formatted(segment.size(), segment.index(), segment.lsn()));
    }
  }

  private long storePoints(PointsFile points, SealedSegment segment, Manifest.Entry entry)
      throws IOException {
    int vectorBytes = context.space().dimension() * Float.BYTES;
    long atOnce = Math.max(1, Math.min(BATCH_POINTS, BATCH_BYTES / vectorBytes));
    BatchRules rules = new BatchRules(context.space(), new PayloadRules(1));
    long lsn = 0;
    try (Arena arena = Arena.ofConfined()) {
      VectorRows expected = VectorRows.reserve(context.space(), 1, arena);
      for (long from = entry.firstRow(); from <= entry.lastRow(); from += atOnce) {
        requireRunning();
        progress.report(AttachProgress.Phase.STORING, from, points.points());
        int count = (int) Math.min(atOnce, entry.lastRow() + 1 - from);
        MemorySegment vectors =
            points.vectors().asSlice(from * vectorBytes, (long) count * vectorBytes);
        UpsertBatch batch = new UpsertBatch(ids(points, count), vectors, List.of());
        List<PointError> errors = rules.check(batch);
        if (!errors.isEmpty()) {
          throw unusable("row %d: %s".formatted(from + errors.getFirst().index(), errors));
        }
        requireNew(batch);
        requireSame(batch, from, segment, expected);
        lsn = storePatiently(batch, from);
      }
      progress.report(AttachProgress.Phase.STORING, entry.lastRow() + 1, points.points());
    }
    return lsn;
  }

  private static List<PointId> ids(PointsFile points, int count) throws IOException {
    List<PointId> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      try {
        ids.add(PointId.fromKey(points.nextId()));
      } catch (IllegalArgumentException malformed) {
        throw unusable(String.valueOf(malformed.getMessage()));
      }
    }
    return ids;
  }

  private static IOException unusable(String problem) {
    return new IOException("the points cannot be stored: " + problem);
  }

  /// No point of the batch may be there already: ids of a collection differ.
  private void requireNew(UpsertBatch batch) throws IOException {
    Set<PointId> distinct = new HashSet<>();
    List<byte[]> keys = new ArrayList<>();
    for (PointId id : batch.ids()) {
      if (!distinct.add(id)) {
        throw unusable("two rows have the id " + id);
      }
      keys.add(Keys.point(number, id.toKey()));
    }
    List<byte @Nullable []> stored = engine.store().multiGet(Family.POINTS, keys);
    for (int i = 0; i < keys.size(); i++) {
      if (stored.get(i) != null) {
        throw unusable("two rows have the id " + batch.ids().get(i));
      }
    }
  }

  /// Segments hold these very vectors, of length one where the metric wants it.
  private void requireSame(
      UpsertBatch batch, long firstRow, SealedSegment segment, VectorRows expected)
      throws IOException {
    VectorRows actual = segment.rows();
    long bytes = (long) context.space().dimension() * Float.BYTES;
    for (int i = 0; i < batch.size(); i++) {
      int ordinal = segment.ordinalOf(firstRow + i);
      expected.set(0, batch.vectors(), i * bytes);
      if (ordinal < 0
          || MemorySegment.mismatch(
                  expected.segment(),
                  expected.offset(0),
                  expected.offset(0) + bytes,
                  actual.segment(),
                  actual.offset(ordinal),
                  actual.offset(ordinal) + bytes)
              >= 0) {
        throw unusable("row %d has another vector in its segment".formatted(firstRow + i));
      }
    }
  }

  /// The store may ask for time to compact what it was given, as it asks any client.
  private long storePatiently(UpsertBatch batch, long firstRow) {
    for (int attempt = 1; true; attempt++) {
      try {
        return store(batch, firstRow);
      } catch (RefusedException refused) {
        if (!(refused.refusal() instanceof Refusal.Overloaded(Duration retryAfter))
            || attempt == MAX_ATTEMPTS) {
          throw refused;
        }
        LockSupport.parkNanos(retryAfter.toNanos());
        requireRunning();
      }
    }
  }

  private void requireRunning() {
    if (stop.getAsBoolean()) {
      throw new CancellationException("stopped attaching");
    }
  }

  private long store(UpsertBatch batch, long firstRow) {
    int vectorBytes = context.space().dimension() * Float.BYTES;
    Change change =
        new Change(
            new Stateless(),
            Durability.OS,
            true,
            batch.bytes(),
            (lsn, writes) -> {
              for (int i = 0; i < batch.size(); i++) {
                byte[] key = batch.ids().get(i).toKey();
                long row = firstRow + i;
                writes.put(
                    Family.POINTS, Keys.point(number, key), new PointRecord(lsn, row).encode());
                writes.put(
                    Family.ROWS,
                    Keys.row(number, row),
                    RowRecord.encode(
                        lsn, key, batch.vectors(), (long) i * vectorBytes, vectorBytes));
              }
              return new Change.Outcome(lsn, batch.size());
            });
    engine.journal().submit(change);
    return Waiting.on(change.done()).lsn();
  }

  /// Forces everything before it too: the journal is one sequence.
  private void commit(long lsn) {
    long points = folder.manifest().points();
    Manifest manifest = new Manifest(entries.size() + 1L, entries);
    submit(
        engine,
        Durability.DISK,
        1024 + 40L * entries.size(),
        writes -> {
          writes.put(Family.META, Keys.meta(Keys.COLLECTION, number), record.encode());
          writes.put(Family.META, Keys.meta(Keys.MANIFEST, number), manifest.encode());
          writes.put(
              Family.META,
              Keys.meta(Keys.STATE, number),
              new StateRecord(points, lsn, points).encode());
          writes.delete(Family.META, Keys.meta(Keys.ATTACHING, number));
        });
  }

  private interface Step {
    void write(WriteSet writes);
  }

  private static void submit(Engine engine, Durability durability, long bytes, Step step) {
    Change change =
        new Change(
            new Stateless(),
            durability,
            true,
            bytes,
            (lsn, writes) -> {
              step.write(writes);
              return new Change.Outcome(lsn, 0);
            });
    engine.journal().submit(change);
    Waiting.on(change.done());
  }

  /// Keeps nothing in memory: nobody sees the collection before it is whole.
  private static final class Stateless implements Participant {
    @Override
    public void complete(WriteSet writes) {}

    @Override
    public void written(boolean forced) {}

    @Override
    public void discarded() {}
  }
}

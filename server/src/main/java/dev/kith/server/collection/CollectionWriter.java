package dev.kith.server.collection;

import dev.kith.index.VectorSpace;
import dev.kith.server.collection.Change.Outcome;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.Participant;
import dev.kith.server.storage.StoreReader;
import dev.kith.server.storage.WriteSet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The one writer of a collection: turns requests into records and, once a group is in the store,
/// into segments. Lives on the committer thread; only [#progress()] is for others.
///
/// What a group has done so far is kept apart, so that later requests of the same group see it and
/// a group that fails leaves no trace.
final class CollectionWriter implements Participant {

  /// How far the collection has come, for readers.
  ///
  /// @param points live points
  /// @param lsn LSN of the last write that is visible
  record Progress(long points, long lsn) {}

  private final int collection;
  private final VectorSpace space;
  private final StoreReader store;
  private final InstantSource clock;
  private final Segments segments;
  private final IngestSessions sessions;
  private final ManifestHolder manifest;
  private final SnapshotRenewal renewal;

  private Runnable afterGroup = () -> {};

  private StateRecord state;
  private volatile Progress progress;
  private boolean dropped;

  // Of the group under way.
  private StateRecord next;
  private final Map<PointId, Optional<PointRecord>> overlay = new HashMap<>();
  private final List<Appended> appended = new ArrayList<>();
  private final List<Long> killed = new ArrayList<>();
  private final List<Runnable> afterwards = new ArrayList<>();

  /// A row to append: point `index` of a batch.
  private record Appended(long row, UpsertBatch batch, int index) {}

  CollectionWriter(
      CollectionContext context,
      Segments segments,
      IngestSessions sessions,
      ManifestHolder manifest,
      StateRecord state) {
    this.collection = context.number();
    this.space = context.space();
    this.store = context.engine().store();
    this.clock = context.engine().config().clock();
    this.segments = segments;
    this.sessions = sessions;
    this.manifest = manifest;
    this.renewal = context.engine().renewal();
    this.state = state;
    this.next = state;
    this.progress = new Progress(state.points(), state.lsn());
  }

  /// How far the collection has come. Any thread.
  Progress progress() {
    return progress;
  }

  /// Writes points.
  ///
  /// @throws RefusedException if the collection was deleted or the batch is out of sequence
  Outcome upsert(long lsn, WriteSet writes, UpsertBatch batch, @Nullable IngestMark mark) {
    requireAlive();
    if (mark != null) {
      Optional<SessionRecord> repeated = sessions.repeated(mark, clock.instant());
      if (repeated.isPresent()) {
        return new Outcome(repeated.get().lsn(), 0);
      }
    }
    Map<PointId, Integer> places = new HashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      places.put(batch.ids().get(i), i); // The last of equal ids wins.
    }
    resolve(places.keySet());
    int written = 0;
    for (int i = 0; i < batch.size(); i++) {
      if (places.getOrDefault(batch.ids().get(i), -1) == i) {
        put(lsn, writes, batch, i);
        written++;
      }
    }
    if (mark != null) {
      sessions.advance(writes, mark, lsn, clock.instant());
    }
    next = new StateRecord(next.points(), lsn, next.nextRow());
    return new Outcome(lsn, written);
  }

  private void put(long lsn, WriteSet writes, UpsertBatch batch, int index) {
    PointId id = batch.ids().get(index);
    byte[] key = id.toKey();
    long row = next.nextRow();
    Optional<PointRecord> old = overlay.getOrDefault(id, Optional.empty());
    old.ifPresent(record -> retire(writes, record.row()));
    PointRecord point = new PointRecord(lsn, row);
    int vectorBytes = space.dimension() * Float.BYTES;
    writes.put(Family.POINTS, Keys.point(collection, key), point.encode());
    writes.put(
        Family.ROWS,
        Keys.row(collection, row),
        RowRecord.encode(lsn, key, batch.vectors(), (long) index * vectorBytes, vectorBytes));
    byte[] payload = batch.payload(index);
    if (payload != null) {
      writes.put(Family.PAYLOADS, Keys.row(collection, row), Records.payload(payload));
    }
    overlay.put(id, Optional.of(point));
    appended.add(new Appended(row, batch, index));
    next =
        new StateRecord(next.points() + (old.isPresent() ? 0 : 1), next.lsn(), next.nextRow() + 1);
  }

  /// Deletes points.
  ///
  /// @throws RefusedException if the collection was deleted
  Outcome delete(long lsn, WriteSet writes, List<PointId> ids) {
    requireAlive();
    SequencedSet<PointId> distinct = new LinkedHashSet<>(ids);
    resolve(distinct);
    int deleted = 0;
    for (PointId id : distinct) {
      Optional<PointRecord> old = overlay.getOrDefault(id, Optional.empty());
      if (old.isPresent()) {
        writes.delete(Family.POINTS, Keys.point(collection, id.toKey()));
        retire(writes, old.get().row());
        overlay.put(id, Optional.empty());
        deleted++;
      }
    }
    next = new StateRecord(next.points() - deleted, lsn, next.nextRow());
    return new Outcome(lsn, deleted);
  }

  /// Forgets an ingest session.
  Outcome endIngest(long lsn, WriteSet writes, String session) {
    requireAlive();
    sessions.end(writes, session);
    return new Outcome(lsn, 0);
  }

  /// Runs `action` on the committer thread after every group that is in the store, last of all.
  void afterEachGroup(Runnable action) {
    afterGroup = action;
  }

  /// Runs `action` on the committer thread once the group is in the store, after its writes are
  /// visible.
  void afterwards(Runnable action) {
    afterwards.add(action);
  }

  /// Ends the growing segment once the group is in the store.
  void rollAfterwards() {
    requireAlive();
    afterwards(() -> segments.roll(state.nextRow() - 1));
  }

  /// Deletes everything that is stored of a collection.
  static void erase(WriteSet writes, int collection) {
    for (Family family : List.of(Family.POINTS, Family.ROWS, Family.PAYLOADS, Family.TOMBSTONES)) {
      writes.deleteRange(family, Keys.first(collection), Keys.end(collection));
    }
    for (byte kind :
        new byte[] {
          Keys.COLLECTION, Keys.MANIFEST, Keys.STATE, Keys.ATTACHING, Keys.CHOICE, Keys.RELEVANCE
        }) {
      writes.delete(Family.META, Keys.meta(kind, collection));
    }
    for (byte kind : new byte[] {Keys.SESSION, Keys.RELEVANCE_MODEL}) {
      writes.deleteRange(Family.META, Keys.meta(kind, collection), Keys.meta(kind, collection + 1));
    }
  }

  /// Deletes the collection, and refuses everything from now on.
  void drop(WriteSet writes) {
    requireAlive();
    erase(writes, collection);
    dropped = true;
    afterwards(
        () -> {
          renewal.remove(segments);
          segments.close(true);
        });
  }

  /// @throws RefusedException if the collection was deleted
  void requireAlive() {
    if (dropped) {
      throw new RefusedException(new Refusal.CollectionNotFound("number " + collection));
    }
  }

  private void retire(WriteSet writes, long row) {
    byte[] key = Keys.row(collection, row);
    writes.delete(Family.ROWS, key);
    writes.delete(Family.PAYLOADS, key);
    writes.put(Family.TOMBSTONES, key, Records.tombstone());
    killed.add(row);
  }

  /// Looks up what the store says of points that this group has not met yet.
  private void resolve(Iterable<PointId> ids) {
    List<PointId> unknown = new ArrayList<>();
    List<byte[]> keys = new ArrayList<>();
    for (PointId id : ids) {
      if (!overlay.containsKey(id)) {
        unknown.add(id);
        keys.add(Keys.point(collection, id.toKey()));
      }
    }
    List<byte @Nullable []> values = store.multiGet(Family.POINTS, keys);
    for (int i = 0; i < unknown.size(); i++) {
      overlay.put(unknown.get(i), Optional.ofNullable(values.get(i)).map(PointRecord::decode));
    }
  }

  @Override
  public void complete(WriteSet writes) {
    renewal.renewOne();
    if (!dropped && !next.equals(state)) {
      writes.put(Family.META, Keys.meta(Keys.STATE, collection), next.encode());
    }
  }

  @Override
  public void written(boolean forced) {
    if (!appended.isEmpty()) {
      int vectorBytes = space.dimension() * Float.BYTES;
      for (Appended row : appended) {
        segments.append(row.row(), row.batch().vectors(), (long) row.index() * vectorBytes);
      }
    }
    killed.forEach(segments::kill);
    state = next;
    segments.publish(state.lsn(), state.nextRow() - 1);
    progress = new Progress(state.points(), state.lsn());
    sessions.commit();
    manifest.commit();
    afterwards.forEach(Runnable::run);
    segments.publishIfChanged();
    reset();
    afterGroup.run();
  }

  @Override
  public void discarded() {
    next = state;
    dropped = false;
    sessions.rollBack();
    manifest.rollBack();
    reset();
  }

  private void reset() {
    overlay.clear();
    appended.clear();
    killed.clear();
    afterwards.clear();
  }
}

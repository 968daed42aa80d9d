package dev.kith.server.collection;

import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.StoreSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;

/// Walks the points of a collection in the order of their ids, as they were when the walk began.
///
/// Holds a snapshot of the store until it is closed. To go on later without one, begin another walk
/// after the last id: ids order all points, so a point that exists throughout is met exactly once.
/// Not thread-safe.
public final class PointScan implements Iterator<StoredPoint>, AutoCloseable {
  private static final int MAX_CHUNK_POINTS = 256;
  private static final int MAX_CHUNK_BYTES = 1 << 20;

  private final PointReader reader;
  private final StoreSnapshot snapshot;
  private final Cursor cursor;
  private final int chunkPoints;
  private final Queue<StoredPoint> chunk = new ArrayDeque<>();

  /// Takes the snapshot over.
  PointScan(PointReader reader, StoreSnapshot snapshot, byte[] first, byte[] end) {
    this.reader = reader;
    this.snapshot = snapshot;
    this.cursor = snapshot.cursor(Family.POINTS, first, end);
    this.chunkPoints =
        Math.clamp(
            MAX_CHUNK_BYTES / ((long) reader.dimension() * Float.BYTES), 1, MAX_CHUNK_POINTS);
  }

  @Override
  public boolean hasNext() {
    if (chunk.isEmpty()) {
      fill();
    }
    return !chunk.isEmpty();
  }

  @Override
  public StoredPoint next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the walk has reached the end");
    }
    return chunk.remove();
  }

  private void fill() {
    List<PointId> ids = new ArrayList<>(chunkPoints);
    List<PointRecord> places = new ArrayList<>(chunkPoints);
    for (; ids.size() < chunkPoints && cursor.isValid(); cursor.next()) {
      ids.add(Keys.pointOf(cursor.key()));
      places.add(PointRecord.decode(cursor.value()));
    }
    chunk.addAll(reader.points(snapshot, ids, places));
  }

  @Override
  public void close() {
    cursor.close();
    snapshot.close();
  }
}

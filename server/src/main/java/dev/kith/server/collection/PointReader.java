package dev.kith.server.collection;

import dev.kith.server.storage.Family;
import dev.kith.server.storage.StoreReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts points together from the families they are stored in. Thread-safe.
///
/// @param collection number of the collection
/// @param dimension coordinates of its vectors
/// @param vectors whether to read vectors
/// @param payloads whether to read payloads
record PointReader(int collection, int dimension, boolean vectors, boolean payloads) {

  /// Completes points whose place is known.
  ///
  /// @param from a snapshot in which the places are true
  List<StoredPoint> points(StoreReader from, List<PointId> ids, List<PointRecord> places) {
    List<byte[]> keys = new ArrayList<>(places.size());
    for (PointRecord place : places) {
      keys.add(Keys.row(collection, place.row()));
    }
    List<byte @Nullable []> rows = vectors ? from.multiGet(Family.ROWS, keys) : List.of();
    List<byte @Nullable []> texts = payloads ? from.multiGet(Family.PAYLOADS, keys) : List.of();
    List<StoredPoint> points = new ArrayList<>(places.size());
    for (int i = 0; i < places.size(); i++) {
      byte[] vector = null;
      if (vectors) {
        byte[] row = rows.get(i);
        if (row == null) {
          throw Records.damaged("point " + ids.get(i), "a row " + places.get(i).row(), "none");
        }
        vector = RowRecord.decode(row, dimension).vector();
      }
      byte[] text = payloads ? texts.get(i) : null;
      points.add(
          new StoredPoint(
              ids.get(i),
              places.get(i).version(),
              vector,
              text == null ? null : Records.payloadOf(text)));
    }
    return points;
  }

  /// The points that certain rows are versions of, null for rows that are gone.
  List<@Nullable StoredPoint> byRow(StoreReader from, long[] labels) {
    List<byte[]> keys = new ArrayList<>(labels.length);
    for (long label : labels) {
      keys.add(Keys.row(collection, label));
    }
    List<byte @Nullable []> rows = from.multiGet(Family.ROWS, keys);
    List<byte @Nullable []> texts = payloads ? from.multiGet(Family.PAYLOADS, keys) : List.of();
    List<@Nullable StoredPoint> points = new ArrayList<>(labels.length);
    for (int i = 0; i < labels.length; i++) {
      byte[] value = rows.get(i);
      if (value == null) {
        points.add(null);
        continue;
      }
      RowRecord row = RowRecord.decode(value, dimension);
      byte[] text = payloads ? texts.get(i) : null;
      points.add(
          new StoredPoint(
              PointId.fromKey(row.idKey()),
              row.version(),
              vectors ? row.vector() : null,
              text == null ? null : Records.payloadOf(text)));
    }
    return points;
  }
}

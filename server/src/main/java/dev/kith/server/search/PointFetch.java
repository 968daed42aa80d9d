package dev.kith.server.search;

import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.collection.StoredPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Fetches the points of hits in pieces, so that too large an answer, or that nobody waits for it,
/// is noticed early.
///
/// @param snapshot that the hits were found in
/// @param size counts what is fetched
/// @param patience of the caller
record PointFetch(SearchSnapshot snapshot, AnswerSize size, Patience patience) {
  private static final int FETCHED_AT_ONCE = 128;

  /// Fetches points in the order of their rows.
  ///
  /// @param rows labels of hits
  /// @throws AbandonedException if the caller has left
  List<StoredPoint> points(long[] rows, boolean vectors, boolean payloads) {
    List<StoredPoint> points = new ArrayList<>(rows.length);
    while (points.size() < rows.length) {
      patience.requireCaller();
      int first = points.size();
      int end = Math.min(rows.length, first + FETCHED_AT_ONCE);
      long[] some = Arrays.copyOfRange(rows, first, end);
      for (StoredPoint point : snapshot.fetch(some, vectors, payloads)) {
        if (point == null) {
          throw new IllegalStateException(
              "row %d was found in the index at LSN %d, but the store has no such row then"
                  .formatted(rows[points.size()], snapshot.lsn()));
        }
        size.add(point);
        points.add(point);
      }
    }
    return points;
  }
}

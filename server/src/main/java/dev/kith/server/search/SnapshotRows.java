package dev.kith.server.search;

import dev.kith.index.VectorSpace;
import dev.kith.index.cluster.Clusters;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.VectorRows;
import dev.kith.server.collection.SearchSnapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Some rows of one snapshot, each once, and where in its segments they are. Not thread-safe.
final class SnapshotRows {
  private static final int ASSIGNED_AT_ONCE = 1024;

  private final List<SegmentReader> segments;
  private final Map<Long, Integer> numbers = new HashMap<>();
  private final List<Place> places = new ArrayList<>();

  /// @param snapshot open as long as this is used
  SnapshotRows(SearchSnapshot snapshot) {
    this.segments = snapshot.segments();
  }

  private record Place(int segment, int ordinal) {}

  /// Adds a row, if it is not there yet.
  ///
  /// @param row label of one that a search may return
  /// @return its number among the rows here, from 0 on
  int add(long row) {
    return numbers.computeIfAbsent(
        row,
        _ -> {
          places.add(placeOf(row));
          return places.size() - 1;
        });
  }

  private Place placeOf(long row) {
    for (int segment = 0; segment < segments.size(); segment++) {
      int ordinal = segments.get(segment).ordinalOf(row);
      if (ordinal >= 0) {
        return new Place(segment, ordinal);
      }
    }
    throw new IllegalStateException("row %d is in the store and in no segment".formatted(row));
  }

  int size() {
    return places.size();
  }

  /// Reads a vector; under COSINE it is of length one.
  ///
  /// @param vector of the dimension
  void read(int number, float[] vector) {
    Place place = places.get(number);
    VectorRows rows = segments.get(place.segment).rows();
    MemorySegment.copy(
        rows.segment(), Points.FLOAT, rows.offset(place.ordinal), vector, 0, vector.length);
  }

  /// Copies the rows `[0, count)`.
  ///
  /// @param arena frees the copy when it closes
  VectorRows copy(VectorSpace space, int count, Arena arena) {
    VectorRows copy = VectorRows.reserve(space, count, arena);
    for (int i = 0; i < count; i++) {
      Place place = places.get(i);
      copy.copy(i, segments.get(place.segment).rows(), place.ordinal);
    }
    return copy;
  }

  /// The coordinates of rows as points.
  static Points points(VectorRows rows) {
    return new Points(rows.segment(), 0, rows.stride(), rows.space().dimension());
  }

  /// The nearest centroid of each row.
  ///
  /// @throws AbandonedException if the caller has left
  int[] nearest(Clusters clusters, Patience patience) {
    int[] cells = new int[places.size()];
    RowProducts worker = new RowProducts();
    for (int segment = 0; segment < segments.size(); segment++) {
      int[] here = in(segment);
      int[] ordinals = new int[here.length];
      for (int i = 0; i < here.length; i++) {
        ordinals[i] = places.get(here[i]).ordinal;
      }
      int[] nearest = new int[here.length];
      float[] closeness = new float[here.length];
      Points points = points(segments.get(segment).rows());
      for (int from = 0; from < here.length; from += ASSIGNED_AT_ONCE) {
        patience.requireCaller();
        int to = Math.min(here.length, from + ASSIGNED_AT_ONCE);
        clusters.assign(points, ordinals, from, to, nearest, closeness, worker);
      }
      for (int i = 0; i < here.length; i++) {
        cells[here[i]] = nearest[i];
      }
    }
    return cells;
  }

  private int[] in(int segment) {
    int[] here = new int[places.size()];
    int count = 0;
    for (int i = 0; i < here.length; i++) {
      if (places.get(i).segment == segment) {
        here[count++] = i;
      }
    }
    return Arrays.copyOf(here, count);
  }
}

package dev.kith.index.cluster;

import java.util.Arrays;

/// Which points each cluster has, in the order of the points. Reused; not thread-safe while it is
/// grouped.
final class Members {
  private final int[] starts;
  private int[] points = new int[0];

  Members(int clusters) {
    this.starts = new int[clusters + 1];
  }

  /// Groups the points `[0, size)`.
  ///
  /// @param assigned the cluster of each
  void group(int[] assigned, int size) {
    if (points.length < size) {
      points = new int[size];
    }
    Arrays.fill(starts, 0);
    for (int i = 0; i < size; i++) {
      starts[assigned[i]]++;
    }
    int end = 0;
    for (int cluster = 0; cluster < starts.length; cluster++) {
      end += starts[cluster];
      starts[cluster] = end;
    }
    for (int i = size - 1; i >= 0; i--) {
      points[--starts[assigned[i]]] = i;
    }
  }

  /// Where the points of a cluster begin; those of the last one end where those of one more would.
  int from(int cluster) {
    return starts[cluster];
  }

  int size(int cluster) {
    return starts[cluster + 1] - starts[cluster];
  }

  /// The point at a place.
  int point(int place) {
    return points[place];
  }
}

package dev.kith.index.cluster;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Centroids, and which of them a point is nearest to.
///
/// Nearest is the one at the least Euclidean distance or, among *spherical* ones, which are of
/// length one, that with the largest inner product.
///
/// Borrows its memory. Any thread may ask while no thread sets a centroid.
public final class Clusters {

  private final boolean spherical;
  private final int count;
  private final int depth;
  private final MemorySegment centroids;
  private final Columns columns;
  private final float[] addends;

  /// Reserves room for centroids that no point is nearest to.
  ///
  /// @param count of centroids, at least 1
  /// @param depth coordinates of each, at least 1
  /// @param arena frees the memory when it closes
  Clusters(boolean spherical, int count, int depth, Arena arena) {
    this.spherical = spherical;
    this.count = count;
    this.depth = depth;
    this.centroids = arena.allocate((long) count * depth * Float.BYTES, 64);
    this.columns = new Columns(count, depth, arena);
    this.addends = new float[count];
  }

  /// Copies centroids that were found before.
  ///
  /// @param spherical whether they are of length one
  /// @param centroids points `[0, count)`
  /// @param arena frees the copies when it closes
  public static Clusters of(boolean spherical, Points centroids, int count, Arena arena) {
    Clusters clusters = new Clusters(spherical, count, centroids.depth(), arena);
    for (int centroid = 0; centroid < count; centroid++) {
      clusters.set(centroid, centroids, centroid);
    }
    return clusters;
  }

  /// Number of centroids.
  public int count() {
    return count;
  }

  /// Coordinates of a centroid.
  public int depth() {
    return depth;
  }

  /// Whether the centroids are of length one.
  boolean isSpherical() {
    return spherical;
  }

  /// The centroids as points, borrowed.
  public Points centroids() {
    return new Points(centroids, 0, (long) depth * Float.BYTES, depth);
  }

  /// Moves a centroid towards a mean.
  ///
  /// @param mean in `[0, depth)`, overwritten; made a unit vector first if the centroids are
  ///   spherical, or without effect if it has no direction then
  /// @param stride how far, in terms of the distance: 1 to the mean
  void move(int centroid, double[] mean, double stride) {
    if (spherical && !normalize(mean)) {
      return;
    }
    long at = (long) centroid * depth * Float.BYTES;
    for (int i = 0; i < depth; i++) {
      float before = centroids.get(Points.FLOAT, at + (long) i * Float.BYTES);
      mean[i] = before + stride * (mean[i] - before);
    }
    if (spherical && !normalize(mean)) {
      return;
    }
    for (int i = 0; i < depth; i++) {
      centroids.set(Points.FLOAT, at + (long) i * Float.BYTES, (float) mean[i]);
    }
    pack(centroid, at);
  }

  /// @return false if it has no direction
  private boolean normalize(double[] coordinates) {
    double squares = 0;
    for (int i = 0; i < depth; i++) {
      squares += coordinates[i] * coordinates[i];
    }
    if (squares == 0) {
      return false;
    }
    double scale = 1 / Math.sqrt(squares);
    for (int i = 0; i < depth; i++) {
      coordinates[i] *= scale;
    }
    return true;
  }

  /// Puts a point in the place of a centroid.
  void set(int centroid, Points points, int point) {
    long at = (long) centroid * depth * Float.BYTES;
    MemorySegment.copy(
        points.segment(), points.at(point), centroids, at, (long) depth * Float.BYTES);
    pack(centroid, at);
  }

  private void pack(int centroid, long at) {
    addends[centroid] = spherical ? 0 : (float) (-centroids().squaredLength(centroid) / 2);
    columns.set(centroid, addends[centroid], centroids, at);
  }

  /// What makes the largest sum of it and the inner product that of the nearest centroid.
  float addend(int centroid) {
    return addends[centroid];
  }

  /// The centroids, packed: their products with a point are largest for the nearest.
  Columns columns() {
    return columns;
  }

  /// Finds the nearest centroids of `points[ordinals[from..to))`.
  ///
  /// @param nearest takes that of the point `ordinals[i]` at `i`
  /// @param closeness takes, likewise, the inner product of both, less half the squared length of
  ///   the centroid if these are not spherical
  public void assign(
      Points points,
      int[] ordinals,
      int from,
      int to,
      int[] nearest,
      float[] closeness,
      RowProducts worker) {
    worker.nearest(columns, points, ordinals, from, to, nearest, closeness);
  }
}

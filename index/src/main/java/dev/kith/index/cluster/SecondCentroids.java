package dev.kith.index.cluster;

import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.kernel.VectorKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Finds for points that have a nearest centroid a second one that makes up for the first.
///
/// With `r` and `s` for what a point differs by from the first and from the second, it is the one
/// for which `|s|² + λ ⟨s, r / |r|⟩²` is least. A query that the first centroid is far from for a
/// point so near lies where `r` points to; the less `s` has of that direction, the less the second
/// one shares its fate. (Sun, Simcha, Dopson, Guo and Kumar, *SOAR: improved indexing for
/// approximate nearest neighbor search*, NeurIPS 2023, section 3.)
///
/// Owned by one worker; reused from call to call.
public final class SecondCentroids {

  /// λ. Of 0, which finds the second nearest, 0.5, 1, 1.5 and 2, searches of WordNet definitions
  /// read the fewest rows with 1.5 and 2, those of GloVe-100 with 1 and 1.5, and all the most with
  /// 0.
  static final double WEIGHT = 1.5;

  /// Points that are multiplied together: whole tiles of a matrix product.
  private static final int BATCH = 30;

  // Static, so that the optimiser knows which one it is.
  private static final VectorKernel KERNEL = VectorKernel.best();

  private final Clusters clusters;
  private final RowProducts worker = new RowProducts();
  private final float[] products;
  private final MemorySegment residual;

  // Of the point that is looked at: its residual's weight and product with it, its squared length.
  private double weight;
  private double along;
  private double squares;

  /// @param clusters at least two
  /// @param arena frees the memory when it closes
  public SecondCentroids(Clusters clusters, Arena arena) {
    if (clusters.count() < 2) {
      throw new IllegalArgumentException(
          "second centroids take two at least, got " + clusters.count());
    }
    this.clusters = clusters;
    this.products = new float[BATCH * clusters.count()];
    this.residual = arena.allocate((long) clusters.centroids().depth() * Float.BYTES, 64);
  }

  /// Finds the second centroids of `points[ordinals[from..to))`.
  ///
  /// @param first holds the nearest centroid of the point `ordinals[i]` at `i`
  /// @param second takes the second one, likewise; never the same
  public void find(Points points, int[] ordinals, int from, int to, int[] first, int[] second) {
    for (int start = from; start < to; start += BATCH) {
      int end = Math.min(to, start + BATCH);
      worker.products(clusters.columns(), points, ordinals, start, end, products);
      for (int i = start; i < end; i++) {
        second[i] = second(points, ordinals[i], first[i], (i - start) * clusters.count());
      }
    }
  }

  /// @param at where the products of the point with all centroids are
  private int second(Points points, int point, int first, int at) {
    subtract(points, point, first);
    // The nearest of the others is a good guess, and there is one, whatever the numbers are.
    int best = nearestOther(first, at);
    double least = loss(best, products[at + best]);
    float bar = bar(least);
    for (int centroid = 0; centroid < clusters.count(); centroid++) {
      if (products[at + centroid] > bar && centroid != first) {
        double loss = loss(centroid, products[at + centroid]);
        if (loss < least) {
          least = loss;
          best = centroid;
          bar = bar(least);
        }
      }
    }
    return best;
  }

  private void subtract(Points points, int point, int first) {
    Points centroids = clusters.centroids();
    double length = 0;
    double product = 0;
    double sum = 0;
    for (int i = 0; i < centroids.depth(); i++) {
      long coordinate = (long) i * Float.BYTES;
      float its = points.segment().get(Points.FLOAT, points.at(point) + coordinate);
      float difference =
          its - centroids.segment().get(Points.FLOAT, centroids.at(first) + coordinate);
      residual.set(Points.FLOAT, coordinate, difference);
      length += (double) difference * difference;
      product += (double) difference * its;
      sum += (double) its * its;
    }
    weight = length > 0 ? WEIGHT / length : 0;
    along = product;
    squares = clusters.isSpherical() ? sum + 1 : sum;
  }

  private int nearestOther(int first, int at) {
    int nearest = first == 0 ? 1 : 0;
    for (int centroid = 0; centroid < clusters.count(); centroid++) {
      if (products[at + centroid] > products[at + nearest] && centroid != first) {
        nearest = centroid;
      }
    }
    return nearest;
  }

  /// @param closeness of the centroid and the point, as of [Clusters#assign]
  private double loss(int centroid, float closeness) {
    Points centroids = clusters.centroids();
    double common =
        along
            - KERNEL.dot(
                residual, 0, centroids.segment(), centroids.at(centroid), centroids.depth());
    return squares - 2.0 * closeness + weight * common * common;
  }

  /// How close a centroid must be for a loss below this, if it has nothing in common with the
  /// first.
  private float bar(double loss) {
    return (float) ((squares - loss) / 2);
  }
}

package dev.kith.index.cluster;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Draws the first centroids from the points, with a chance that is proportional to the squared
/// distance from the nearest one drawn before: one at a time at first, then a thirty-second of
/// those that there are.
final class Seeding {
  private static final int SHARE = 32;

  /// Share of its squared length by which the squared distance of a point is off at most: what is
  /// less is none.
  private static final double ROUNDING = 1e-5;

  private final Points points;
  private final int[] sample;
  private final int size;
  private final Clusters clusters;
  private final SplittableRandom random;
  private final OrderedWork<Neighbourhoods.Worker> workers;
  private final double[] squares;
  private final double ofCentroid;
  private final double[] weights;
  private final double[] sums;
  private final boolean[] drawn;
  private final int[] nearest;
  private final float[] closeness;

  /// @param size points of `sample` to draw from, the first ones, in random order
  /// @param squares squared lengths of the points
  /// @param ofCentroid squared length of centroids, if their products with points leave it out
  Seeding(
      Points points,
      int[] sample,
      int size,
      double[] squares,
      double ofCentroid,
      Clusters clusters,
      SplittableRandom random,
      OrderedWork<Neighbourhoods.Worker> workers) {
    this.points = points;
    this.sample = sample;
    this.size = size;
    this.clusters = clusters;
    this.random = random;
    this.squares = squares;
    this.ofCentroid = ofCentroid;
    this.workers = workers;
    this.weights = new double[size];
    this.sums = new double[size];
    this.drawn = new boolean[size];
    this.nearest = new int[size];
    this.closeness = new float[size];
  }

  void seed() throws InterruptedException {
    Arrays.fill(weights, Double.POSITIVE_INFINITY);
    int seeded = 0;
    while (seeded < clusters.count()) {
      int until = Math.min(clusters.count(), seeded + Math.max(1, seeded / SHARE));
      draw(seeded, until, seeded == 0);
      if (until < clusters.count()) {
        narrow(seeded, until);
      }
      seeded = until;
    }
  }

  /// Draws the centroids `[from, to)`.
  private void draw(int from, int to, boolean first) {
    double total = 0;
    for (int i = 0; i < size; i++) {
      total += first ? 1 : weights[i];
      sums[i] = total;
    }
    for (int centroid = from; centroid < to; centroid++) {
      int point = drawOne(total);
      drawn[point] = true;
      clusters.set(centroid, points, sample[point]);
    }
  }

  /// A point that was not drawn yet, or any if that takes too long to find.
  private int drawOne(double total) {
    int point = 0;
    for (int attempt = 0; attempt < 16; attempt++) {
      if (total > 0) {
        int found = Arrays.binarySearch(sums, random.nextDouble() * total);
        point = Math.min(found < 0 ? -found - 1 : found + 1, size - 1);
      } else {
        point = random.nextInt(size);
      }
      if (!drawn[point]) {
        break;
      }
    }
    return point;
  }

  /// Takes the centroids `[from, to)` into account.
  private void narrow(int from, int to) throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      Columns columns = new Columns(to - from, clusters.depth(), arena);
      Points centroids = clusters.centroids();
      for (int centroid = from; centroid < to; centroid++) {
        float addend = clusters.addend(centroid);
        columns.set(centroid - from, addend, centroids.segment(), centroids.at(centroid));
      }
      workers.run(
          size,
          KMeans.CHUNK,
          (worker, first, last) -> {
            worker.products.nearest(columns, points, sample, first, last, nearest, closeness);
            for (int i = first; i < last; i++) {
              double distance = squares[i] + ofCentroid - 2.0 * closeness[i];
              weights[i] = Math.min(weights[i], distance > ROUNDING * squares[i] ? distance : 0);
            }
          });
    }
  }
}

package dev.kith.index.cluster;

import dev.kith.index.TopK;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.ProductKernel;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.util.stream.IntStream;

/// Assigns points to the nearest of the centroids around the one they had: all points of a cluster
/// together, so that they are multiplied with the same few columns.
///
/// A centroid moves little from round to round, and a point that changes its cluster goes to one
/// next to it, so hardly any is missed.
final class Neighbourhoods {

  /// Centroids that a point is compared with, its own included.
  private static final int SIZE = 64;

  /// Clusters that a thread assigns the points of before it looks for more work: a tile of rows.
  private static final int CHUNK = ProductKernel.ROWS;

  private final Clusters clusters;
  private final int[] centroidOrdinals;

  Neighbourhoods(Clusters clusters) {
    this.clusters = clusters;
    this.centroidOrdinals = IntStream.range(0, clusters.count()).toArray();
  }

  /// What a thread works with.
  static final class Worker {
    final RowProducts products = new RowProducts();
    private final TopK nearest = new TopK(SIZE);
    private final int[] neighbours = new int[SIZE];
    private final float[] scores = new float[SIZE];
    private double[] sums = new double[0];
    private float[] point = new float[0];
    private float[] toCentroids = new float[0];
    private int[] ordinals = new int[0];
    private int[] assigned = new int[0];
    private float[] closeness = new float[0];
    private final Columns columns;

    /// @param depth coordinates of a point
    /// @param arena frees what it needs when it closes
    Worker(int depth, Arena arena) {
      this.columns = new Columns(SIZE, depth, arena);
    }

    float[] point(int depth) {
      if (point.length < depth) {
        point = new float[depth];
      }
      return point;
    }

    double[] sums(int depth) {
      if (sums.length < depth) {
        sums = new double[depth];
      }
      return sums;
    }

    private void fit(int points) {
      if (ordinals.length < points) {
        ordinals = new int[points];
        assigned = new int[points];
        closeness = new float[points];
      }
    }

    private void fitCentroids(int centroids) {
      if (toCentroids.length < CHUNK * centroids) {
        toCentroids = new float[CHUNK * centroids];
      }
    }
  }

  /// Assigns all points of all clusters.
  ///
  /// @param members the clusters that points had
  /// @param moved clusters whose centroid is elsewhere now: their points are compared with all
  /// @param assigned takes the cluster of each point
  /// @param closeness takes how close each is, see [Clusters#assign]
  void assign(
      Points points,
      int[] sample,
      Members members,
      boolean[] moved,
      int[] assigned,
      float[] closeness,
      OrderedWork<Worker> workers)
      throws InterruptedException {
    workers.run(
        clusters.count(),
        CHUNK,
        (worker, from, to) -> {
          compareCentroids(from, to, worker);
          for (int cluster = from; cluster < to; cluster++) {
            int size = members.size(cluster);
            if (size == 0) {
              continue;
            }
            worker.fit(size);
            int first = members.from(cluster);
            for (int i = 0; i < size; i++) {
              worker.ordinals[i] = sample[members.point(first + i)];
            }
            assign(points, cluster - from, size, moved[cluster], worker);
            for (int i = 0; i < size; i++) {
              assigned[members.point(first + i)] = worker.assigned[i];
              closeness[members.point(first + i)] = worker.closeness[i];
            }
          }
        });
  }

  private void assign(Points points, int ofChunk, int size, boolean isMoved, Worker worker) {
    if (isMoved || clusters.count() <= SIZE) {
      clusters.assign(
          points, worker.ordinals, 0, size, worker.assigned, worker.closeness, worker.products);
      return;
    }
    Columns around = around(ofChunk, worker);
    worker.products.nearest(
        around, points, worker.ordinals, 0, size, worker.assigned, worker.closeness);
    for (int i = 0; i < size; i++) {
      worker.assigned[i] = worker.neighbours[worker.assigned[i]];
    }
  }

  private void compareCentroids(int from, int to, Worker worker) {
    if (clusters.count() > SIZE) {
      worker.fitCentroids(clusters.count());
      Points centroids = clusters.centroids();
      worker.products.products(
          clusters.columns(), centroids, centroidOrdinals, from, to, worker.toCentroids);
    }
  }

  /// The centroids around one, nearest first, so that of equals the one that points have wins.
  private Columns around(int ofChunk, Worker worker) {
    Points centroids = clusters.centroids();
    worker.nearest.reset(SIZE);
    for (int other = 0; other < clusters.count(); other++) {
      worker.nearest.offer(other, worker.toCentroids[ofChunk * clusters.count() + other]);
    }
    int count = worker.nearest.drainTo(worker.neighbours, worker.scores);
    for (int i = 0; i < count; i++) {
      int centroid = worker.neighbours[i];
      worker.columns.set(i, clusters.addend(centroid), centroids.segment(), centroids.at(centroid));
    }
    return worker.columns;
  }
}

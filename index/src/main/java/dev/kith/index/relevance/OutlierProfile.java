package dev.kith.index.relevance;

import dev.kith.index.Require;
import dev.kith.index.cluster.Clusters;
import dev.kith.index.cluster.KMeans;
import dev.kith.index.codec.Covariances;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// What vectors look like that a collection knows, to tell how unlike them a query is.
///
/// The distance of a query is the least Mahalanobis distance to a centroid, where all clusters
/// share one covariance (Lee, Lee, Lee and Shin, *A simple unified framework for detecting
/// out-of-distribution samples and adversarial attacks*, NeurIPS 2018, with clusters for classes).
/// What a distance means is told by those of points that the profile was not made of and, where
/// there were any, of queries.
///
/// Immutable and thread-safe.
public final class OutlierProfile {

  /// Most coordinates: the covariance takes two bytes for the square of their number.
  public static final int MAX_DIMENSION = 4096;

  /// Points that a profile can be made of.
  public static final int LEAST_POINTS = 100;

  private static final int CLUSTERS = 64;
  private static final int POINTS_PER_CLUSTER = 64;
  private static final int ROUNDS = 10;

  /// Of so many points, one is not learnt from but tells what distances mean.
  private static final int HELD_OUT = 5;

  /// Distances that are kept of many, evenly spaced by rank.
  private static final int RANKS = 1024;

  /// Added to every variance, in terms of the mean one: no direction is without any.
  private static final double FLOOR = 0.01;

  /// Added where no direction has any, so that the inverse is one of floats.
  private static final double LEAST_VARIANCE = 1e-12;

  private final int dimension;

  /// The inverse of the lower triangle whose product with its transpose is the covariance, column
  /// after column, each from the diagonal on.
  private final float[] whitening;

  /// Centroids in whitened coordinates: the first coordinate of all, then the second, and so on.
  private final float[] centroids;

  private final float[] ofPoints;

  OutlierProfile(int dimension, float[] whitening, float[] centroids, float[] ofPoints) {
    Require.inRange("dimension", dimension, 1, MAX_DIMENSION);
    if (whitening.length != dimension * (dimension + 1) / 2
        || centroids.length == 0
        || centroids.length % dimension != 0
        || ofPoints.length == 0) {
      throw new IllegalArgumentException(
          "a profile of %d dimensions cannot have %d, %d and %d numbers"
              .formatted(dimension, whitening.length, centroids.length, ofPoints.length));
    }
    this.dimension = dimension;
    this.whitening = whitening;
    this.centroids = centroids;
    this.ofPoints = ofPoints;
  }

  /// Points that are enough to make a profile of.
  ///
  /// @param dimension of the points
  public static int enough(int dimension) {
    return Math.max(16_384, 16 * dimension);
  }

  /// Makes a profile.
  ///
  /// @param points of at most [#MAX_DIMENSION] coordinates, as indexes compare them
  /// @param sample which of them to look at: [#enough], and [#LEAST_POINTS] at least
  /// @param seed decides which points are learnt from, and where clusters begin
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param step called now and then; may throw to end it
  /// @throws InterruptedException if the calling thread is interrupted
  public static OutlierProfile fit(
      Points points, int[] sample, long seed, int threads, Runnable step)
      throws InterruptedException {
    Require.inRange("dimension", points.depth(), 1, MAX_DIMENSION);
    Require.inRange("points", sample.length, LEAST_POINTS, Integer.MAX_VALUE);
    int[] order = shuffled(sample, seed);
    int heldOut = order.length / HELD_OUT;
    int[] learnt = Arrays.copyOfRange(order, heldOut, order.length);
    int clusters = Math.clamp(learnt.length / POINTS_PER_CLUSTER, 1, CLUSTERS);
    try (Arena arena = Arena.ofShared()) {
      KMeans.Params params = new KMeans.Params(clusters, ROUNDS, false, 1e9, seed);
      Clusters found =
          KMeans.train(points, learnt, params, threads, arena, (_, _, _) -> step.run()).clusters();
      double[] covariance = covariance(points, learnt, found, threads, arena, step);
      float[] whitening = whitening(covariance, points.depth(), step);
      OutlierProfile bare =
          new OutlierProfile(
              points.depth(), whitening, whitened(found, whitening, points.depth()), new float[1]);
      float[] row = new float[points.depth()];
      float[] ofPoints = new float[heldOut];
      for (int i = 0; i < heldOut; i++) {
        read(points, order[i], row);
        ofPoints[i] = (float) bare.distance(row);
      }
      return new OutlierProfile(points.depth(), whitening, bare.centroids, ranked(ofPoints));
    }
  }

  private static int[] shuffled(int[] sample, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = sample.clone();
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /// How points vary about their centroids.
  private static double[] covariance(
      Points points, int[] sample, Clusters clusters, int threads, Arena arena, Runnable step)
      throws InterruptedException {
    int dimension = points.depth();
    long stride = (long) dimension * Float.BYTES;
    MemorySegment differences = arena.allocate(sample.length * stride, 64);
    int[] nearest = new int[sample.length];
    float[] closeness = new float[sample.length];
    clusters.assign(points, sample, 0, sample.length, nearest, closeness, new RowProducts());
    float[] row = new float[dimension];
    float[] centroid = new float[dimension];
    for (int i = 0; i < sample.length; i++) {
      read(points, sample[i], row);
      read(clusters.centroids(), nearest[i], centroid);
      for (int j = 0; j < dimension; j++) {
        row[j] -= centroid[j];
      }
      MemorySegment.copy(row, 0, differences, Points.FLOAT, i * stride, dimension);
    }
    int[] all = IntStream.range(0, sample.length).toArray();
    double[] sums =
        Covariances.of(new Points(differences, 0, stride, dimension), all, false, threads, step);
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= sample.length;
    }
    return sums;
  }

  private static void read(Points points, int point, float[] target) {
    MemorySegment.copy(points.segment(), Points.FLOAT, points.at(point), target, 0, target.length);
  }

  /// The inverse of the Cholesky factor.
  private static float[] whitening(double[] covariance, int dimension, Runnable step) {
    double trace = 0;
    for (int i = 0; i < dimension; i++) {
      trace += covariance[i * dimension + i];
    }
    double floor = Math.max(LEAST_VARIANCE, FLOOR * trace / dimension);
    double[][] factor = new double[dimension][];
    for (int i = 0; i < dimension; i++) {
      factor[i] = new double[i + 1];
      step.run();
      for (int j = 0; j <= i; j++) {
        double sum = covariance[i * dimension + j] + (i == j ? floor : 0);
        for (int k = 0; k < j; k++) {
          sum -= factor[i][k] * factor[j][k];
        }
        factor[i][j] = i == j ? Math.sqrt(Math.max(sum, floor)) : sum / factor[j][j];
      }
    }
    float[] inverse = new float[dimension * (dimension + 1) / 2];
    double[] column = new double[dimension];
    int next = 0;
    for (int j = 0; j < dimension; j++) {
      step.run();
      for (int i = j; i < dimension; i++) {
        double sum = i == j ? 1 : 0;
        for (int k = j; k < i; k++) {
          sum -= factor[i][k] * column[k];
        }
        column[i] = sum / factor[i][i];
        inverse[next++] = (float) column[i];
      }
    }
    return inverse;
  }

  private static float[] whitened(Clusters clusters, float[] whitening, int dimension) {
    float[] all = new float[clusters.count() * dimension];
    float[] centroid = new float[dimension];
    float[] target = new float[dimension];
    for (int c = 0; c < clusters.count(); c++) {
      read(clusters.centroids(), c, centroid);
      whiten(centroid, whitening, target);
      for (int i = 0; i < dimension; i++) {
        all[i * clusters.count() + c] = target[i];
      }
    }
    return all;
  }

  private static void whiten(float[] vector, float[] whitening, float[] target) {
    int dimension = target.length;
    Arrays.fill(target, 0);
    int next = 0;
    for (int j = 0; j < dimension; j++) {
      float value = vector[j];
      for (int i = j; i < dimension; i++) {
        target[i] += value * whitening[next + i - j];
      }
      next += dimension - j;
    }
  }

  /// Some of the distances, ascending.
  static float[] ranked(float[] distances) {
    Arrays.sort(distances);
    if (distances.length <= RANKS) {
      return distances;
    }
    float[] some = new float[RANKS];
    for (int i = 0; i < RANKS; i++) {
      some[i] = distances[(int) ((long) i * (distances.length - 1) / (RANKS - 1))];
    }
    return some;
  }

  /// The Mahalanobis distance of a vector to the nearest centroid.
  ///
  /// @param vector as many coordinates as the points have, or more, which do not count; as indexes
  ///   compare them
  public double distance(float[] vector) {
    float[] white = new float[dimension];
    whiten(vector, whitening, white);
    int count = centroids.length / dimension;
    float[] squares = new float[count];
    for (int i = 0; i < dimension; i++) {
      float coordinate = white[i];
      int row = i * count;
      for (int c = 0; c < count; c++) {
        float difference = coordinate - centroids[row + c];
        squares[c] += difference * difference;
      }
    }
    float least = Float.POSITIVE_INFINITY;
    for (float square : squares) {
      least = Math.min(least, square);
    }
    return Math.sqrt(least);
  }

  /// Share of the points that are at most as far from their centroids, in percent.
  public double pointsPercentile(double distance) {
    return percentile(ofPoints, distance);
  }

  /// Share of some numbers that are at most as large, in percent.
  static double percentile(float[] ranked, double distance) {
    int from = 0;
    int to = ranked.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (ranked[middle] <= distance) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return 100.0 * from / ranked.length;
  }

  float[] whitening() {
    return whitening;
  }

  float[] centroids() {
    return centroids;
  }

  float[] ofPoints() {
    return ofPoints;
  }

  /// Memory it takes.
  long bytes() {
    return (long) Float.BYTES * (whitening.length + centroids.length + ofPoints.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OutlierProfile that
        && Arrays.equals(whitening, that.whitening)
        && Arrays.equals(centroids, that.centroids)
        && Arrays.equals(ofPoints, that.ofPoints);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ofPoints);
  }
}

package dev.kith.index.ivf;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.cluster.Clusters;
import dev.kith.index.cluster.KMeans;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Which rows are in which list.
///
/// @param centroids one a list
/// @param starts for every list the position of its first row, and one more at the end
/// @param order for every position which of the rows that were given is there; the rows of a list
///   in the order in which they were given
/// @param trained rows that the centroids were learnt from
/// @param trainedError their mean squared distance from their centroids
/// @param error that of all rows
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Partition(
    VectorRows centroids,
    int[] starts,
    int[] order,
    int trained,
    double trainedError,
    double error) {

  /// The list of a row that nobody has looked for yet.
  public static final int UNKNOWN = -1;

  /// Most rounds of k-means. They end sooner once they bring little.
  private static final int ROUNDS = 28;

  /// Times the mean that a list may be long: the longest ones make the slowest searches.
  private static final double CAP = 4;

  /// Of learning lists from prefixes, the share of time until centroids are known.
  private static final double TRAINING = 0.8;

  /// Rows that a thread assigns at a time.
  private static final int CHUNK = 1_536;

  /// Listens.
  @FunctionalInterface
  public interface Progress {

    /// Hears which part of the work is done, from 0 to 1. May throw to end it.
    void done(double share);
  }

  /// Centroids, and how they came to be.
  ///
  /// @param coarse finds those that are nearest to a query
  /// @param trained rows that they were learnt from
  /// @param error their mean squared distance from their centroids
  public record Centroids(CoarseQuantizer coarse, int trained, double error) {

    /// Those that were just learnt, without a graph over them.
    Centroids(VectorRows rows, int trained, double error) {
      this(CoarseQuantizer.flat(rows), trained, error);
    }

    /// The centroids, borrowed.
    public VectorRows rows() {
      return coarse.centroids();
    }
  }

  /// What centroids are learnt from, and how.
  ///
  /// @param points all rows
  /// @param sample which of them
  /// @param means what k-means is told
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Training(Points points, int[] sample, KMeans.Params means) {}

  /// Says from which of the rows, and how, [#train] learns centroids.
  ///
  /// @param sources which of the rows there are, at least one
  public static Training training(IvfParams params, VectorRows rows, int[] sources) {
    int lists = params.listsFor(sources.length);
    int size = IvfParams.sampleSize(sources.length, lists);
    return new Training(
        points(rows),
        notTooLong(points(rows), sample(sources, size, params.seed())),
        new KMeans.Params(lists, ROUNDS, isSpherical(rows.space()), CAP, params.seed()));
  }

  /// Learns centroids from a sample of the rows.
  ///
  /// @param sources which of the rows there are, at least one
  /// @param threads with the calling one
  /// @param arena frees the centroids when it closes
  /// @throws InterruptedException if the calling thread is interrupted
  public static Centroids train(
      IvfParams params, VectorRows rows, int[] sources, int threads, Arena arena, Progress progress)
      throws InterruptedException {
    Training task = training(params, rows, sources);
    try (Arena scratch = Arena.ofShared()) {
      KMeans.Result result =
          KMeans.train(
              task.points,
              task.sample,
              task.means,
              threads,
              scratch,
              (round, of, _) -> progress.done((double) round / of));
      int lists = task.means.clusters();
      VectorRows centroids = VectorRows.reserve(rows.space(), lists, arena);
      Points learnt = result.clusters().centroids();
      for (int list = 0; list < lists; list++) {
        centroids.set(list, learnt.segment(), learnt.at(list));
      }
      return new Centroids(centroids, task.sample.length, result.error());
    }
  }

  /// Puts rows into the list of the nearest centroid.
  ///
  /// @param sources which rows
  /// @param threads with the calling one
  /// @throws InterruptedException if the calling thread is interrupted
  public static Partition of(
      Centroids centroids, VectorRows rows, int[] sources, int threads, Progress progress)
      throws InterruptedException {
    int[] nearest = new int[sources.length];
    Arrays.fill(nearest, UNKNOWN);
    return of(centroids, rows, sources, nearest, threads, progress);
  }

  /// As above, where the lists of some rows are known.
  ///
  /// @param nearest for every source its list, or [#UNKNOWN]; those are found and set
  public static Partition of(
      Centroids centroids,
      VectorRows rows,
      int[] sources,
      int[] nearest,
      int threads,
      Progress progress)
      throws InterruptedException {
    int lists = centroids.coarse.count();
    double[] errors = new double[Math.ceilDiv(sources.length, CHUNK)];
    try (Arena scratch = Arena.ofShared();
        OrderedWork<RowProducts> workers = new OrderedWork<>(threads, RowProducts::new)) {
      Clusters clusters =
          Clusters.of(isSpherical(rows.space()), points(centroids.rows()), lists, scratch);
      Points points = points(rows);
      workers.run(
          sources.length,
          CHUNK,
          (worker, from, to) -> {
            assign(clusters, points, sources, from, to, nearest, worker);
            errors[from / CHUNK] = error(clusters.centroids(), points, sources, from, to, nearest);
          },
          done -> progress.done((double) done / sources.length));
    }
    return group(centroids, nearest, Arrays.stream(errors).sum() / Math.max(1, sources.length));
  }

  /// Learns centroids from prefixes of the rows, in a fraction of the time, and puts rows into the
  /// list of the centroid that is nearest by these; the centroids are the means of the whole
  /// vectors then (AdANNS-IVF; Rege et al., *AdANNS: A framework for adaptive semantic search*,
  /// NeurIPS 2023, section 4.1).
  ///
  /// @param sources which of the rows there are, at least one
  /// @param prefixes of the same, one after another
  /// @param threads with the calling one
  /// @param arena frees the centroids when it closes
  /// @throws InterruptedException if the calling thread is interrupted
  public static Partition ofPrefixes(
      IvfParams params,
      VectorRows rows,
      int[] sources,
      VectorRows prefixes,
      int threads,
      Arena arena,
      Progress progress)
      throws InterruptedException {
    int[] all = IntStream.range(0, sources.length).toArray();
    try (Arena scratch = Arena.ofShared()) {
      Centroids learnt =
          train(params, prefixes, all, threads, scratch, share -> progress.done(TRAINING * share));
      int[] nearest = new int[sources.length];
      Arrays.fill(nearest, UNKNOWN);
      Partition narrow =
          of(
              learnt,
              prefixes,
              all,
              nearest,
              threads,
              share -> progress.done(TRAINING + (1 - TRAINING) * share));
      Centroids means = new Centroids(means(narrow, rows, sources, arena), learnt.trained, 0);
      // All are in their lists: what is left is how far they are from the means.
      double error = of(means, rows, sources, nearest, threads, _ -> progress.done(1)).error;
      return new Partition(means.rows(), narrow.starts, narrow.order, learnt.trained, error, error);
    }
  }

  /// The mean of the rows of each list; of an empty one some row.
  private static VectorRows means(
      Partition partition, VectorRows rows, int[] sources, Arena arena) {
    int lists = partition.starts.length - 1;
    VectorRows means = VectorRows.reserve(rows.space(), lists, arena);
    double[] sum = new double[rows.space().dimension()];
    float[] mean = new float[sum.length];
    for (int list = 0; list < lists; list++) {
      int from = partition.starts[list];
      int to = Math.max(from + 1, partition.starts[list + 1]);
      Arrays.fill(sum, 0);
      for (int place = from; place < to; place++) {
        long at = rows.offset(sources[partition.order[Math.min(place, sources.length - 1)]]);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += rows.segment().get(Points.FLOAT, at + (long) i * Float.BYTES);
        }
      }
      boolean hasDirection = false;
      for (int i = 0; i < sum.length; i++) {
        mean[i] = (float) (sum[i] / (to - from));
        hasDirection |= mean[i] != 0;
      }
      if (!hasDirection) {
        mean[0] = 1; // Rows that are opposite to each other: any direction will do.
      }
      means.set(list, mean);
    }
    return means;
  }

  private static void assign(
      Clusters clusters,
      Points points,
      int[] sources,
      int from,
      int to,
      int[] nearest,
      RowProducts worker) {
    int[] places = IntStream.range(from, to).filter(i -> nearest[i] == UNKNOWN).toArray();
    int[] ordinals = IntStream.of(places).map(i -> sources[i]).toArray();
    int[] found = new int[places.length];
    clusters.assign(points, ordinals, 0, found.length, found, new float[found.length], worker);
    for (int i = 0; i < places.length; i++) {
      nearest[places[i]] = found[i];
    }
  }

  /// The sum of the squared distances of some rows from their centroids.
  static double error(
      Points centroids, Points points, int[] sources, int from, int to, int[] nearest) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += points.squaredDistance(sources[i], centroids, nearest[i]);
    }
    return sum;
  }

  private static Partition group(Centroids centroids, int[] nearest, double error) {
    int[] starts = starts(nearest, centroids.coarse.count());
    int[] next = starts.clone();
    int[] order = new int[nearest.length];
    for (int i = 0; i < nearest.length; i++) {
      order[next[nearest[i]]++] = i;
    }
    return new Partition(
        centroids.rows(), starts, order, centroids.trained, centroids.error, error);
  }

  /// For every list the first place of those in it, and one more at the end.
  ///
  /// @param listOf the list of each that is to have a place
  static int[] starts(int[] listOf, int lists) {
    int[] starts = new int[lists + 1];
    for (int list : listOf) {
      starts[list + 1]++;
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    return starts;
  }

  /// The list that a place is in.
  ///
  /// @param starts for every list its first place, and one more at the end; ascending
  /// @param place in `[0, starts[starts.length - 1])`
  static int listOf(int[] starts, int place) {
    int low = 0;
    int high = starts.length - 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (starts[middle] <= place) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low; // Of lists that begin there the last: the others are empty.
  }

  /// Draws without replacement; ascending, as they are read faster so.
  private static int[] sample(int[] sources, int size, long seed) {
    if (size == sources.length) {
      return sources;
    }
    SplittableRandom random = new SplittableRandom(seed);
    int[] drawn = sources.clone();
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i, drawn.length);
      int swapped = drawn[i];
      drawn[i] = drawn[j];
      drawn[j] = swapped;
    }
    return IntStream.of(drawn).limit(size).sorted().toArray();
  }

  /// Leaves rows out whose squared length is too large for floats: the centroid of one would be the
  /// nearest of all rows, by products that are no numbers.
  private static int[] notTooLong(Points points, int[] sample) {
    int[] left =
        IntStream.of(sample)
            .filter(row -> Float.isFinite((float) points.squaredLength(row)))
            .toArray();
    return left.length == 0 ? sample : left;
  }

  static boolean isSpherical(VectorSpace space) {
    return space.metric() == Metric.COSINE;
  }

  static Points points(VectorRows rows) {
    return new Points(rows.segment(), 0, rows.stride(), rows.space().dimension());
  }
}

package dev.kith.index.cluster;

import dev.kith.index.Require;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Finds centroids such that points lie near their nearest one (Lloyd, *Least squares quantization
/// in PCM*, 1982).
///
/// What makes it quick:
///
/// - The first centroids are drawn far from each other, by squared distance to those drawn before
///   (Arthur and Vassilvitskii, *k-means++*, 2007), many at a time (Bahmani et al., *Scalable
///   k-means++*, 2012): [Seeding].
/// - They are improved on a few of the points first, then on all of them.
/// - In three rounds of four, a point is compared only with the centroids near the one it has
///   (Wang, Wang, Ke, Zeng and Li, *Fast approximate k-means via cluster closures*, 2012):
///   [Neighbourhoods].
/// - A centroid goes past the mean of its points (Xiao, *Over-relaxation Lloyd method for computing
///   centroidal Voronoi tessellations*, 2010).
/// - Points and centroids are multiplied as matrices are ([RowProducts]).
///
/// The same points and seed give the same centroids, with any number of threads.
public final class KMeans {

  /// Points a centroid from which on more of them change little.
  public static final int ENOUGH_PER_CLUSTER = 256;

  /// Points a centroid that the first ones are drawn from.
  private static final int DRAWN_FROM_PER_CLUSTER = 8;

  /// Points a centroid on which the first rounds go.
  private static final int FIRST_PER_CLUSTER = 32;

  /// Points that one thread deals with before it looks for more work, and centroids that it moves.
  static final int CHUNK = 1_536;

  private static final int CENTROID_CHUNK = 16;

  /// Rounds on the first points, at most.
  private static final int FIRST_ROUNDS = 6;

  /// Of so many rounds, one compares all points with all centroids.
  private static final int FULL_OF = 4;

  /// Share of the error that so many rounds must bring, or they end.
  private static final double WORTHWHILE = 5e-4;

  /// How far a centroid goes, in terms of its distance from the mean of its points. Below 2 their
  /// error falls, whatever their number; and those that change clusters next draw it the same way,
  /// so that fewer rounds do. (1,024 centroids, 28 rounds, strides of 1, 1.7 and 1.9: an error of
  /// .6989, .6975, .6967 for GloVe-100; 1.4521, 1.4497, 1.4492 million with 512 for MNIST.)
  private static final double STRIDE = 1.9;

  private final Points points;
  private final Params params;
  private final Progress progress;
  private final SplittableRandom random;
  private final OrderedWork<Neighbourhoods.Worker> workers;
  private final int[] sample;
  private final int[] assigned;
  private final float[] closeness;
  private final double[] squares;
  private final Clusters clusters;
  private final Neighbourhoods neighbourhoods;
  private final Members members;
  private final boolean[] moved;
  private int rounds;
  private int reseated;

  /// What to find.
  ///
  /// @param clusters centroids, at least 1
  /// @param rounds most times that all centroids are moved, in `[1, 1000]`
  /// @param spherical whether points are directions, of length one, as are their centroids then
  /// @param cap times the mean that a cluster may be large, at least 2: centroids of the smallest
  ///   clusters are put into larger ones
  /// @param seed of the draws
  public record Params(int clusters, int rounds, boolean spherical, double cap, long seed) {
    public Params {
      Require.inRange("clusters", clusters, 1, 1 << 24);
      Require.inRange("rounds", rounds, 1, 1000);
      if (!(cap >= 2)) {
        throw new IllegalArgumentException("cap must be at least 2, got " + cap);
      }
    }
  }

  /// Listens.
  @FunctionalInterface
  public interface Progress {

    /// Hears of every round. May throw to end the training.
    ///
    /// @param round from 1 on
    /// @param of most rounds there can be
    /// @param error mean squared distance of the points looked at from their centroids
    void round(int round, int of, double error);
  }

  /// What was found.
  ///
  /// @param clusters the centroids, in the memory of the arena that was given
  /// @param rounds times that all centroids were moved
  /// @param error mean squared distance of the points from their centroids
  /// @param largest points of the largest cluster, in terms of the mean
  /// @param empty clusters without a point
  /// @param reseated how often a centroid was put into a larger cluster
  public record Result(
      Clusters clusters, int rounds, double error, double largest, int empty, int reseated) {}

  private KMeans(
      Points points,
      int[] sample,
      Params params,
      Arena arena,
      OrderedWork<Neighbourhoods.Worker> workers,
      Progress progress) {
    this.points = points;
    this.params = params;
    this.progress = progress;
    this.random = new SplittableRandom(params.seed());
    this.workers = workers;
    this.sample = shuffled(sample);
    this.assigned = new int[sample.length];
    this.closeness = new float[sample.length];
    this.squares = new double[sample.length];
    this.clusters = new Clusters(params.spherical(), params.clusters(), points.depth(), arena);
    this.neighbourhoods = new Neighbourhoods(clusters);
    this.members = new Members(params.clusters());
    this.moved = new boolean[params.clusters()];
  }

  /// Trains.
  ///
  /// @param sample points to learn from: at least one; [#ENOUGH_PER_CLUSTER] a centroid do
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param arena frees the centroids when it closes
  /// @throws InterruptedException if the calling thread is interrupted
  public static Result train(
      Points points, int[] sample, Params params, int threads, Arena arena, Progress progress)
      throws InterruptedException {
    Require.inRange("sample size", sample.length, 1, Integer.MAX_VALUE);
    try (Arena scratch = Arena.ofShared();
        OrderedWork<Neighbourhoods.Worker> workers =
            new OrderedWork<>(threads, () -> new Neighbourhoods.Worker(points.depth(), scratch))) {
      return new KMeans(points, sample, params, arena, workers, progress).train();
    }
  }

  private int[] shuffled(int[] ordinals) {
    int[] copy = ordinals.clone();
    for (int i = copy.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = copy[i];
      copy[i] = copy[j];
      copy[j] = swapped;
    }
    return copy;
  }

  private Result train() throws InterruptedException {
    int all = sample.length;
    int drawnFrom = (int) Math.min(all, (long) DRAWN_FROM_PER_CLUSTER * params.clusters());
    int first = (int) Math.min(all, (long) FIRST_PER_CLUSTER * params.clusters());
    // Which points are the first is random; in order, they are read faster.
    Arrays.sort(sample, 0, drawnFrom);
    Arrays.sort(sample, drawnFrom, first);
    Arrays.sort(sample, first, all);
    measureSquares();
    new Seeding(points, sample, drawnFrom, squares, ofCentroid(), clusters, random, workers).seed();
    assignAll(0, first);
    if (first < all) {
      improve(first, Math.min(FIRST_ROUNDS, params.rounds() / 2));
      assignAll(first, all);
    }
    improve(all, params.rounds() - rounds);
    members.group(assigned, all);
    int[] sizes = IntStream.range(0, params.clusters()).map(members::size).toArray();
    return new Result(
        clusters,
        rounds,
        error(all),
        Arrays.stream(sizes).max().orElseThrow() * (double) params.clusters() / all,
        (int) Arrays.stream(sizes).filter(size -> size == 0).count(),
        reseated);
  }

  private void measureSquares() throws InterruptedException {
    workers.run(
        sample.length,
        CHUNK,
        (_, from, to) -> {
          for (int i = from; i < to; i++) {
            squares[i] = points.squaredLength(sample[i]);
          }
        });
  }

  /// Moves centroids towards the means of the first points, until that brings little.
  private void improve(int size, int most) throws InterruptedException {
    double before = error(size);
    for (int round = 1; round <= most; round++) {
      members.group(assigned, size);
      // The last rounds are left in peace, so that what was put elsewhere settles.
      boolean isLast = round == most;
      move(isLast ? 1 : STRIDE);
      Arrays.fill(moved, false);
      int moves = round <= most - 2 ? reseat(size) : 0;
      boolean full = round % FULL_OF == 0 || isLast;
      if (full) {
        assignAll(0, size);
      } else {
        neighbourhoods.assign(points, sample, members, moved, assigned, closeness, workers);
      }
      rounds++;
      double now = error(size);
      progress.round(rounds, params.rounds(), now);
      if (full && moves == 0) {
        if (before - now < WORTHWHILE * before) {
          return;
        }
        before = now;
      }
    }
  }

  private void assignAll(int from, int to) throws InterruptedException {
    workers.run(
        to - from,
        CHUNK,
        (worker, first, last) ->
            clusters.assign(
                points, sample, from + first, from + last, assigned, closeness, worker.products));
  }

  private double error(int size) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += Math.max(0, squares[i] + ofCentroid() - 2.0 * closeness[i]);
    }
    return sum / size;
  }

  /// What of a squared distance closeness leaves out, beside the squared length of the point.
  private double ofCentroid() {
    return params.spherical() ? 1 : 0;
  }

  private void move(double stride) throws InterruptedException {
    workers.run(
        params.clusters(),
        CENTROID_CHUNK,
        (worker, from, to) -> {
          for (int cluster = from; cluster < to; cluster++) {
            if (members.size(cluster) > 0) {
              clusters.move(cluster, mean(cluster, worker), stride);
            }
          }
        });
  }

  private double[] mean(int cluster, Neighbourhoods.Worker worker) {
    int depth = points.depth();
    double[] sums = worker.sums(depth);
    float[] point = worker.point(depth);
    Arrays.fill(sums, 0);
    for (int i = members.from(cluster); i < members.from(cluster + 1); i++) {
      long at = points.at(sample[members.point(i)]);
      MemorySegment.copy(points.segment(), Points.FLOAT, at, point, 0, depth);
      for (int j = 0; j < depth; j++) {
        sums[j] += point[j];
      }
    }
    for (int j = 0; j < depth; j++) {
      sums[j] /= members.size(cluster);
    }
    return sums;
  }

  /// Puts centroids of empty clusters, and of the smallest as long as others are too large, to
  /// points of the largest.
  ///
  /// @return how many
  private int reseat(int size) {
    int[] bySize =
        LongStream.range(0, params.clusters())
            .map(cluster -> (long) members.size((int) cluster) << Integer.SIZE | cluster)
            .sorted()
            .mapToInt(entry -> (int) entry)
            .toArray();
    double most = params.cap() * size / params.clusters();
    int moves = 0;
    for (int small = 0, large = bySize.length - 1; small < large; small++, large--) {
      int from = members.size(bySize[small]);
      int to = members.size(bySize[large]);
      if (to < 2 || (from > 0 && to <= most)) {
        break;
      }
      int drawn = members.from(bySize[large]) + random.nextInt(to);
      clusters.set(bySize[small], points, sample[members.point(drawn)]);
      moved[bySize[small]] = true;
      moves++;
    }
    reseated += moves;
    return moves;
  }
}

package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Learns the axes along which vectors vary most, the first of them the most.
///
/// By subspace iteration (Halko, Martinsson and Tropp, *Finding structure with randomness*, SIAM
/// Review 2011, algorithms 4.4 and 5.3): some more directions than are wanted, drawn at random, are
/// multiplied with the covariances and made orthonormal again, round after round; the covariances
/// seen in these directions, of which there are few, are then solved by [PrincipalAxes]. Where
/// eigenvalues lie close together the axes are mixed, and hold as much of the vectors. What is
/// learnt is orthonormal to within floats, however close to the eigenvectors it is.
///
/// The same points and seed give the same axes, with any number of threads.
public final class PrincipalComponents {

  /// Most coordinates of a vector: their covariances take 8 bytes each, and as many products a
  /// vector to learn from.
  public static final int MAX_DIMENSION = 4096;

  /// Directions more than are wanted.
  private static final int SPARE = 16;

  private static final int ROUNDS = 12;

  /// Rows of a matrix that a thread multiplies at a time: tiles of five.
  private static final int CHUNK = 20;

  private final int dimension;
  private final int width;
  private final int threads;
  private final Runnable step;

  private PrincipalComponents(int dimension, int width, int threads, Runnable step) {
    this.dimension = dimension;
    this.width = width;
    this.threads = threads;
    this.step = step;
  }

  /// Vectors to learn from: sixteen a coordinate, and some thousands of short ones.
  public static int enough(int dimension) {
    return Math.max(8_192, 16 * dimension);
  }

  /// Learns axes.
  ///
  /// @param points of at most [#MAX_DIMENSION] coordinates
  /// @param sample points to learn from, at least one
  /// @param centred whether to measure how vectors differ from their mean, as their distances do;
  ///   else from zero, as inner products do
  /// @param width axes, in `[1, min(dimension, MAX_AXES)]`
  /// @param seed of the directions at the start
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param arena frees the axes when it closes
  /// @param step called now and then; may throw to end it
  /// @throws InterruptedException if the calling thread is interrupted
  public static Projection train(
      Points points,
      int[] sample,
      boolean centred,
      int width,
      long seed,
      int threads,
      Arena arena,
      Runnable step)
      throws InterruptedException {
    int dimension = points.depth();
    Require.inRange("dimension", dimension, 1, MAX_DIMENSION);
    Require.inRange("width", width, 1, Math.min(dimension, Projection.MAX_AXES));
    PrincipalComponents components = new PrincipalComponents(dimension, width, threads, step);
    double[][] axes =
        components.solve(Covariances.of(points, sample, centred, threads, step), seed);
    long stride = Projection.storedBytes(dimension, 1);
    MemorySegment stored = arena.allocate(width * stride, 64);
    for (int axis = 0; axis < width; axis++) {
      for (int i = 0; i < dimension; i++) {
        stored.set(Points.FLOAT, axis * stride + (long) i * Float.BYTES, (float) axes[axis][i]);
      }
    }
    return Projection.map(dimension, width, stored);
  }

  private double[][] solve(double[] covariances, long seed) throws InterruptedException {
    int count = Math.min(dimension, width + SPARE);
    SplittableRandom random = new SplittableRandom(seed);
    double[][] directions = new double[count][dimension];
    for (double[] direction : directions) {
      for (int i = 0; i < dimension; i++) {
        direction[i] = random.nextGaussian();
      }
    }
    orthonormalise(directions, random);
    try (Arena scratch = Arena.ofShared();
        OrderedWork<RowProducts> workers = new OrderedWork<>(threads, RowProducts::new)) {
      Points matrix = scaled(covariances, dimension, scratch);
      Columns columns = new Columns(count, dimension, scratch);
      for (int round = 0; round < ROUNDS; round++) {
        step.run();
        directions = images(matrix, columns, directions, workers);
        orthonormalise(directions, random);
      }
      double[][] images = images(matrix, columns, directions, workers);
      return ritz(directions, images, random);
    }
  }

  /// The directions multiplied with the matrix.
  private double[][] images(
      Points matrix, Columns columns, double[][] directions, OrderedWork<RowProducts> workers)
      throws InterruptedException {
    int count = directions.length;
    double[][] images = new double[count][dimension];
    int[] all = IntStream.range(0, dimension).toArray();
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment row = scratch.allocate((long) dimension * Float.BYTES, 64);
      for (int column = 0; column < count; column++) {
        for (int i = 0; i < dimension; i++) {
          row.set(Points.FLOAT, (long) i * Float.BYTES, (float) directions[column][i]);
        }
        columns.set(column, 0, row, 0);
      }
    }
    workers.run(
        dimension,
        CHUNK,
        (worker, from, to) -> {
          float[] products = new float[(to - from) * count];
          worker.products(columns, matrix, all, from, to, products);
          for (int i = from; i < to; i++) {
            for (int column = 0; column < count; column++) {
              images[column][i] = products[(i - from) * count + column];
            }
          }
        });
    return images;
  }

  /// Turns directions within what they span to the axes of the covariances there.
  private double[][] ritz(double[][] directions, double[][] images, SplittableRandom random) {
    int count = directions.length;
    double[] seen = new double[count * count];
    for (int row = 0; row < count; row++) {
      for (int column = 0; column < count; column++) {
        seen[row * count + column] = product(directions[row], images[column]);
      }
    }
    double[] turns = new PrincipalAxes(count, seen, step).allocate(new int[] {0, count});
    double[][] axes = new double[width][dimension];
    for (int axis = 0; axis < width; axis++) {
      for (int direction = 0; direction < count; direction++) {
        add(axes[axis], turns[axis * count + direction], directions[direction]);
      }
    }
    orthonormalise(axes, random);
    return axes;
  }

  /// Gram and Schmidt's way, twice over, so that what rounding leaves of the first time goes too. A
  /// vector of which nothing is left is drawn anew.
  private static void orthonormalise(double[][] vectors, SplittableRandom random) {
    for (int i = 0; i < vectors.length; i++) {
      double[] vector = vectors[i];
      double before = Math.sqrt(product(vector, vector));
      for (int time = 0; time < 2; time++) {
        for (int j = 0; j < i; j++) {
          add(vector, -product(vector, vectors[j]), vectors[j]);
        }
      }
      double length = Math.sqrt(product(vector, vector));
      if (!(length > 1e-9 * before)) {
        for (int k = 0; k < vector.length; k++) {
          vector[k] = random.nextGaussian();
        }
        i--; // Vectors that are drawn are independent of all others.
        continue;
      }
      for (int k = 0; k < vector.length; k++) {
        vector[k] /= length;
      }
    }
  }

  private static double product(double[] a, double[] b) {
    double sum0 = 0;
    double sum1 = 0;
    int i = 0;
    for (; i + 2 <= a.length; i += 2) {
      sum0 += a[i] * b[i];
      sum1 += a[i + 1] * b[i + 1];
    }
    return sum0 + sum1 + (i < a.length ? a[i] * b[i] : 0);
  }

  private static void add(double[] target, double factor, double[] vector) {
    for (int i = 0; i < target.length; i++) {
      target[i] += factor * vector[i];
    }
  }

  /// The matrix with a largest entry of one, for floats to hold it.
  private static Points scaled(double[] matrix, int dimension, Arena arena) {
    double largest = Arrays.stream(matrix).map(Math::abs).max().orElse(0);
    double scale = largest > 0 ? 1 / largest : 0;
    long stride = (long) dimension * Float.BYTES;
    MemorySegment target = arena.allocate(dimension * stride, 64);
    for (int i = 0; i < matrix.length; i++) {
      target.setAtIndex(Points.FLOAT, i, (float) (scale * matrix[i]));
    }
    return new Points(target, 0, stride, dimension);
  }
}

package dev.kith.index.codec;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/// Finds the orthogonal matrix whose inner product with a given one is largest, which solves the
/// orthogonal Procrustes problem (Schönemann, *A generalized solution of the orthogonal Procrustes
/// problem*, 1966). Owned by one thread.
///
/// That is the orthogonal factor of the polar decomposition, found by products alone: the
/// Newton-Schulz iteration `X <- (3 I - X X') X / 2` takes every singular value of `X` towards one.
/// A small one grows by a factor of 1.5 a step; where all are known to lie in `[l, 1]`, scaling `X`
/// before the step by `sqrt(3 / (1 + l + l²))` makes that 2.6, and takes none beyond one (Chen and
/// Chow, *A stable scaling of Newton-Schulz for improving the sign function computation of a
/// Hermitian matrix*, 2014).
///
/// A direction in which the matrix is zero has no nearest rotation. So an orthogonal *anchor* is
/// added to it, a ten-thousandth as large: what the matrix leaves open stays as the anchor has it,
/// and the inner product with the matrix is never less than the anchor's own (a step of the
/// proximal point method).
final class Procrustes implements AutoCloseable {

  /// Rows of a matrix that a thread multiplies at a time: tiles of five.
  private static final int CHUNK = 20;

  /// Size of the anchor, in terms of a bound of the largest singular value.
  private static final double ANCHOR = 1e-4;

  /// What the anchor grows by where that is too little.
  private static final double MORE = 30;

  /// Most that an entry of `X X'` may differ from that of the identity by.
  private static final double ORTHOGONAL = 8e-6;

  /// Below that, one more step squares the difference.
  private static final double NEARLY = 1e-3;

  /// A singular value of a ten-millionth would take so many steps.
  private static final int MAX_STEPS = 40;

  private final int dimension;
  private final OrderedWork<Worker> workers;
  private final int[] all;
  private final long stride;
  private final MemorySegment x;
  private final MemorySegment other;
  private final Columns columns;
  private final float[] products;

  /// What a thread needs.
  ///
  /// @param room for the products of its rows
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Worker(RowProducts products, float[] room) {}

  /// @param threads with the calling one
  /// @param arena frees the memory when it closes: three matrices
  Procrustes(int dimension, int threads, Arena arena) {
    this.dimension = dimension;
    this.workers =
        new OrderedWork<>(
            threads, () -> new Worker(new RowProducts(), new float[CHUNK * dimension]));
    this.all = IntStream.range(0, dimension).toArray();
    this.stride = OrthogonalRotation.strideBytes(dimension);
    this.x = arena.allocate(dimension * stride, 64);
    this.other = arena.allocate(dimension * stride, 64);
    this.columns = new Columns(dimension, dimension, arena);
    this.products = new float[dimension * dimension];
    for (int column = 0; column < dimension; column++) {
      columns.setAddend(column, 0);
    }
  }

  /// Replaces the anchor by the orthogonal matrix that is sought. Where none is found, which takes
  /// a matrix that turns the anchor about, the anchor stays.
  ///
  /// @param matrix row by row
  /// @param anchor orthogonal, its rows padded as those of an [OrthogonalRotation]
  /// @return the steps it took; 0 if the anchor stays
  /// @throws InterruptedException if the calling thread is interrupted
  int solve(double[] matrix, MemorySegment anchor) throws InterruptedException {
    double largest = 0;
    for (double entry : matrix) {
      largest = Math.max(largest, Math.abs(entry));
    }
    if (!(largest > 0 && largest <= Double.MAX_VALUE)) {
      return 0;
    }
    double bound = bound(matrix, largest);
    for (double weight = ANCHOR; weight < 2; weight *= MORE) {
      double scale = 1 / (bound * (1 + weight));
      for (int row = 0; row < dimension; row++) {
        for (int column = 0; column < dimension; column++) {
          long at = at(row, column);
          double of = matrix[row * dimension + column] / largest;
          x.set(
              Points.FLOAT,
              at,
              (float) (scale * (of + weight * bound * anchor.get(Points.FLOAT, at))));
        }
      }
      int steps = iterate(weight / (1 + weight));
      if (steps > 0) {
        anchor.copyFrom(x);
        return steps;
      }
    }
    return 0;
  }

  private long at(int row, int column) {
    return row * stride + (long) column * Float.BYTES;
  }

  /// A number that no singular value exceeds, of the matrix divided by its largest entry: the root
  /// of the largest sum of a row of its product with its transpose, or of that product's length.
  private double bound(double[] matrix, double largest) throws InterruptedException {
    for (int row = 0; row < dimension; row++) {
      for (int column = 0; column < dimension; column++) {
        x.set(Points.FLOAT, at(row, column), (float) (matrix[row * dimension + column] / largest));
      }
    }
    multiplyByTranspose();
    double mostOfRow = 0;
    double squares = 0;
    for (int row = 0; row < dimension; row++) {
      double sum = 0;
      for (int column = 0; column < dimension; column++) {
        double entry = products[row * dimension + column];
        sum += Math.abs(entry);
        squares += entry * entry;
      }
      mostOfRow = Math.max(mostOfRow, sum);
    }
    double rounding = 1 + 1e-4;
    return rounding * Math.sqrt(Math.min(mostOfRow, Math.sqrt(squares)));
  }

  /// Makes `x` orthogonal.
  ///
  /// @param least what no singular value falls short of, if all is well
  /// @return the steps it took; 0 if it is not
  private int iterate(double least) throws InterruptedException {
    double low = least;
    boolean last = false;
    for (int step = 1; step <= MAX_STEPS; step++) {
      multiplyByTranspose();
      double off = fromIdentity();
      if (off <= ORTHOGONAL) {
        return step;
      }
      if (last || !Double.isFinite(off)) {
        return 0;
      }
      last = off <= NEARLY;
      double scale = off <= 0.5 ? 1 : Math.sqrt(3 / (1 + low + low * low));
      low = scale * low * (3 - scale * scale * low * low) / 2;
      step(scale);
    }
    return 0;
  }

  /// The largest difference of an entry of [#products] from that of the identity.
  private double fromIdentity() {
    double most = 0;
    for (int row = 0; row < dimension; row++) {
      for (int column = 0; column < dimension; column++) {
        double difference = Math.abs(products[row * dimension + column] - (row == column ? 1 : 0));
        most = difference <= most ? most : difference; // NaN stays.
      }
    }
    return most;
  }

  /// `X <- s (3 I - s² X X') X / 2`, with the product in [#products].
  private void step(double scale) throws InterruptedException {
    float ofIdentity = (float) (1.5 * scale);
    float ofProduct = (float) (-0.5 * scale * scale * scale);
    for (int row = 0; row < dimension; row++) {
      for (int column = 0; column < dimension; column++) {
        float entry = ofProduct * products[row * dimension + column];
        other.set(Points.FLOAT, at(row, column), row == column ? ofIdentity + entry : entry);
      }
    }
    multiplyOther();
    for (int row = 0; row < dimension; row++) {
      MemorySegment.copy(products, row * dimension, x, Points.FLOAT, at(row, 0), dimension);
    }
  }

  /// Leaves `X X'` in [#products].
  private void multiplyByTranspose() throws InterruptedException {
    for (int row = 0; row < dimension; row++) {
      columns.set(row, 0, x, at(row, 0));
    }
    multiply(x);
  }

  /// Leaves the product of `other` and `X` in [#products].
  private void multiplyOther() throws InterruptedException {
    for (int row = 0; row < dimension; row++) {
      columns.setCoordinate(row, x, at(row, 0));
    }
    multiply(other);
  }

  private void multiply(MemorySegment rows) throws InterruptedException {
    Points points = new Points(rows, 0, stride, dimension);
    workers.run(
        dimension,
        CHUNK,
        (worker, from, to) -> {
          worker.products.products(columns, points, all, from, to, worker.room);
          System.arraycopy(worker.room, 0, products, from * dimension, (to - from) * dimension);
        });
  }

  @Override
  public void close() {
    workers.close();
  }
}

package dev.kith.index.codec;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// The axes along which vectors vary most, shared out among the parts of a product quantizer so
/// that their variances multiply to about as much in each: what makes the error least if vectors
/// are normally distributed (Ge, He, Ke and Sun, *Optimized product quantization*, TPAMI 2014,
/// section 3.2).
///
/// The axes are the eigenvectors of the covariances, found by one-sided Jacobi rotations (Hestenes,
/// *Inversion of matrices by biorthogonalization and related results*, 1958): pairs of rows are
/// turned in their plane until they are orthogonal, sweep after sweep. Each is an eigenvector then,
/// as long as its eigenvalue. In floats, and to within [#ORTHOGONAL]: what comes of it is a start
/// for a [Procrustes].
final class PrincipalAxes {

  /// Cosine of two rows that are orthogonal enough.
  private static final double ORTHOGONAL = 1e-4;

  /// Length of a row, in terms of the longest, that is nothing but rounding.
  private static final double ROUNDING = 1e-6;

  private static final int MAX_SWEEPS = 30;

  private final float[][] rows;
  private final double[] lengths;

  /// @param covariances row by row; finite
  /// @param step called before every sweep; may throw to end it
  PrincipalAxes(int dimension, double[] covariances, Runnable step) {
    double largest = Arrays.stream(covariances).map(Math::abs).max().orElseThrow();
    double scale = largest > 0 ? 1 / largest : 0;
    this.rows = new float[dimension][dimension];
    this.lengths = new double[dimension];
    for (int row = 0; row < dimension; row++) {
      for (int i = 0; i < dimension; i++) {
        rows[row][i] = (float) (scale * covariances[row * dimension + i]);
      }
    }
    boolean turned = true;
    for (int sweeps = 0; turned && sweeps < MAX_SWEEPS; sweeps++) {
      step.run();
      turned = sweep();
    }
    for (int row = 0; row < dimension; row++) {
      lengths[row] = Math.sqrt(product(rows[row], rows[row]));
    }
  }

  /// Turns all pairs of rows once.
  ///
  /// @return whether there was one to turn
  private boolean sweep() {
    double longest = 0;
    double[] squares = new double[rows.length];
    for (int row = 0; row < rows.length; row++) {
      squares[row] = product(rows[row], rows[row]);
      longest = Math.max(longest, squares[row]);
    }
    double least = ROUNDING * ROUNDING * longest;
    boolean turned = false;
    for (int p = 0; p < rows.length; p++) {
      for (int q = p + 1; q < rows.length; q++) {
        if (squares[p] > least && squares[q] > least) {
          double product = product(rows[p], rows[q]);
          if (Math.abs(product) > ORTHOGONAL * Math.sqrt(squares[p] * squares[q])) {
            double tangent = tangent(squares[p], squares[q], product);
            turn(rows[p], rows[q], tangent);
            squares[p] += tangent * product;
            squares[q] -= tangent * product;
            turned = true;
          }
        }
      }
    }
    return turned;
  }

  /// Of the angle, at most 45 degrees, by which two rows are to be turned to be orthogonal.
  private static double tangent(double squaresP, double squaresQ, double product) {
    double cotangentOfTwice = (squaresP - squaresQ) / (2 * product);
    double root = Math.sqrt(1 + cotangentOfTwice * cotangentOfTwice);
    return cotangentOfTwice < 0 ? 1 / (cotangentOfTwice - root) : 1 / (cotangentOfTwice + root);
  }

  private static void turn(float[] p, float[] q, double tangent) {
    float cosine = (float) (1 / Math.sqrt(1 + tangent * tangent));
    float sine = (float) (tangent / Math.sqrt(1 + tangent * tangent));
    for (int i = 0; i < p.length; i++) {
      float ofP = p[i];
      float ofQ = q[i];
      p[i] = cosine * ofP + sine * ofQ;
      q[i] = cosine * ofQ - sine * ofP;
    }
  }

  /// Four sums, because one would wait for itself.
  private static double product(float[] p, float[] q) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int i = 0;
    for (; i + 4 <= p.length; i += 4) {
      sum0 += p[i] * q[i];
      sum1 += p[i + 1] * q[i + 1];
      sum2 += p[i + 2] * q[i + 2];
      sum3 += p[i + 3] * q[i + 3];
    }
    for (; i < p.length; i++) {
      sum0 += p[i] * q[i];
    }
    return (double) sum0 + sum1 + ((double) sum2 + sum3);
  }

  /// Puts each axis into a row of one of the parts. What varies least may be no axis, but noise of
  /// any length up to one.
  ///
  /// @param starts first coordinates of the parts, and the dimension
  /// @return a matrix, row by row
  double[] allocate(int[] starts) {
    double[] matrix = new double[rows.length * rows.length];
    int[] byVariance =
        IntStream.range(0, rows.length)
            .boxed()
            .sorted(Comparator.comparingDouble(row -> -lengths[row]))
            .mapToInt(Integer::intValue)
            .toArray();
    int parts = starts.length - 1;
    int[] filled = Arrays.copyOf(starts, parts);
    double[] logarithms = new double[parts];
    double least = ROUNDING * lengths[byVariance[0]];
    for (int row : byVariance) {
      int part = leastFull(starts, filled, logarithms);
      double length = Math.max(lengths[row], least);
      logarithms[part] += length > 0 ? Math.log(length / least) : 0;
      int at = filled[part]++ * rows.length;
      for (int i = 0; i < rows.length; i++) {
        matrix[at + i] = length > 0 ? rows[row][i] / length : 0;
      }
    }
    return matrix;
  }

  /// The part with the least product of variances among those that are not full; of equal ones the
  /// first of an order in which four parts that follow each other lie far apart. So no such four
  /// begin with the largest axes: what a query's products with them are rounded to depends on all
  /// four ([dev.kith.index.kernel.LookupTable#setToValues]).
  private static int leastFull(int[] starts, int[] filled, double[] logarithms) {
    int least = -1;
    for (int first = 0; first < 4; first++) {
      for (int part = first; part < filled.length; part += 4) {
        boolean hasRoom = filled[part] < starts[part + 1];
        if (hasRoom && (least < 0 || logarithms[part] < logarithms[least])) {
          least = part;
        }
      }
    }
    return least;
  }
}

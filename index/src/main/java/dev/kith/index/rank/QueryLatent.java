package dev.kith.index.rank;

import dev.kith.index.Require;

/// The vector whose inner products with some latents come nearest to given scores, by squares: what
/// a scorer would like, told from a few calls of it (Yadav et al., *Efficient nearest neighbor
/// search for cross-encoder models using matrix factorization*, 2022).
///
/// @param vector that was solved for; not finite where scores are too large for floats
/// @param rmsError root of the mean squared difference of given and predicted scores
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record QueryLatent(float[] vector, double rmsError) {

  /*
   * With the latents as the rows of A (m x d), scores s, and a vector t that the solution is pulled
   * towards, x = t + y, where y minimises |A y - (s - A t)|^2 + l |y|^2:
   *
   *   y = (A'A + l)^-1 A' (s - A t) = A' (A A' + l)^-1 (s - A t)
   *
   * The first is a system of d equations, the second of m; the smaller is solved, by Cholesky's
   * decomposition. The ridge l never falls below a ten-thousand-millionth of the trace: fewer scores
   * than coordinates, or equal latents, then have the answer that is nearest to t of those that fit
   * best, up to about the seventh digit, instead of none.
   */

  /// Most equations that are solved: 32 MiB, and some seconds. (Of 1,000 dimensions, 10,000 scores
  /// take 0.7 s.)
  public static final int MAX_EQUATIONS = 2048;

  private static final double LEAST_RIDGE = 1e-10;

  /// Whether [#solve] takes so many scores of latents of a dimension.
  public static boolean accepts(int scores, int dimension) {
    return Math.min(scores, dimension) <= MAX_EQUATIONS;
  }

  /// Solves.
  ///
  /// @param latents rows of equal length, at least one
  /// @param scores finite, one a latent
  /// @param ridge in terms of the mean squared length of the latents, at least 0
  /// @param towards what the solution is pulled towards; of the length of a latent
  /// @param pulse called again and again; may throw to end the work
  /// @throws IllegalArgumentException if there are not as many scores as latents, or latents and
  ///   coordinates are both more than [#MAX_EQUATIONS]
  public static QueryLatent solve(
      float[][] latents, double[] scores, double ridge, float[] towards, Runnable pulse) {
    int dimension = towards.length;
    Require.inRange("scores", scores.length, latents.length, latents.length);
    Require.inRange("equations", Math.min(scores.length, dimension), 1, MAX_EQUATIONS);
    double[] residuals = new double[scores.length];
    double squares = 0;
    for (int i = 0; i < scores.length; i++) {
      residuals[i] = scores[i] - dot(latents[i], towards);
      squares += dot(latents[i], latents[i]);
    }
    double added = Math.max(ridge / scores.length, LEAST_RIDGE) * squares;
    double[] step = new double[dimension];
    if (squares > 0 && scores.length <= dimension) {
      double[][] products = ofRows(latents, added, pulse);
      cholesky(products, residuals, pulse);
      addRows(latents, residuals, step);
    } else if (squares > 0) {
      double[][] products = ofColumns(latents, dimension, added, pulse);
      addRows(latents, residuals, step);
      cholesky(products, step, pulse);
    }
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) (towards[i] + step[i]);
    }
    double errors = 0;
    for (int i = 0; i < scores.length; i++) {
      double error = scores[i] - dot(latents[i], vector);
      errors += error * error;
    }
    return new QueryLatent(vector, Math.sqrt(errors / scores.length));
  }

  /// Of rows of equal length. With one running sum every addition would wait for the one before it.
  private static double dot(float[] a, float[] b) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (int last = a.length - 4; i <= last; i += 4) {
      sum0 += (double) a[i] * b[i];
      sum1 += (double) a[i + 1] * b[i + 1];
      sum2 += (double) a[i + 2] * b[i + 2];
      sum3 += (double) a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      sum0 += (double) a[i] * b[i];
    }
    return sum0 + sum1 + (sum2 + sum3);
  }

  /// Of the first `count` numbers, likewise.
  private static double dot(double[] a, double[] b, int count) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (int last = count - 4; i <= last; i += 4) {
      sum0 += a[i] * b[i];
      sum1 += a[i + 1] * b[i + 1];
      sum2 += a[i + 2] * b[i + 2];
      sum3 += a[i + 3] * b[i + 3];
    }
    for (; i < count; i++) {
      sum0 += a[i] * b[i];
    }
    return sum0 + sum1 + (sum2 + sum3);
  }

  /// Adds the rows, each times its factor.
  private static void addRows(float[][] rows, double[] factors, double[] sum) {
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += factors[row] * rows[row][i];
      }
    }
  }

  /// The lower half of `A A'`, with a number added to the diagonal.
  private static double[][] ofRows(float[][] rows, double added, Runnable pulse) {
    double[][] products = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      pulse.run();
      products[i] = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        products[i][j] = dot(rows[i], rows[j]);
      }
      products[i][i] += added;
    }
    return products;
  }

  /// The lower half of `A'A`, with a number added to the diagonal.
  private static double[][] ofColumns(float[][] rows, int dimension, double added, Runnable pulse) {
    double[][] products = new double[dimension][];
    for (int i = 0; i < dimension; i++) {
      products[i] = new double[i + 1];
      products[i][i] = added;
    }
    double[] wide = new double[dimension];
    for (float[] row : rows) {
      pulse.run();
      for (int i = 0; i < dimension; i++) {
        wide[i] = row[i];
      }
      for (int i = 0; i < dimension; i++) {
        addTimes(wide[i], wide, products[i]);
      }
    }
    return products;
  }

  /// Adds `factor * x` to a sum, as far as this goes.
  private static void addTimes(double factor, double[] x, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * x[i];
    }
  }

  /// Solves a system with a symmetric, positive definite matrix.
  ///
  /// @param lower half of the matrix; overwritten by its decomposition
  /// @param x the right side; overwritten by the solution
  private static void cholesky(double[][] lower, double[] x, Runnable pulse) {
    int size = x.length;
    for (int i = 0; i < size; i++) {
      pulse.run();
      for (int j = 0; j <= i; j++) {
        double sum = lower[i][j] - dot(lower[i], lower[j], j);
        lower[i][j] = i == j ? Math.sqrt(sum) : sum / lower[j][j];
      }
    }
    for (int i = 0; i < size; i++) {
      x[i] = (x[i] - dot(lower[i], x, i)) / lower[i][i];
    }
    for (int i = size - 1; i >= 0; i--) {
      x[i] /= lower[i][i];
      for (int k = 0; k < i; k++) {
        x[k] -= lower[i][k] * x[i];
      }
    }
  }
}

package dev.kith.bench.run;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.client.file.IntMatrix;
import dev.kith.index.Metric;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Recall@k: the share of the `k` nearest vectors that a search returned among its first `k` hits.
///
/// Which vector is k-th of several equally near ones is arbitrary, so a hit counts when it is as
/// near as the k-th true neighbour: its similarity, computed here in double precision, is at least
/// that neighbour's less one millionth (of the similarity's scale; the truth was found in single
/// precision). A row returned twice counts once.
public final class Recall {
  private static final double TOLERANCE = 1e-6;

  private final FloatMatrix base;
  private final FloatMatrix queries;
  private final Metric metric;
  private final int k;

  private final IntMatrix neighbors;

  // Least similarity that counts, a query each.
  private final double[] thresholds;

  private Recall(Dataset dataset, int k) {
    this.base = dataset.base();
    this.queries = dataset.queries();
    this.metric = dataset.space().metric();
    this.k = k;
    this.neighbors = dataset.neighbors();
    this.thresholds = new double[queries.rows()];
    for (int query = 0; query < thresholds.length; query++) {
      int last = dataset.neighbors().get(query, k - 1);
      thresholds[query] = similarity(query, last) - TOLERANCE * scale(query, last);
    }
  }

  /// Prepares recall@k.
  ///
  /// @param k in `[1, neighbours known of each query]`
  public static Recall at(int k, Dataset dataset) {
    if (k < 1 || k > dataset.neighbors().columns()) {
      throw new IllegalArgumentException(
          "k must be in [1, %d], got %d".formatted(dataset.neighbors().columns(), k));
    }
    return new Recall(dataset, k);
  }

  /// Recall over all queries.
  ///
  /// @param hits base rows found, a query each, best first
  /// @return in `[0, 1]`
  public double of(int[][] hits) {
    return of(IntStream.range(0, hits.length).toArray(), hits);
  }

  /// Recall over some queries.
  ///
  /// @param queries which of them
  /// @param hits base rows found, one of `queries` each, best first
  /// @return in `[0, 1]`
  public double of(int[] queries, int[][] hits) {
    long found = 0;
    for (int i = 0; i < queries.length; i++) {
      found += found(queries[i], hits[i]);
    }
    return found / ((double) k * queries.length);
  }

  /// Recall of what comparing candidates exactly would leave of them: the share of the nearest that
  /// are among them.
  ///
  /// @param queries which of them
  /// @param candidates base rows, of each of `queries`, in any order
  /// @return in `[0, 1]`
  public double among(int[] queries, int[][] candidates) {
    long found = 0;
    for (int i = 0; i < queries.length; i++) {
      int query = queries[i];
      found +=
          Arrays.stream(candidates[i])
              .distinct()
              .filter(row -> isNear(query, row))
              .limit(k)
              .count();
    }
    return found / ((double) k * queries.length);
  }

  private int found(int query, int[] hits) {
    int[] distinct = Arrays.copyOf(hits, Math.min(k, hits.length));
    Arrays.sort(distinct);
    int found = 0;
    for (int i = 0; i < distinct.length; i++) {
      boolean repeated = i > 0 && distinct[i] == distinct[i - 1];
      if (!repeated && isNear(query, distinct[i])) {
        found++;
      }
    }
    return found;
  }

  private boolean isNear(int query, int row) {
    for (int rank = 0; rank < k; rank++) {
      if (neighbors.get(query, rank) == row) {
        return true; // Most are, and need not be compared.
      }
    }
    return similarity(query, row) >= thresholds[query];
  }

  private double similarity(int query, int row) {
    double dot = 0;
    double querySquares = 0;
    double rowSquares = 0;
    double squaredDistance = 0;
    for (int i = 0; i < base.columns(); i++) {
      double a = queries.get(query, i);
      double b = base.get(row, i);
      dot += a * b;
      querySquares += a * a;
      rowSquares += b * b;
      squaredDistance += (a - b) * (a - b);
    }
    return switch (metric) {
      case COSINE -> dot / Math.sqrt(querySquares * rowSquares);
      case DOT -> dot;
      case EUCLIDEAN -> -Math.sqrt(squaredDistance);
    };
  }

  /// Size of the numbers that rounding errors are relative to.
  private double scale(int query, int row) {
    return switch (metric) {
      case COSINE -> 1;
      case DOT -> Math.sqrt(squares(queries, query) * squares(base, row));
      case EUCLIDEAN -> -similarity(query, row);
    };
  }

  private static double squares(FloatMatrix matrix, int row) {
    double sum = 0;
    for (int i = 0; i < matrix.columns(); i++) {
      sum += (double) matrix.get(row, i) * matrix.get(row, i);
    }
    return sum;
  }
}

package dev.kith.server.rpc;

import dev.kith.proto.v1.Metric;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// Nearest points by comparing all of them, in doubles.
final class NaiveNeighbors {
  private final Metric metric;
  private final float[][] rows;

  NaiveNeighbors(Metric metric, float[][] rows) {
    this.metric = metric;
    this.rows = rows;
  }

  /// The nearest rows, the best first.
  List<Integer> of(float[] query, int limit, IntPredicate accepted) {
    return IntStream.range(0, rows.length)
        .filter(accepted)
        .boxed()
        .sorted(Comparator.comparingDouble(row -> -score(query, row)))
        .limit(limit)
        .toList();
  }

  double score(float[] query, int row) {
    double dot = 0;
    double squares = 0;
    double others = 0;
    for (int i = 0; i < query.length; i++) {
      dot += (double) query[i] * rows[row][i];
      squares += (double) query[i] * query[i];
      others += (double) rows[row][i] * rows[row][i];
    }
    return metric == Metric.METRIC_COSINE ? dot / Math.sqrt(squares * others) : dot;
  }
}

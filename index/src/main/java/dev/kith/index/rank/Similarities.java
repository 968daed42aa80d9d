package dev.kith.index.rank;

import dev.kith.index.Metric;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.Scores;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.VectorKernel;
import dev.kith.index.store.VectorRows;

/// How similar rows are to one of them. Owned by one thread.
final class Similarities {
  private static final VectorKernel KERNEL = VectorKernel.best();

  private final VectorRows rows;
  private final Metric metric;
  private final F32Scorer scorer = new F32Scorer();
  private final FourRows four = new FourRows();

  Similarities(VectorRows rows) {
    this.rows = rows;
    this.metric = rows.space().metric();
  }

  /// Scores the rows `[0, count)` for a row, on the scale that users see.
  void scores(int row, int count, float[] scores) {
    scorer.bind(rows, row).scoreRange(0, count, scores);
    for (int i = 0; i < count; i++) {
      scores[i] = Scores.external(metric, scores[i]);
    }
  }

  /// Finds the cosines of the rows `[0, count)` and a row, whatever the metric, negative ones as 0.
  void cosines(int row, int count, float[] cosines) {
    if (metric == Metric.COSINE) {
      scorer.bind(rows, row).scoreRange(0, count, cosines);
    } else {
      for (int i = 0; i < count; i += 4) {
        four.run(i, count, rows.stride());
        KERNEL.cosine4(
            rows.segment(), rows.offset(row), rows.segment(), four, rows.paddedDimension());
        int last = count - 1;
        cosines[Math.min(i, last)] = four.result0;
        cosines[Math.min(i + 1, last)] = four.result1;
        cosines[Math.min(i + 2, last)] = four.result2;
        cosines[Math.min(i + 3, last)] = four.result3;
      }
    }
    for (int i = 0; i < count; i++) {
      cosines[i] = Math.clamp(cosines[i], 0f, 1f);
    }
  }
}

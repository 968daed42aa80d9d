package dev.kith.index.hnsw;

import dev.kith.index.Metric;
import dev.kith.index.codec.Scores;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Estimates of how many dimensions the data have where searches go: in `d` dimensions the `n`-th
/// nearest row is `(n / m)^(1/d)` times as far as the `m`-th.
///
/// The mean of the logarithms of these ratios over a sample of rows, after Levina and Bickel,
/// *Maximum Likelihood Estimation of Intrinsic Dimension* (2004), whose sum over all neighbours is
/// replaced by one pair of ranks. Thread-safe.
public final class IntrinsicDimension {

  /// What an estimate is where there is none.
  public static final double UNKNOWN = 0;

  /// Rows of which the estimate would be too rough.
  private static final int TOO_FEW = 16;

  private final double best;
  private final double before;
  private final DoubleAdder logarithms = new DoubleAdder();
  private final LongAdder rows = new LongAdder();

  /// @param metric of the raw scores that are offered
  /// @param before the estimate as long as too few rows were heard of
  public IntrinsicDimension(Metric metric, double before) {
    this.best = Scores.best(metric);
    this.before = before;
  }

  /// Hears of one row. Rows with equal neighbours or none farther than others say nothing.
  ///
  /// @param near raw score of its nearest neighbour but `nearRank - 1`
  /// @param far raw score of its nearest neighbour but `farRank - 1`, which is larger
  public void offer(float near, int nearRank, float far, int farRank) {
    // Of squared distances; not a number for inner products, which are none.
    double ratio = (best - far) / (best - near);
    if (near < best && ratio >= 1 && Double.isFinite(ratio)) {
      logarithms.add(Math.log(ratio) / Math.log((double) farRank / nearRank) / 2);
      rows.increment();
    }
  }

  /// The estimate, above zero, or [#UNKNOWN]; in sixteenths, because the last bits of scores, which
  /// depend on how far the code is compiled, must not show in a file.
  public double estimate() {
    long count = rows.sum();
    double sum = logarithms.sum();
    return count < TOO_FEW || sum <= 0 ? before : Math.rint(16 * count / sum) / 16;
  }
}

package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.Points;
import java.util.Arrays;
import java.util.Objects;

/// Compares prefixes block by block ([PrefixRows]) and says after each how large a score can still
/// become. With `t` for what is not compared yet, of a row and the query:
///
/// - inner product: at most `sum + |t_r| |t_q|`
/// - squared distance: at least `sum + (|t_r| - |t_q|)²`
///
/// No bound is broken by rounding: what sums of floats may be off by is added. (The bound of
/// Panorama, Ramani et al., *Panorama: Fast-track nearest neighbors*, 2025, section 3, is the
/// same.)
///
/// Bound to one query after another without allocating. Not thread-safe.
public final class PrefixBounds {

  /// What a product of prefixes along axes may be off by, of unit vectors of at most 1,024
  /// coordinates: each coordinate of a prefix by some millionths.
  private static final double OFF_ALONG_AXES = 2e-4;

  /// The same of coordinates as they are.
  private static final double OFF = 2e-5;

  private final PrefixSums prefixSums = new PrefixSums();
  private final float[] queryTails = new float[PrefixRows.MAX_WIDTHS];
  private boolean euclidean;
  private float slack;

  /// Compares `rows` with a query from now on.
  ///
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public PrefixBounds bind(PrefixRows rows, QueryBuffer query) {
    int count = rows.levels().length;
    PrefixQuery prefixes = query.prefixes(rows, count - 1);
    prefixSums.bind(rows, prefixes);
    for (int i = 0; i < count; i++) {
      queryTails[i] = prefixes.tail(i);
    }
    euclidean = rows.space().metric() == Metric.EUCLIDEAN;
    double off = rows.projection().hasAxes() ? OFF_ALONG_AXES : OFF;
    double many = Math.max(1, rows.space().dimension() / 1024.0);
    double norms = (double) prefixes.norm() + rows.longest();
    slack = (float) (off * many * norms * norms);
    return this;
  }

  /// Blocks of coordinates.
  public int levels() {
    return prefixSums.levels().length;
  }

  /// Coordinates of a block.
  public int width(int level) {
    return prefixSums.levels()[level].count();
  }

  /// Compares the first blocks of rows that follow each other.
  ///
  /// @param sums takes what comes of row `from + i` at `i`
  public void begin(int from, int count, float[] sums) {
    Objects.checkFromIndexSize(0, count, sums.length);
    Arrays.fill(sums, 0, count, 0);
    prefixSums.add(0, from, count, sums);
  }

  /// Compares one more block of some rows.
  ///
  /// @param level which one; 0 begins anew
  /// @param sums those of the blocks before, to which is added
  public void add(int level, int[] ordinals, int count, float[] sums) {
    Objects.checkFromIndexSize(0, count, sums.length);
    if (level == 0) {
      Arrays.fill(sums, 0, count, 0);
    }
    prefixSums.add(level, ordinals, count, sums);
  }

  /// A raw score that a row does not exceed.
  ///
  /// @param level the last block that was compared
  /// @param sum of the row, up to that one
  public float most(int level, int ordinal, float sum) {
    float tail = prefixSums.levels()[level].tails().getAtIndex(Points.FLOAT, ordinal);
    float ofQuery = queryTails[level];
    if (euclidean) {
      float apart = tail - ofQuery;
      return slack - sum - apart * apart;
    }
    return sum + tail * ofQuery + slack;
  }
}

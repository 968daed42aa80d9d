package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.VectorKernel;
import java.lang.foreign.MemorySegment;
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

  // Static, so that the optimiser knows which one it is.
  private static final VectorKernel KERNEL = VectorKernel.best();

  /// What a product of prefixes along axes may be off by, of unit vectors of at most 1,024
  /// coordinates: each coordinate of a prefix by some millionths.
  private static final double OFF_ALONG_AXES = 2e-4;

  /// The same of coordinates as they are.
  private static final double OFF = 2e-5;

  private final FourRows four = new FourRows();
  private final float[] queryTails = new float[PrefixRows.MAX_WIDTHS];
  private PrefixRows.Level[] levels = new PrefixRows.Level[0];
  private MemorySegment query = MemorySegment.NULL;
  private int capacity;
  private boolean euclidean;
  private float slack;

  /// Compares `rows` with a query from now on.
  ///
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public PrefixBounds bind(PrefixRows rows, QueryBuffer query) {
    PrefixQuery prefixes = query.prefixes(rows, rows.levels() - 1);
    if (levels.length != rows.levels()) {
      levels = new PrefixRows.Level[rows.levels()];
    }
    for (int i = 0; i < levels.length; i++) {
      levels[i] = rows.level(i);
      queryTails[i] = prefixes.tail(i);
    }
    this.query = prefixes.coordinates();
    capacity = rows.capacity();
    euclidean = rows.space().metric() == Metric.EUCLIDEAN;
    double off = rows.projection().hasAxes() ? OFF_ALONG_AXES : OFF;
    double many = Math.max(1, rows.space().dimension() / 1024.0);
    double norms = (double) prefixes.norm() + rows.longest();
    slack = (float) (off * many * norms * norms);
    return this;
  }

  /// Blocks of coordinates.
  public int levels() {
    return levels.length;
  }

  /// Coordinates of a block.
  public int width(int level) {
    return levels[level].width() - levels[level].from();
  }

  /// Compares the first blocks of rows that follow each other.
  ///
  /// @param sums takes what comes of row `from + i` at `i`
  public void begin(int from, int count, float[] sums) {
    Objects.checkFromIndexSize(0, count, sums.length);
    Objects.checkFromIndexSize(from, count, capacity);
    PrefixRows.Level level = levels[0];
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      four.run(from + i, level.stride());
      compute(level);
      sums[i] = four.result0;
      sums[i + 1] = four.result1;
      sums[i + 2] = four.result2;
      sums[i + 3] = four.result3;
    }
    for (; i < count; i++) {
      sums[i] = compute(level, from + i);
    }
  }

  /// Compares one more block of some rows.
  ///
  /// @param level which one; 0 begins anew
  /// @param sums those of the blocks before, to which is added
  public void add(int level, int[] ordinals, int count, float[] sums) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, sums.length));
    PrefixRows.Level block = levels[level];
    for (int i = 0; i < count; i++) {
      Objects.checkIndex(ordinals[i], capacity);
      sums[i] = level == 0 ? 0 : sums[i];
    }
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      four.pick(ordinals, i, block.stride());
      compute(block);
      sums[i] += four.result0;
      sums[i + 1] += four.result1;
      sums[i + 2] += four.result2;
      sums[i + 3] += four.result3;
    }
    for (; i < count; i++) {
      sums[i] += compute(block, ordinals[i]);
    }
  }

  /// A raw score that a row does not exceed.
  ///
  /// @param level the last block that was compared
  /// @param sum of the row, up to that one
  public float most(int level, int ordinal, float sum) {
    float tail = levels[level].tails().getAtIndex(Points.FLOAT, ordinal);
    float ofQuery = queryTails[level];
    if (euclidean) {
      float apart = tail - ofQuery;
      return slack - sum - apart * apart;
    }
    return sum + tail * ofQuery + slack;
  }

  private void compute(PrefixRows.Level level) {
    long from = (long) level.from() * Float.BYTES;
    int coordinates = level.width() - level.from();
    if (euclidean) {
      KERNEL.squaredDistance4(query, from, level.coordinates(), four, coordinates);
    } else {
      KERNEL.dot4(query, from, level.coordinates(), four, coordinates);
    }
  }

  private float compute(PrefixRows.Level level, int ordinal) {
    long from = (long) level.from() * Float.BYTES;
    long at = ordinal * level.stride();
    int coordinates = level.width() - level.from();
    return euclidean
        ? KERNEL.squaredDistance(query, from, level.coordinates(), at, coordinates)
        : KERNEL.dot(query, from, level.coordinates(), at, coordinates);
  }
}

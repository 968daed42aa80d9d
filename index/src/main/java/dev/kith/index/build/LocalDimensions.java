package dev.kith.index.build;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.store.Resource;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// Estimates the local intrinsic dimension (LID) of rows: in how many directions the data spreads
/// around each.
///
/// By maximum likelihood (Levina & Bickel, *Maximum likelihood estimation of intrinsic dimension*,
/// 2004; Amsaleg et al., *Estimating local intrinsic dimensionality*, 2015, section 4): with
/// distances `r_1 <= ... <= r_k` to the nearest others, minus one over the mean of `ln(r_i / r_k)`.
/// The others are a random sample, so a row costs as many scores as the sample has rows. Distances
/// are Euclidean whatever the metric; those of zero, to the row itself and its copies, are skipped.
///
/// Create it, call [#estimate] from any number of threads, and ask once all of them have returned.
/// Owns a copy of the sample until [#close].
public final class LocalDimensions implements Resource {

  /// Rows that a thread takes at a time.
  private static final int TURN = 256;

  /*
   * A squared distance that is the small difference of large inner products carries their rounding
   * errors; below this share of them it is nothing else.
   */
  private static final float ROUNDING = 2e-6f;

  /// Squared distances that differ by a smaller share than this, on average, are taken for equal:
  /// those to copies of one row, but for the order of summation.
  private static final double EQUAL = 1e-4;

  private final VectorRows rows;
  private final Sample drawn;
  private final Arena arena = Arena.ofShared();
  private final VectorRows sample;

  /// Inner products of the sampled rows with themselves; unused under EUCLIDEAN.
  private final float[] squares;

  private final float[] estimates;
  private final AtomicInteger claimed = new AtomicInteger();

  /// What rows are compared with.
  ///
  /// @param size rows drawn, in `[1, 100_000]`; all of them if there are no more
  /// @param neighbours nearest of the sample that an estimate rests on, in `[2, 1000]`
  /// @param seed of the draw
  public record Sample(int size, int neighbours, long seed) {
    public Sample {
      Require.inRange("size", size, 1, 100_000);
      Require.inRange("neighbours", neighbours, 2, 1_000);
    }
  }

  /// @param rows borrowed until this is closed
  /// @param count rows to estimate, from the first one on, at least 1
  public LocalDimensions(VectorRows rows, int count, Sample drawn) {
    this.rows = rows;
    this.drawn = drawn;
    this.estimates = new float[Require.inRange("count", count, 1, rows.capacity())];
    int[] ordinals =
        new Random(drawn.seed())
            .ints(0, count)
            .distinct()
            .limit(Math.min(drawn.size(), count))
            .toArray();
    this.squares = new float[ordinals.length];
    try {
      this.sample = VectorRows.reserve(rows.space(), ordinals.length, arena);
    } catch (RuntimeException | Error failure) {
      arena.close();
      throw failure;
    }
    F32Scorer scorer = new F32Scorer();
    for (int i = 0; i < ordinals.length; i++) {
      sample.copy(i, rows, ordinals[i]);
      squares[i] = scorer.bind(sample, i).score(i);
    }
  }

  /// Estimates rows that no thread has taken yet, until there are none.
  public void estimate() {
    Nearest nearest = new Nearest();
    int from = claimed.getAndAdd(TURN);
    while (from < estimates.length) {
      int to = Math.min(from + TURN, estimates.length);
      for (int row = from; row < to; row++) {
        estimates[row] = nearest.estimate(row);
      }
      from = claimed.getAndAdd(TURN);
    }
  }

  /// The estimate of a row, above 0; or 0 if the sample holds no two others at different distances.
  public float of(int row) {
    return estimates[row];
  }

  /// All rows by descending dimension, equal ones by ordinal.
  public int[] descending() {
    long[] keys = new long[estimates.length];
    for (int row = 0; row < keys.length; row++) {
      // Floats that are not negative order as their bits do.
      keys[row] = ((long) ~Float.floatToIntBits(estimates[row]) << 32) | row;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }

  @Override
  public void close() {
    arena.close();
  }

  /// One thread's view of the sample.
  private final class Nearest {
    private final F32Scorer scorer = new F32Scorer();
    private final TopK nearest = new TopK(drawn.neighbours());
    private final float[] scores = new float[squares.length];
    private final int[] keptRows = new int[drawn.neighbours()];
    private final float[] kept = new float[drawn.neighbours()];

    float estimate(int row) {
      boolean euclidean = rows.space().metric() == Metric.EUCLIDEAN;
      float square = euclidean ? 0 : scorer.bind(rows, row).score(row);
      scorer.bind(sample, rows, row).scoreRange(0, scores.length, scores);
      for (int i = 0; i < scores.length; i++) {
        float both = euclidean ? 0 : square + squares[i];
        float squared = euclidean ? -scores[i] : both - 2 * scores[i];
        // Also false for what overflowed.
        if (squared > ROUNDING * both && squared <= Float.MAX_VALUE) {
          nearest.offer(i, -squared);
        }
      }
      return fitted(nearest.drainTo(keptRows, kept));
    }

    /// @param count negative squared distances in `kept`, the nearest first
    private float fitted(int count) {
      double logarithms = 0;
      for (int i = 0; i < count - 1; i++) {
        logarithms += Math.log((double) kept[i] / kept[count - 1]);
      }
      boolean differ = -logarithms > EQUAL * count;
      return differ ? (float) (-2 * count / logarithms) : 0; // Twice: they are squared.
    }
  }
}

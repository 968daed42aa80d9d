package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.BitKernel;
import dev.kith.index.kernel.FourRows;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Estimates scores from rows of bits ([RabitqRows]). Bound to one query after another without
/// allocating. Not thread-safe.
///
/// With `r` a row, `q` the query and `c` the centre, what is estimated is `<r - c, q - c>`, without
/// bias over the random rotations (Gao and Long, SIGMOD 2024, theorem 3.2); its error is about `|r
/// - c| * |q - c| / sqrt(dimension)`. An inner product is that and `<r - c, c> + <c, q>`; a squared
///   distance `|r - c|² + |q - c|²` less twice that, and never less than zero.
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class RabitqScorer implements BoundedScorer {

  // Static, so that the optimiser knows which kernel it is and makes its loop part of ours.
  private static final BitKernel KERNEL = BitKernel.best();

  private final FourRows four = new FourRows();
  private MemorySegment planes = MemorySegment.NULL;
  private MemorySegment rows = MemorySegment.NULL;
  private int capacity;
  private long stride;
  private int words;
  private float perLevel;
  private float perOne;
  private float atZero;
  private float rest;
  private float deviation;
  private boolean euclidean;

  /// Scores `rows` against a query from now on.
  ///
  /// @param query set for these rows
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public RabitqScorer bind(RabitqRows rows, RabitqQuery query) {
    CodedRows.requireSameSpace(rows.space(), query.space());
    this.planes = query.planes();
    this.perLevel = query.perLevel();
    this.perOne = query.perOne();
    this.atZero = query.atZero();
    this.rest = query.rest();
    this.deviation = query.deviation();
    this.rows = rows.segment();
    this.capacity = rows.capacity();
    this.stride = rows.stride();
    this.words = RabitqRows.words(rows.space());
    this.euclidean = rows.space().metric() == Metric.EUCLIDEAN;
    return this;
  }

  @Override
  public float score(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    long offset = ordinal * stride;
    return estimate(KERNEL.weighted(planes, 0, rows, offset, words), offset);
  }

  @Override
  public void score(int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, scores.length));
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      four.pick(ordinals, i, stride);
      scoreFour(scores, i);
    }
    for (; i < count; i++) {
      scores[i] = score(ordinals[i]);
    }
  }

  @Override
  public void scoreRange(int from, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, scores.length);
    Objects.checkFromIndexSize(from, count, capacity);
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      four.run(from + i, stride);
      scoreFour(scores, i);
    }
    for (; i < count; i++) {
      scores[i] = score(from + i);
    }
  }

  /// For rows whose signs are those of a normal vector, as nearly all rotated ones are.
  @Override
  public float errorBound(int ordinal, float deviations) {
    Objects.checkIndex(ordinal, capacity);
    float factor = rows.get(RabitqRows.FLOAT, ordinal * stride + stride - RabitqRows.TRAILER + 4);
    return (euclidean ? 2 : 1) * deviations * deviation * factor;
  }

  /// The code, and the three numbers behind it.
  @Override
  public long bytesPerVector() {
    return stride;
  }

  private void scoreFour(float[] scores, int at) {
    KERNEL.weighted4(planes, 0, rows, four, words);
    scores[at] = estimate(four.count0, four.offset0);
    scores[at + 1] = estimate(four.count1, four.offset1);
    scores[at + 2] = estimate(four.count2, four.offset2);
    scores[at + 3] = estimate(four.count3, four.offset3);
  }

  private float estimate(int levels, long offset) {
    long trailer = offset + stride - RabitqRows.TRAILER;
    int ones = rows.get(RabitqRows.INT, trailer);
    float signed = perLevel * levels + perOne * ones + atZero;
    float product = signed * rows.get(RabitqRows.FLOAT, trailer + 4);
    float constant = rest + rows.get(RabitqRows.FLOAT, trailer + 8);
    return Scores.comparable(euclidean ? Math.min(0, 2 * product - constant) : product + constant);
  }
}

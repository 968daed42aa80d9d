package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.ByteKernel;
import dev.kith.index.kernel.FourRows;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Estimates scores from rows of signed bytes ([Int8Rows]). Bound to one query after another
/// without allocating. Not thread-safe.
///
/// An inner product is that of the codes times both factors; a squared distance is made of it and
/// the stored norms, and never less than zero.
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class Int8Scorer implements Scorer {

  // Static, so that the optimiser knows which kernel it is and makes its loop part of ours.
  private static final ByteKernel KERNEL = ByteKernel.best();

  private final FourRows four = new FourRows();
  private MemorySegment query = MemorySegment.NULL;
  private long queryOffset;
  private MemorySegment rows = MemorySegment.NULL;
  private int capacity;
  private long stride;
  private int codes;
  private float factor;
  private float squaredNorm;
  private boolean euclidean;

  /// Scores `rows` against a query from now on.
  ///
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public Int8Scorer bind(Int8Rows rows, Int8Query query) {
    CodedRows.requireSameSpace(rows.space(), query.space());
    this.query = query.segment();
    this.queryOffset = 0;
    this.factor = query.factor();
    this.squaredNorm = query.squaredNorm();
    return over(rows, (int) rows.stride());
  }

  /// Scores `rows` against one of them from now on, codes against codes.
  ///
  /// @return this
  /// @throws IndexOutOfBoundsException if there is no such row
  public Int8Scorer bind(Int8Rows rows, int queryOrdinal) {
    Objects.checkIndex(queryOrdinal, rows.capacity());
    this.query = rows.segment();
    this.queryOffset = rows.offset(queryOrdinal);
    long trailer = queryOffset + rows.stride() - Int8Rows.TRAILER;
    this.factor = query.get(Int8Rows.FLOAT, trailer);
    this.squaredNorm = query.get(Int8Rows.FLOAT, trailer + Float.BYTES);
    // Not over the whole row: its last floats would meet each other.
    return over(rows, rows.space().dimension());
  }

  private Int8Scorer over(Int8Rows rows, int codes) {
    this.rows = rows.segment();
    this.capacity = rows.capacity();
    this.stride = rows.stride();
    this.codes = codes;
    this.euclidean = rows.space().metric() == Metric.EUCLIDEAN;
    return this;
  }

  @Override
  public float score(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    long offset = ordinal * stride;
    return estimate(KERNEL.dot(query, queryOffset, rows, offset, codes), offset);
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

  /// The codes, and the two floats behind them.
  @Override
  public long bytesPerVector() {
    return stride;
  }

  private void scoreFour(float[] scores, int at) {
    KERNEL.dot4(query, queryOffset, rows, four, codes);
    scores[at] = estimate(four.count0, four.offset0);
    scores[at + 1] = estimate(four.count1, four.offset1);
    scores[at + 2] = estimate(four.count2, four.offset2);
    scores[at + 3] = estimate(four.count3, four.offset3);
  }

  private float estimate(int dot, long offset) {
    long trailer = offset + stride - Int8Rows.TRAILER;
    float product = dot * factor * rows.get(Int8Rows.FLOAT, trailer);
    float score =
        euclidean
            ? Math.min(
                0, 2 * product - squaredNorm - rows.get(Int8Rows.FLOAT, trailer + Float.BYTES))
            : product;
    return Scores.comparable(score);
  }
}

package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.VectorKernel;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Scores rows of plain floats, each with the same score whichever others are scored with it. Bound
/// to one query after another without allocating.
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class F32Scorer implements BoundedScorer {

  // Static, so that the optimiser knows which kernel it is and makes its loop part of ours.
  private static final VectorKernel KERNEL = VectorKernel.best();

  /// Rows scored together that do not follow each other.
  private static final int STEP = 8;

  private final FourRows first = new FourRows();
  private final FourRows second = new FourRows();
  private MemorySegment query = MemorySegment.NULL;
  private long queryOffset;
  private MemorySegment rows = MemorySegment.NULL;
  private int capacity;
  private long stride;
  private int floats;
  private boolean euclidean;

  /// Scores `rows` against a query from now on.
  ///
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public F32Scorer bind(VectorRows rows, QueryBuffer query) {
    requireSameSpace(rows.space(), query.space());
    return bind(rows, query.segment(), 0, rows.paddedDimension());
  }

  /// Scores `rows` against one of them from now on.
  ///
  /// @return this
  /// @throws IndexOutOfBoundsException if there is no such row
  public F32Scorer bind(VectorRows rows, int queryOrdinal) {
    return bind(rows, rows, queryOrdinal);
  }

  /// Scores `rows` against a row that is stored elsewhere from now on.
  ///
  /// @return this
  /// @throws IllegalArgumentException if both are of different spaces
  /// @throws IndexOutOfBoundsException if there is no such row
  public F32Scorer bind(VectorRows rows, VectorRows queries, int queryOrdinal) {
    requireSameSpace(rows.space(), queries.space());
    Objects.checkIndex(queryOrdinal, queries.capacity());
    int floats = Math.min(rows.paddedDimension(), queries.paddedDimension());
    return bind(rows, queries.segment(), queries.offset(queryOrdinal), floats);
  }

  private F32Scorer bind(VectorRows rows, MemorySegment query, long queryOffset, int floats) {
    this.query = query;
    this.queryOffset = queryOffset;
    this.rows = rows.segment();
    this.capacity = rows.capacity();
    this.floats = floats;
    this.stride = rows.stride();
    this.euclidean = rows.space().metric() == Metric.EUCLIDEAN;
    return this;
  }

  @Override
  public float score(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    // Eight times the same row: one by itself is summed up in another order, and a score must not
    // depend on how many others are asked for. What takes time is to wait for it.
    first.repeat(ordinal * stride);
    second.repeat(ordinal * stride);
    computeEight();
    return scoreOf(first.result0);
  }

  @Override
  public void score(int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, scores.length));
    // These rows are waited for, and waited for together: where fewer than eight are left, the last
    // of them takes the places of the others.
    for (int i = 0; i < count; i += STEP) {
      first.pick(ordinals, i, count, stride);
      second.pick(ordinals, i + 4, count, stride);
      computeEight();
      take(first, scores, i, count);
      take(second, scores, i + 4, count);
    }
  }

  @Override
  public void scoreRange(int from, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, scores.length);
    Objects.checkFromIndexSize(from, count, capacity);
    // The processor reads ahead of rows that follow each other, if they are not too many at a time.
    // (GloVe-100: 24 ns a row by fours, 30 by eights.)
    for (int i = 0; i < count; i += 4) {
      first.run(from + i, from + count, stride);
      computeFour();
      take(first, scores, i, count);
    }
  }

  /// Scores are exact.
  @Override
  public float errorBound(int ordinal, float deviations) {
    Objects.checkIndex(ordinal, capacity);
    return 0;
  }

  @Override
  public long bytesPerVector() {
    return (long) floats * Float.BYTES;
  }

  @Override
  public long multiplyAdds() {
    return floats;
  }

  private void computeFour() {
    if (euclidean) {
      KERNEL.squaredDistance4(query, queryOffset, rows, first, floats);
    } else {
      KERNEL.dot4(query, queryOffset, rows, first, floats);
    }
  }

  private void computeEight() {
    if (euclidean) {
      KERNEL.squaredDistance8(query, queryOffset, rows, first, second, floats);
    } else {
      KERNEL.dot8(query, queryOffset, rows, first, second, floats);
    }
  }

  /// Notes what was computed from a place on; past the end it was computed of the last row.
  private void take(FourRows four, float[] scores, int at, int count) {
    int last = count - 1;
    scores[Math.min(at, last)] = scoreOf(four.result0);
    scores[Math.min(at + 1, last)] = scoreOf(four.result1);
    scores[Math.min(at + 2, last)] = scoreOf(four.result2);
    scores[Math.min(at + 3, last)] = scoreOf(four.result3);
  }

  private float scoreOf(float result) {
    return euclidean ? -result : Scores.comparable(result);
  }

  private static void requireSameSpace(VectorSpace rows, VectorSpace query) {
    if (!rows.equals(query)) {
      throw new IllegalArgumentException(
          "rows of %s need a query of the same space, got %s".formatted(rows, query));
    }
  }
}

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

  private final FourRows four = new FourRows();
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
    // Four times the same row: one by itself is summed up in another order, and a score must not
    // depend on how many others are asked for. What takes time is to wait for it.
    four.repeat(ordinal * stride);
    compute();
    return scoreOf(four.result0);
  }

  @Override
  public void score(int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, scores.length));
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      four.pick(ordinals, i, stride);
      scoreFour(scores, i);
    }
    if (count - i > 1) {
      // Two or three rows, one of them twice or thrice: what takes time is to wait for rows from
      // memory, and here they are waited for together.
      four.pickFew(ordinals, i, count - i, stride);
      compute();
      scores[i] = scoreOf(four.result0);
      scores[i + 1] = scoreOf(four.result1);
      scores[count - 1] = scoreOf(four.result2);
    } else if (i < count) {
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

  private void scoreFour(float[] scores, int at) {
    compute();
    scores[at] = scoreOf(four.result0);
    scores[at + 1] = scoreOf(four.result1);
    scores[at + 2] = scoreOf(four.result2);
    scores[at + 3] = scoreOf(four.result3);
  }

  private void compute() {
    if (euclidean) {
      KERNEL.squaredDistance4(query, queryOffset, rows, four, floats);
    } else {
      KERNEL.dot4(query, queryOffset, rows, four, floats);
    }
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

package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import dev.kith.index.kernel.VectorKernel;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Scores the first coordinates of rows of plain floats against those of a query, as if neither had
/// any others: under COSINE both are of length one again, zero where a row has none of it. Bound to
/// one query after another without allocating. Not thread-safe.
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class TruncatedScorer implements Scorer {

  // Static, so that the optimiser knows which one it is.
  private static final VectorKernel KERNEL = VectorKernel.best();

  private MemorySegment query = MemorySegment.NULL;
  private MemorySegment rows = MemorySegment.NULL;
  private int capacity;
  private long stride;
  private int width;
  private Metric metric = Metric.DOT;

  /// Scores `rows` against a query from now on.
  ///
  /// @param query that is zero beyond the width ([QueryBuffer#setTruncated])
  /// @param width coordinates to compare, in `[1, dimension]`
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public TruncatedScorer bind(VectorRows rows, QueryBuffer query, int width) {
    CodedRows.requireSameSpace(rows.space(), query.space());
    this.width = Require.inRange("width", width, 1, rows.space().dimension());
    this.query = query.segment();
    this.rows = rows.segment();
    this.capacity = rows.capacity();
    this.stride = rows.stride();
    this.metric = rows.space().metric();
    return this;
  }

  @Override
  public float score(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    long at = ordinal * stride;
    return switch (metric) {
      case EUCLIDEAN -> -KERNEL.squaredDistance(query, 0, rows, at, width);
      case DOT -> Scores.comparable(KERNEL.dot(query, 0, rows, at, width));
      case COSINE -> {
        float squares = KERNEL.dot(rows, at, rows, at, width);
        float dot = KERNEL.dot(query, 0, rows, at, width);
        yield squares > 0 ? (float) (dot / Math.sqrt(squares)) : 0;
      }
    };
  }

  @Override
  public void score(int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, scores.length));
    for (int i = 0; i < count; i++) {
      scores[i] = score(ordinals[i]);
    }
  }

  @Override
  public void scoreRange(int from, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, scores.length);
    for (int i = 0; i < count; i++) {
      scores[i] = score(from + i);
    }
  }

  @Override
  public long bytesPerVector() {
    return (long) width * Float.BYTES;
  }

  @Override
  public long multiplyAdds() {
    return metric == Metric.COSINE ? 2L * width : width;
  }
}

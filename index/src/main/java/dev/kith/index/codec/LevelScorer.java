package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.LevelKernel;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Estimates scores from rows of levels ([LevelRows]). Bound to one query after another without
/// allocating. Not thread-safe.
///
/// As [RabitqScorer], with grid points instead of signs.
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class LevelScorer implements BoundedScorer {

  // Static, so that the optimiser knows which kernel it is and makes its loop part of ours.
  private static final LevelKernel KERNEL = LevelKernel.best();

  private MemorySegment query = MemorySegment.NULL;
  private MemorySegment rows = MemorySegment.NULL;
  private int capacity;
  private long stride;
  private int chunks;
  private int bits;
  private float scale;
  private float atZero;
  private float rest;
  private float length;
  private boolean euclidean;

  /// Scores `rows` against a query from now on.
  ///
  /// @param query set for these rows
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public LevelScorer bind(LevelRows rows, LevelQuery query) {
    CodedRows.requireSameSpace(rows.space(), query.space());
    this.query = query.numbers();
    this.scale = query.scale();
    this.atZero = -scale * rows.middle() * query.sum();
    this.rest = query.rest();
    this.length = query.length();
    this.rows = rows.segment();
    this.capacity = rows.capacity();
    this.stride = rows.stride();
    this.chunks = LevelRows.chunks(rows.space());
    this.bits = rows.bits();
    this.euclidean = rows.space().metric() == Metric.EUCLIDEAN;
    return this;
  }

  @Override
  public float score(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    return estimate(ordinal * stride);
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
    Objects.checkFromIndexSize(from, count, capacity);
    for (int i = 0; i < count; i++) {
      scores[i] = estimate((from + i) * stride);
    }
  }

  @Override
  public float errorBound(int ordinal, float deviations) {
    Objects.checkIndex(ordinal, capacity);
    long trailer = (ordinal + 1) * stride - LevelRows.TRAILER;
    double ofRow = (double) length * rows.get(Centre.FLOAT, trailer + 12);
    // A number of the query is off by up to half a unit, evenly.
    double ofQuery = (double) scale * rows.get(Centre.FLOAT, trailer + 8) / Math.sqrt(12);
    double deviation = Math.sqrt(ofRow * ofRow + ofQuery * ofQuery);
    return (float) ((euclidean ? 2 : 1) * deviations * deviation);
  }

  /// The levels, and the four numbers behind them.
  @Override
  public long bytesPerVector() {
    return stride;
  }

  private float estimate(long offset) {
    float grid = scale * KERNEL.dot(query, 0, rows, offset, chunks, bits) + atZero;
    long trailer = offset + stride - LevelRows.TRAILER;
    float product = grid * rows.get(Centre.FLOAT, trailer);
    float constant = rest + rows.get(Centre.FLOAT, trailer + 4);
    return Scores.comparable(euclidean ? Math.min(0, 2 * product - constant) : product + constant);
  }
}

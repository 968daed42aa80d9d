package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.HalfFormat;
import dev.kith.index.kernel.HalfKernel;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Estimates scores from rows of 16-bit numbers ([HalfRows]) and a query of floats. Bound to one
/// query after another without allocating. Not thread-safe.
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class HalfScorer implements Scorer {

  // Static, so that the optimiser knows which kernels they are and makes their loops part of ours.
  private static final HalfKernel F16 = HalfKernel.best(HalfFormat.F16);
  private static final HalfKernel BF16 = HalfKernel.best(HalfFormat.BF16);

  private final FourRows four = new FourRows();
  private MemorySegment query = MemorySegment.NULL;
  private MemorySegment rows = MemorySegment.NULL;
  private int capacity;
  private long stride;
  private int halves;
  private boolean f16;
  private boolean euclidean;

  /// Scores `rows` against a query from now on.
  ///
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public HalfScorer bind(HalfRows rows, QueryBuffer query) {
    CodedRows.requireSameSpace(rows.space(), query.space());
    this.query = query.segment();
    this.rows = rows.segment();
    this.capacity = rows.capacity();
    this.stride = rows.stride();
    this.halves = rows.paddedDimension();
    this.f16 = rows.format() == HalfFormat.F16;
    this.euclidean = rows.space().metric() == Metric.EUCLIDEAN;
    return this;
  }

  @Override
  public float score(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    long offset = ordinal * stride;
    if (euclidean) {
      return Scores.comparable(
          f16
              ? -F16.squaredDistance(query, 0, rows, offset, halves)
              : -BF16.squaredDistance(query, 0, rows, offset, halves));
    }
    return Scores.comparable(
        f16 ? F16.dot(query, 0, rows, offset, halves) : BF16.dot(query, 0, rows, offset, halves));
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

  @Override
  public long bytesPerVector() {
    return stride;
  }

  private void scoreFour(float[] scores, int at) {
    if (euclidean) {
      if (f16) {
        F16.squaredDistance4(query, 0, rows, four, halves);
      } else {
        BF16.squaredDistance4(query, 0, rows, four, halves);
      }
      scores[at] = Scores.comparable(-four.result0);
      scores[at + 1] = Scores.comparable(-four.result1);
      scores[at + 2] = Scores.comparable(-four.result2);
      scores[at + 3] = Scores.comparable(-four.result3);
    } else {
      if (f16) {
        F16.dot4(query, 0, rows, four, halves);
      } else {
        BF16.dot4(query, 0, rows, four, halves);
      }
      scores[at] = Scores.comparable(four.result0);
      scores[at + 1] = Scores.comparable(four.result1);
      scores[at + 2] = Scores.comparable(four.result2);
      scores[at + 3] = Scores.comparable(four.result3);
    }
  }
}

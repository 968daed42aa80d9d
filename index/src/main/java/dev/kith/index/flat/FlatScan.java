package dev.kith.index.flat;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.Scorer;
import java.util.function.BooleanSupplier;

/// Scores every row of a range, or certain rows, and keeps the best. Exact, for any codec.
///
/// Owned by one worker and reused: it holds the scores of one block.
public final class FlatScan {

  /// Rows scored before their scores are looked at: the scores of a block stay in the first-level
  /// cache, and a deadline is noticed within a block.
  public static final int BLOCK = 512;

  private final float[] scores = new float[BLOCK];

  /// Offers the accepted rows of `[from, to)` to `hits`.
  ///
  /// @param accepted asked only for rows that score well enough to be kept
  /// @param stop polled between blocks; once true the scan ends early
  /// @param work counts every row scored
  public void scan(
      Scorer scorer,
      Range range,
      OrdinalFilter accepted,
      TopK hits,
      BooleanSupplier stop,
      SearchWork work) {
    for (int start = range.from(); start < range.to(); start += BLOCK) {
      if (stop.getAsBoolean()) {
        return;
      }
      int count = Math.min(BLOCK, range.to() - start);
      scorer.scoreRange(start, count, scores);
      scorer.count(count, work);
      offer(start, count, accepted, hits);
    }
  }

  /// Offers those of some rows that are accepted to `hits`.
  ///
  /// @param count rows, the first of `ordinals`, in `[0, BLOCK]`
  /// @param accepted asked only for rows that score well enough to be kept
  /// @param work counts every row scored
  public void scan(
      Scorer scorer,
      int[] ordinals,
      int count,
      OrdinalFilter accepted,
      TopK hits,
      SearchWork work) {
    scorer.score(ordinals, count, scores);
    scorer.count(count, work);
    for (int i = 0; i < count; i++) {
      // Written so that a NaN, which compares false, is still offered.
      if (!(scores[i] < hits.floor()) && accepted.accepts(ordinals[i])) {
        hits.offer(ordinals[i], scores[i]);
      }
    }
  }

  /// Adds the accepted rows of `[from, to)` to `sum`, and offers them to `hits`.
  ///
  /// @param accepted asked for every row
  /// @param stop polled between blocks; once true the scan ends early
  /// @param work counts every row scored
  public void sum(
      Scorer scorer,
      Range range,
      OrdinalFilter accepted,
      ScoreSum sum,
      TopK hits,
      BooleanSupplier stop,
      SearchWork work) {
    for (int start = range.from(); start < range.to(); start += BLOCK) {
      if (stop.getAsBoolean()) {
        return;
      }
      int count = Math.min(BLOCK, range.to() - start);
      scorer.scoreRange(start, count, scores);
      scorer.count(count, work);
      for (int i = 0; i < count; i++) {
        if (accepted.accepts(start + i)) {
          sum.add(scores[i]);
          hits.offer(start + i, scores[i]);
        }
      }
    }
  }

  /// Adds those of some rows that are accepted to `sum`, and offers them to `hits`.
  ///
  /// @param count rows, the first of `ordinals`, in `[0, BLOCK]`
  /// @param accepted asked for every row
  /// @param work counts every row scored
  public void sum(
      Scorer scorer,
      int[] ordinals,
      int count,
      OrdinalFilter accepted,
      ScoreSum sum,
      TopK hits,
      SearchWork work) {
    scorer.score(ordinals, count, scores);
    scorer.count(count, work);
    for (int i = 0; i < count; i++) {
      if (accepted.accepts(ordinals[i])) {
        sum.add(scores[i]);
        hits.offer(ordinals[i], scores[i]);
      }
    }
  }

  private void offer(int start, int count, OrdinalFilter accepted, TopK hits) {
    float floor = hits.floor();
    for (int i = 0; i < count; i++) {
      // Written so that a NaN, which compares false, is still offered.
      if (!(scores[i] < floor) && accepted.accepts(start + i) && hits.offer(start + i, scores[i])) {
        floor = hits.floor();
      }
    }
  }

  /// The rows from `from`, inclusive, to `to`, exclusive.
  public record Range(int from, int to) {
    public Range {
      if (from < 0 || to < from) {
        throw new IllegalArgumentException(
            "a range must have 0 <= from <= to, got [%d, %d)".formatted(from, to));
      }
    }
  }
}

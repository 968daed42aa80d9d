package dev.kith.index.codec;

import dev.kith.index.SearchWork;

/// Scores the vectors of one segment against the query it is bound to. Owned by one worker.
///
/// Scores are raw: larger is nearer, and cheap to compute. [Scores#external] turns them into what a
/// user sees. Never NaN: a score whose sum overflowed in both directions is negative infinity.
///
/// Prefer the methods that score many: memory latency overlaps across rows.
public interface Scorer {

  /// Returns the raw score of one vector.
  ///
  /// @throws IndexOutOfBoundsException if there is no such ordinal
  float score(int ordinal);

  /// Writes the raw scores of `ordinals[0..count)` to `scores[0..count)`.
  ///
  /// @throws IndexOutOfBoundsException if an array is too short or an ordinal does not exist
  void score(int[] ordinals, int count, float[] scores);

  /// Writes the raw scores of the `count` ordinals from `from` on to `scores[0..count)`.
  ///
  /// @throws IndexOutOfBoundsException if the array is too short or an ordinal does not exist
  void scoreRange(int from, int count, float[] scores);

  /// Bytes read to score one vector.
  long bytesPerVector();

  /// Products of floats that the score of a vector sums up; 0 of codes.
  default long multiplyAdds() {
    return 0;
  }

  /// Takes note of comparisons.
  default void count(int vectors, SearchWork work) {
    work.distanceComputations += vectors;
    work.bytesScanned += vectors * bytesPerVector();
    work.multiplyAdds += vectors * multiplyAdds();
  }
}

package dev.kith.index.codec;

/// A scorer that knows how far off its estimates are.
public interface BoundedScorer extends Scorer {

  /// How far the exact raw score of a vector lies from its estimate at most, if the error is no
  /// larger than so many of its standard deviations. Over random rotations errors are nearly
  /// normal: 1.9 deviations hold for about 94 of 100 pairs of a row and a query, 3.3 for 999 of
  /// 1,000.
  ///
  /// With `o` the difference of the row from the centre, `g` what codes it, `D` coordinates and
  /// `cos` the cosine of `o` and `g`, the deviation of an estimated inner product is `|o| |q - c|
  /// sqrt((1 - cos²) / cos² / (D - 1))` (Gao and Long, SIGMOD 2024, theorem 3.2), to which the
  /// rounding of the query adds.
  ///
  /// @param deviations at least 0
  /// @return at least 0; not a number if the estimate is none
  /// @throws IndexOutOfBoundsException if there is no such ordinal
  float errorBound(int ordinal, float deviations);
}

package dev.kith.server.search;

/// A row that may become a hit, and what the stages on the merged list say of it.
final class Candidate {
  private static final long[] NONE = {};

  /// Position of its segment among those searched.
  final int segment;

  /// The row there.
  final int ordinal;

  /// Label of the row.
  final long row;

  /// As a caller sees it.
  final float score;

  /// NaN until it is judged.
  float relevance = Float.NaN;

  /// Several scores combined; NaN where that was not asked.
  double fused = Double.NaN;

  /// What candidates are ordered by, if that is not the score; else NaN.
  double rankScore = Double.NaN;

  /// NaN until it is found.
  float probability = Float.NaN;

  /// Labels of near duplicates that it stands for.
  long[] duplicates = NONE;

  Candidate(int segment, int ordinal, long row, float score) {
    this.segment = segment;
    this.ordinal = ordinal;
    this.row = row;
    this.score = score;
  }

  /// What shares are of: combined scores, where there are some.
  float strength() {
    return Double.isNaN(fused) ? score : (float) fused;
  }
}

package dev.kith.server.collection;

/// What merging has done since start, over all collections.
///
/// @param running merges under way, 0 or 1
/// @param merges finished
/// @param failures of merges, which are tried again
/// @param rows live rows written by those that finished
/// @param removedRows dead rows that they left out
/// @param seconds that they took
public record MergeStats(
    int running, long merges, long failures, long rows, long removedRows, double seconds) {
  static final MergeStats NONE = new MergeStats(0, 0, 0, 0, 0, 0);

  MergeStats begun() {
    return new MergeStats(1, merges, failures, rows, removedRows, seconds);
  }

  MergeStats idle() {
    return new MergeStats(0, merges, failures, rows, removedRows, seconds);
  }

  MergeStats failed() {
    return new MergeStats(0, merges, failures + 1, rows, removedRows, seconds);
  }

  MergeStats finished(long more, long removed, double took) {
    return new MergeStats(
        0, merges + 1, failures, rows + more, removedRows + removed, seconds + took);
  }
}

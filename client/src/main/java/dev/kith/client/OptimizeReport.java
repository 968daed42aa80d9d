package dev.kith.client;

import java.util.Optional;

/// What an optimization achieved.
///
/// @param linkedPoints points linked while it ran
/// @param seconds until the last segment was written, trials of indexes included
/// @param pointsPerSecond linked points for each second until the last point was sealed
/// @param peakResidentBytes most physical memory of the server process while it ran; 0 if unknown
/// @param recall of a sample; empty if there are too few points to tell
public record OptimizeReport(
    long linkedPoints,
    double seconds,
    double pointsPerSecond,
    long peakResidentBytes,
    Optional<Recall> recall) {

  /// Recall@10 of a sample of the collection's own points, each left out of its own answer. Vectors
  /// that were never linked may find fewer of their neighbours.
  ///
  /// @param recall in `[0, 1]`
  /// @param queries points of the sample
  /// @param ef beam they were searched with: the collection's default; 0 of inverted lists
  public record Recall(double recall, int queries, int ef) {}
}

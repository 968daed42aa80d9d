package dev.kith.client;

import java.util.OptionalDouble;

/// Where an optimization stands.
///
/// @param phase what is being done
/// @param completed points processed in this phase
/// @param total points of this phase in all
/// @param pointsPerSecond points processed a second, lately; 0 while that cannot be told
/// @param remainingSeconds what this phase takes at that speed; empty while that cannot be told
public record OptimizeProgress(
    Phase phase,
    long completed,
    long total,
    double pointsPerSecond,
    OptionalDouble remainingSeconds) {

  /// The phases, in order.
  public enum Phase {
    /// Linking points into the graph.
    LINKING,

    /// Writing and publishing the sealed segment.
    SEALING,

    /// Trying indexes on a sample, to choose the best.
    TRYING,

    /// Merging sealed segments.
    MERGING,

    /// Measuring the recall of a sample.
    MEASURING,

    /// Nothing is left to do.
    FINISHED,

    /// Somebody stopped it.
    CANCELLED
  }
}

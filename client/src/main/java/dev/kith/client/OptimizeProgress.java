package dev.kith.client;

/// Where an optimization stands.
///
/// @param phase what is being done
/// @param completed points processed in this phase
/// @param total points of this phase in all
public record OptimizeProgress(Phase phase, long completed, long total) {

  /// The phases, in order.
  public enum Phase {
    /// Linking points into the graph.
    LINKING,

    /// Writing and publishing the sealed segment.
    SEALING,

    /// Nothing is left to do.
    FINISHED
  }
}

package dev.kith.client;

/// How far the attaching of an index folder is.
///
/// @param phase what is being done
/// @param completed files or points dealt with in this phase
/// @param total files or points of this phase in all
public record AttachProgress(Phase phase, long completed, long total) {

  /// The phases, in order.
  public enum Phase {
    /// Copying segment files and checking them.
    COPYING,

    /// Storing ids and vectors.
    STORING,

    /// Nothing is left to do.
    FINISHED
  }
}

package dev.kith.server.collection;

/// Hears how far the attaching of an index folder is. Called from the attaching thread.
@FunctionalInterface
public interface AttachProgress {

  /// What is being done.
  enum Phase {
    /// Copying and checking segment files, counted.
    COPYING,
    /// Storing ids and vectors, counted.
    STORING
  }

  /// Reports that `done` of `total` files or points are dealt with.
  void report(Phase phase, long done, long total);
}

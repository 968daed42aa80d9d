package dev.kith.server.relevance;

import java.util.concurrent.CancellationException;

/// Follows a training or an evaluation, and may end it.
@FunctionalInterface
public interface TrainingWatch {

  /// Hears how far it is, many times.
  ///
  /// @param done of the phase
  /// @param total of the phase, at most
  /// @throws CancellationException to end it; nothing is kept then
  void report(TrainingPhase phase, long done, long total);
}

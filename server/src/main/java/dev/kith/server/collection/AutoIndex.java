package dev.kith.server.collection;

import dev.kith.index.Require;
import java.util.OptionalInt;

/// Asks for whichever index a trial on the collection's own points finds best.
///
/// @param memory bytes that a point may take in memory, in `[1, 2^31)`; if empty, as many as it
///   takes to be fast
public record AutoIndex(OptionalInt memory) {

  /// Live points at which the first trial is due.
  public static final int FIRST_TRIAL_POINTS = 20_000;

  /// Live points from which on an optimization asks for a trial.
  public static final int LEAST_POINTS = 1_000;

  private static final long GROWTH = 4;

  public AutoIndex {
    if (memory.isPresent()) {
      Require.inRange("memory", memory.getAsInt(), 1, Integer.MAX_VALUE);
    }
  }

  /// Live points at which the next trial is due: what is best for some seldom changes before they
  /// have quadrupled.
  ///
  /// @param tried live points of the last trial, 0 before the first
  public static long nextTrialPoints(long tried) {
    return Math.max(FIRST_TRIAL_POINTS, GROWTH * tried);
  }
}

package dev.kith.server.search;

import java.util.function.BooleanSupplier;

/// How long the caller of a search waits.
///
/// @param gone whether the caller has left or its deadline has passed; polled between blocks of
///   work
/// @param arrivedNanos when the request arrived, on the clock of [System#nanoTime()]
/// @param startedNanos when a search thread took it
public record Patience(BooleanSupplier gone, long arrivedNanos, long startedNanos) {

  /// Ends the work if nobody waits for it.
  ///
  /// @throws AbandonedException if the caller has left
  public void requireCaller() {
    if (gone.getAsBoolean()) {
      throw new AbandonedException();
    }
  }
}

package dev.kith.bench.adaptive;

import org.jspecify.annotations.Nullable;

/// What a setting found and took.
///
/// @param recall share of the nearest neighbours found, as many as hits were wanted, in `[0, 1]`
/// @param accuracy share of queries whose first hit is of their class, in `[0, 1]`; null if nobody
///   knows classes
/// @param products of floats, a search
/// @param micros of processor time, a search
record Measured(
    Setting setting, double recall, @Nullable Double accuracy, double products, double micros) {

  /// The same, with the time of another pass if that is less.
  Measured orFaster(double otherMicros) {
    return new Measured(setting, recall, accuracy, products, Math.min(micros, otherMicros));
  }
}

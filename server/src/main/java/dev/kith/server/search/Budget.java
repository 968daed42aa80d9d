package dev.kith.server.search;

import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a search may take on average; at least one of both is there, and the lesser holds.
///
/// @param products of coordinates, at least 1
/// @param micros microseconds, at least 1
public record Budget(OptionalLong products, OptionalInt micros) {

  /// The products that it comes to.
  ///
  /// @param rate products that searches do in a nanosecond
  double products(double rate) {
    double inTime = micros.isPresent() ? 1e3 * micros.getAsInt() * rate : Double.POSITIVE_INFINITY;
    return products.isPresent() ? Math.min((double) products.getAsLong(), inTime) : inTime;
  }
}

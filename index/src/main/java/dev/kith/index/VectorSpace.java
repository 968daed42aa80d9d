package dev.kith.index;

import java.util.Objects;

/// The shape every vector of a collection shares.
///
/// @param dimension coordinates per vector, in `[1, 65536]`
/// @param metric how two vectors are compared
public record VectorSpace(int dimension, Metric metric) {

  /// Longest vector accepted: a row of 65,536 floats is 256 KiB.
  public static final int MAX_DIMENSION = 65_536;

  /// @throws IllegalArgumentException if the dimension is out of range
  public VectorSpace {
    Require.inRange("dimension", dimension, 1, MAX_DIMENSION);
    Objects.requireNonNull(metric, "metric");
  }
}

package dev.kith.server.search;

import dev.kith.server.collection.PointId;
import java.lang.foreign.MemorySegment;

/// What to search for.
public sealed interface Query {

  /// Points near a vector.
  ///
  /// @param source little-endian f32 coordinates, finite, at any alignment
  /// @param offset byte at which they start
  /// @param width coordinates there are: as many as vectors have or, of prefixes, the first of them
  record ByVector(MemorySegment source, long offset, int width) implements Query {}

  /// Points near a stored point, except that point.
  record ByPoint(PointId id) implements Query {}
}

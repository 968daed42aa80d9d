package dev.kith.index.build;

import dev.kith.index.VectorSpace;
import dev.kith.index.hnsw.HnswParams;

/// Which index a collection keeps.
public sealed interface IndexSpec {

  /// None: every search scores every row.
  record Flat() implements IndexSpec {}

  /// A navigable small-world graph.
  ///
  /// @param params how it is built
  /// @param layout how it lies in memory once it is sealed
  record Hnsw(HnswParams params, Layout layout) implements IndexSpec {}

  /// Refuses a space whose vectors this index cannot hold.
  ///
  /// @throws IllegalArgumentException if the layout is [Layout#FAST] and there are more than
  ///   [Layout#MAX_FAST_DIMENSION] dimensions
  default void requireHolds(VectorSpace space) {
    if (this instanceof Hnsw(HnswParams _, Layout layout)
        && layout == Layout.FAST
        && space.dimension() > Layout.MAX_FAST_DIMENSION) {
      throw new IllegalArgumentException(
          "the layout FAST is for at most %d dimensions, got %d"
              .formatted(Layout.MAX_FAST_DIMENSION, space.dimension()));
    }
  }
}

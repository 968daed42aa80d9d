package dev.kith.index.build;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;

/// Which index a collection keeps.
public sealed interface IndexSpec {

  /// None: every search scores every row.
  record Flat() implements IndexSpec {}

  /// A navigable small-world graph.
  ///
  /// @param params how it is built
  /// @param layout how it lies in memory once it is sealed
  /// @param codec of the rows that a search of a sealed segment walks over; one with codes is for
  ///   the layout COMPACT
  record Hnsw(HnswParams params, Layout layout, Codec codec) implements IndexSpec {
    public Hnsw {
      if (codec != Codec.F32 && layout != Layout.COMPACT) {
        throw new IllegalArgumentException(
            "the codec %s is for the layout COMPACT, got %s".formatted(codec, layout));
      }
    }

    /// A graph that is walked on floats.
    public Hnsw(HnswParams params, Layout layout) {
      this(params, layout, Codec.F32);
    }
  }

  /// Refuses a space whose vectors this index cannot hold.
  ///
  /// @throws IllegalArgumentException if the layout is [Layout#FAST] and there are more than
  ///   [Layout#MAX_FAST_DIMENSION] dimensions
  default void requireHolds(VectorSpace space) {
    if (this instanceof Hnsw(_, Layout layout, _)
        && layout == Layout.FAST
        && space.dimension() > Layout.MAX_FAST_DIMENSION) {
      throw new IllegalArgumentException(
          "the layout FAST is for at most %d dimensions, got %d"
              .formatted(Layout.MAX_FAST_DIMENSION, space.dimension()));
    }
  }
}

package dev.kith.index.build;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;

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
      if (codec.hasCodes() && layout != Layout.COMPACT) {
        throw new IllegalArgumentException(
            "the codec %s is for the layout COMPACT, got %s".formatted(codec.name(), layout));
      }
      if (codec instanceof Codec.Pq) {
        throw new IllegalArgumentException("the codec pq is for inverted files, got a graph");
      }
    }

    /// A graph that is walked on floats.
    public Hnsw(HnswParams params, Layout layout) {
      this(params, layout, new Codec.F32());
    }
  }

  /// An inverted file.
  ///
  /// @param params how it is built
  /// @param codec of the rows that a search reads of every list
  record Ivf(IvfParams params, Codec codec) implements IndexSpec {}

  /// Refuses a space whose vectors this index cannot hold.
  ///
  /// @throws IllegalArgumentException if there are more than [Layout#MAX_FAST_DIMENSION] dimensions
  ///   and the layout is [Layout#FAST], or an inverted file has the codec RABITQ
  default void requireHolds(VectorSpace space) {
    String what =
        switch (this) {
          case Hnsw(_, Layout layout, _) when layout == Layout.FAST -> "layout FAST";
          case Ivf(_, Codec codec) when codec instanceof Codec.Rabitq ->
              "codec rabitq of an inverted file";
          default -> null;
        };
    if (what != null && space.dimension() > Layout.MAX_FAST_DIMENSION) {
      throw new IllegalArgumentException(
          "the %s is for at most %d dimensions, got %d"
              .formatted(what, Layout.MAX_FAST_DIMENSION, space.dimension()));
    }
  }
}

package dev.kith.index.build;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.OrthogonalRotation;
import dev.kith.index.codec.PrincipalComponents;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;

/// Which index a collection keeps.
public sealed interface IndexSpec {

  /// How the rows are encoded that a search of a sealed segment reads.
  Codec codec();

  /// None: every search scores every row.
  ///
  /// @param codec of the rows that a search of a sealed segment scores. With codes it scores only
  ///   the best by these exactly, so it may miss some
  record Flat(Codec codec) implements IndexSpec {

    /// A scan of floats, which is exact.
    public Flat() {
      this(new Codec.F32());
    }
  }

  /// A navigable small-world graph.
  ///
  /// @param params how it is built
  /// @param layout how it lies in memory once it is sealed
  /// @param codec of the rows that a search of a sealed segment walks over; one with codes is for
  ///   the layout COMPACT
  record Hnsw(HnswParams params, Layout layout, Codec codec) implements IndexSpec {
    public Hnsw {
      if (codec.hasCodes() && layout != Layout.COMPACT) {
        String what =
            codec instanceof Codec.Prefix
                ? "prefixes are"
                : "the codec %s is".formatted(codec.name());
        throw new IllegalArgumentException(
            "%s for the layout COMPACT, got %s".formatted(what, layout));
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

  /// Most dimensions of a vector that this index can hold.
  default int maxDimension() {
    if (codec() instanceof Codec.Pq(_, boolean rotated) && rotated) {
      return OrthogonalRotation.MAX_DIMENSION;
    }
    if (codec() instanceof Codec.Prefix(Basis basis, _, _) && basis == Basis.PCA) {
      return PrincipalComponents.MAX_DIMENSION;
    }
    return switch (this) {
      case Hnsw(_, Layout layout, _) when layout == Layout.FAST -> Layout.MAX_FAST_DIMENSION;
      case Ivf(_, Codec.Rabitq(int bits)) when bits <= RabitqCode.MAX_BITS ->
          Math.min(Layout.MAX_FAST_DIMENSION, RabitqCode.maxDimension(Math.max(1, bits)));
      default -> VectorSpace.MAX_DIMENSION;
    };
  }

  /// Refuses a space whose vectors this index cannot hold.
  ///
  /// @throws IllegalArgumentException if there are more than [#maxDimension] dimensions, or there
  ///   can be no prefixes of such widths
  default void requireHolds(VectorSpace space) {
    if (space.dimension() > maxDimension()) {
      String what =
          switch (this) {
            case Ivf _ -> "codec %s of an inverted file".formatted(codec().name());
            case Flat _, Hnsw _ when codec().hasCodes() -> "codec " + codec().name();
            case Flat _, Hnsw _ -> "layout FAST";
          };
      throw new IllegalArgumentException(
          "the %s is for at most %d dimensions, got %d"
              .formatted(what, maxDimension(), space.dimension()));
    }
    if (codec() instanceof Codec.Prefix prefix) {
      int widest = prefix.widthsOf(space).getLast();
      if (prefix.of() instanceof Codec.Pq(_, boolean rotated) && rotated) {
        Require.inRange("width of opq", widest, 1, OrthogonalRotation.MAX_DIMENSION);
      }
    }
  }
}

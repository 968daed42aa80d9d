package dev.kith.client;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// How the points of a collection are indexed.
public sealed interface IndexSpec {

  /// Every search scans all points: right for small collections.
  record Flat() implements IndexSpec {}

  /// A navigable graph. What is empty, the server chooses.
  ///
  /// @param m links a point makes on the upper levels, in `[2, 512]`; 16 if empty
  /// @param efConstruction candidates examined when a point is linked, in `[m, 10000]`; 200 if
  ///   empty
  /// @param seed of the random levels
  /// @param layout how sealed segments lie in memory; compact if empty
  record Hnsw(
      OptionalInt m, OptionalInt efConstruction, OptionalLong seed, Optional<GraphLayout> layout)
      implements IndexSpec {

    /// The same graph, laid out otherwise.
    public Hnsw withLayout(GraphLayout other) {
      return new Hnsw(m, efConstruction, seed, Optional.of(other));
    }
  }

  /// Inverted lists. What is empty, the server chooses.
  ///
  /// @param lists of a segment, in `[1, 65536]`; twice the root of its number of points if empty
  /// @param seed of the draws
  /// @param spill whether every point is in a second list besides its own: searches of most
  ///   embeddings read less, and codes take twice the memory
  record Ivf(OptionalInt lists, OptionalLong seed, boolean spill) implements IndexSpec {

    /// Lists with every point in one.
    public Ivf(OptionalInt lists, OptionalLong seed) {
      this(lists, seed, false);
    }
  }

  /// The index that does best in a trial on the collection's own points; see [IndexChoice].
  ///
  /// @param memoryBytesPerVector most bytes that a vector may take in memory, in `[1, 2^31)`; any
  ///   number if empty
  record Auto(OptionalInt memoryBytesPerVector) implements IndexSpec {}

  /// The index that does best, whatever memory it takes.
  static Auto auto() {
    return new Auto(OptionalInt.empty());
  }

  /// Inverted lists with the server's defaults.
  static Ivf ivf() {
    return new Ivf(OptionalInt.empty(), OptionalLong.empty());
  }

  /// A graph with the server's defaults.
  static Hnsw hnsw() {
    return new Hnsw(
        OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty(), Optional.empty());
  }

  /// A graph of given density and care.
  static Hnsw hnsw(int m, int efConstruction) {
    return new Hnsw(
        OptionalInt.of(m), OptionalInt.of(efConstruction), OptionalLong.empty(), Optional.empty());
  }

  /// An exact scan.
  static IndexSpec flat() {
    return new Flat();
  }
}

package dev.kith.index.build;

import dev.kith.index.hnsw.HnswParams;

/// Which index a collection keeps.
public sealed interface IndexSpec {

  /// None: every search scores every row.
  record Flat() implements IndexSpec {}

  /// A navigable small-world graph.
  record Hnsw(HnswParams params) implements IndexSpec {}
}

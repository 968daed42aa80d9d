package dev.kith.bench.peers.engine;

import dev.kith.index.Require;

/// What every contender's graph is built with.
///
/// @param m links of a node on an upper level, twice that on the lowest, in `[2, 256]`
/// @param efConstruction candidates looked at to link a node, in `[m, 10000]`
public record GraphSettings(int m, int efConstruction) {

  /// @throws IllegalArgumentException if something is out of range
  public GraphSettings {
    Require.inRange("m", m, 2, 256);
    Require.inRange("ef_construction", efConstruction, m, 10_000);
  }
}

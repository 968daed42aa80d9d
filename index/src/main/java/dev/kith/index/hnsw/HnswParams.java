package dev.kith.index.hnsw;

import dev.kith.index.Require;

/// How a graph is built.
///
/// @param m links a node asks for, in `[2, 512]`: upper levels hold at most `m` links a node, level
///   0 at most `2 * m`
/// @param efConstruction candidates kept while a node looks for its neighbours, in `[1, 10_000]`;
///   it stops looking sooner where all that is left is much farther than those it may choose
/// @param seed of the level draw; the same seed and the same input on one thread give the same
///   graph
public record HnswParams(int m, int efConstruction, long seed) {

  public static final int MIN_M = 2;
  public static final int MAX_M = 512;
  public static final int DEFAULT_M = 16;
  public static final int MAX_EF_CONSTRUCTION = 10_000;
  public static final int DEFAULT_EF_CONSTRUCTION = 200;

  public HnswParams {
    Require.inRange("m", m, MIN_M, MAX_M);
    Require.inRange("efConstruction", efConstruction, 1, MAX_EF_CONSTRUCTION);
  }

  /// Returns what suits most data: `m` 16, `efConstruction` 200.
  public static HnswParams defaults() {
    return new HnswParams(DEFAULT_M, DEFAULT_EF_CONSTRUCTION, 0);
  }

  /// Links a node may hold on `level`.
  int maxDegree(int level) {
    return level == 0 ? 2 * m : m;
  }
}

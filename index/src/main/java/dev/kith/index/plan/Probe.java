package dev.kith.index.plan;

import dev.kith.index.Require;

/// How candidates are found in a segment.
public sealed interface Probe {

  /// Widest beam.
  int MAX_EF = 1 << 16;

  /// Scores every row.
  record Exact() implements Probe {}

  /// Walks the graph, where there is one; rows not linked yet are all scored.
  ///
  /// @param ef live nodes kept while walking, in `[1, 65536]`; a search for more hits than that
  ///   keeps as many nodes as it wants hits
  record Beam(int ef) implements Probe {
    public Beam {
      Require.inRange("ef", ef, 1, MAX_EF);
    }
  }
}

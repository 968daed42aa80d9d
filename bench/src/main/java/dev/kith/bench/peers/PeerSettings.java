package dev.kith.bench.peers;

import dev.kith.bench.peers.engine.GraphSettings;
import dev.kith.index.Require;
import java.util.List;

/// How a comparison is run.
///
/// @param graph what every graph is built with
/// @param threads building threads, in `[1, 1024]`; searches use one
/// @param runs turns of every contender, in `[1, 100]`
/// @param recalls recall@10 at which speeds are compared, ascending, each in `(0, 1)`
/// @param queries most queries to search for, in `[10, 1000000]`
public record PeerSettings(
    GraphSettings graph, int threads, int runs, List<Double> recalls, int queries) {

  /// @throws IllegalArgumentException if something is out of range
  public PeerSettings {
    Require.inRange("threads", threads, 1, 1024);
    Require.inRange("runs", runs, 1, 100);
    Require.inRange("queries", queries, 10, 1_000_000);
    recalls = recalls.stream().distinct().sorted().toList();
    if (recalls.isEmpty()) {
      throw new IllegalArgumentException("name at least one recall to compare at, such as 0.95");
    }
    for (double recall : recalls) {
      if (!(recall > 0 && recall < 1)) {
        throw new IllegalArgumentException(
            "recall must be above 0 and below 1, such as 0.95, got " + recall);
      }
    }
  }
}

package dev.kith.bench.classify;

import dev.kith.index.Require;
import dev.kith.index.ivf.IvfParams;

/// What a report is to measure.
///
/// @param queries most queries, drawn at random, in `[20, 1000000]`: half of them choose
///   temperatures and weights, the other half judges
/// @param neighbors of a query, in `[2, 1000]`
/// @param lists of the inverted file, in `[0, 65536]`; 0 for the root of the number of rows
/// @param threads that find neighbours, if nobody has, in `[1, 1024]`
/// @param seed of the draw of queries, of the lists and of the model
public record ClassifySettings(int queries, int neighbors, int lists, int threads, long seed) {

  /// @throws IllegalArgumentException if something is out of range
  public ClassifySettings {
    Require.inRange("queries", queries, 20, 1_000_000);
    Require.inRange("neighbors", neighbors, 2, 1_000);
    Require.inRange("lists", lists, 0, IvfParams.MAX_LISTS);
    Require.inRange("threads", threads, 1, 1024);
  }
}

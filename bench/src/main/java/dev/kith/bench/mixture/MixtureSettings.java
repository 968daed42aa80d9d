package dev.kith.bench.mixture;

import dev.kith.index.Require;
import java.util.List;

/// What a report is to measure.
///
/// @param users of each seed, in `[1, 100000]`
/// @param seeds draws of users, with the seeds from 1 on, in `[1, 100]`
/// @param threads that find neighbours, if nobody has, in `[1, 1024]`
public record MixtureSettings(int users, int seeds, int threads) {

  /// Hits of a search.
  static final List<Integer> HITS = List.of(20, 50, 100);

  /// @throws IllegalArgumentException if something is out of range
  public MixtureSettings {
    Require.inRange("users", users, 1, 100_000);
    Require.inRange("seeds", seeds, 1, 100);
    Require.inRange("threads", threads, 1, 1024);
  }
}

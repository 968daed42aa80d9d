package dev.kith.bench.peers;

import dev.kith.index.Require;
import dev.kith.index.ivf.IvfParams;
import java.util.List;
import java.util.OptionalInt;

/// What a comparison of k-means is to do.
///
/// @param sides who takes part, `kith` or `faiss`; empty for both
/// @param centroids how many to find, each in `[1, 65536]`
/// @param threads of each, in `[1, 1024]`
/// @param runs each with another seed and sample, in `[1, 100]`
/// @param rounds most rounds of both, in `[1, 1000]`; if empty, what each does by itself
public record KMeansSettings(
    List<String> sides, List<Integer> centroids, int threads, int runs, OptionalInt rounds) {
  static final String KITH = "kith";
  static final String FAISS = "faiss";

  /// @throws IllegalArgumentException if something is out of range
  public KMeansSettings {
    sides = sides.isEmpty() ? List.of(KITH, FAISS) : List.copyOf(sides);
    for (String side : sides) {
      if (!side.equals(KITH) && !side.equals(FAISS)) {
        throw new IllegalArgumentException("side must be kith or faiss, got " + side);
      }
    }
    centroids = List.copyOf(centroids);
    for (int count : centroids) {
      Require.inRange("centroids", count, 1, IvfParams.MAX_LISTS);
    }
    Require.inRange("threads", threads, 1, 1024);
    Require.inRange("runs", runs, 1, 100);
    if (rounds.isPresent()) {
      Require.inRange("rounds", rounds.getAsInt(), 1, 1000);
    }
  }
}

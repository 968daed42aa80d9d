package dev.kith.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// A scorer's scores for a few points, to find from what it would like. Start from [#of] and change
/// what differs.
///
/// @param scores finite, of 1 to 10,000 points, all of which must exist
/// @param ridge what is added to the squares of the latents, as a share of their mean square, in
///   `[0, 1000]`: the noisier the scores, the more it takes; 0.001 if empty
/// @param towards vector that the solution is pulled towards; zero if empty
public record LatentSpec(
    Map<PointId, Double> scores, OptionalDouble ridge, Optional<float[]> towards) {
  public LatentSpec {
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
  }

  /// What these scores say, with the usual ridge.
  public static LatentSpec of(Map<PointId, Double> scores) {
    return new LatentSpec(scores, OptionalDouble.empty(), Optional.empty());
  }

  /// The same with another ridge.
  public LatentSpec withRidge(double share) {
    return new LatentSpec(scores, OptionalDouble.of(share), towards);
  }

  /// The same, pulled towards a vector of the collection's dimension, such as the one solved for
  /// before.
  ///
  /// @param vector not copied
  public LatentSpec towards(float[] vector) {
    return new LatentSpec(scores, ridge, Optional.of(vector));
  }
}

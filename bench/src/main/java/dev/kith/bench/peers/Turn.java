package dev.kith.bench.peers;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a contender showed in one turn.
///
/// @param curves one a ladder
record Turn(List<Curve> curves) {

  Turn {
    curves = List.copyOf(curves);
  }

  /// Speed at a recall, along the ladder that is fastest there.
  Optional<Reading> at(double recall) {
    return curves.stream()
        .flatMap(curve -> curve.at(recall).stream())
        .max(Comparator.comparingDouble(Reading::qps));
  }
}

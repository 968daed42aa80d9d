package dev.kith.bench.peers;

import dev.kith.bench.peers.ContenderProcess.Searched.Latency;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

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

  /// How long searches took at the setting with the least median that finds at least as much.
  Optional<Latency> latencyAt(double recall) {
    return points()
        .filter(point -> point.recall() >= recall)
        .map(point -> point.searched().latency())
        .min(Comparator.comparingDouble(Latency::p50));
  }

  /// Garbage collections while searches were timed; empty where there is no collector.
  OptionalInt collections() {
    return points().anyMatch(point -> point.searched().collections() == null)
        ? OptionalInt.empty()
        : OptionalInt.of(
            points()
                .mapToInt(point -> Objects.requireNonNull(point.searched().collections()))
                .sum());
  }

  private Stream<Curve.Point> points() {
    return curves.stream().flatMap(curve -> curve.points().stream());
  }
}

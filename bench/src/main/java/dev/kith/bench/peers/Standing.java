package dev.kith.bench.peers;

import dev.kith.bench.peers.ContenderProcess.Searched.Latency;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// How a contender did.
///
/// @param built null if it never was
/// @param turns those it finished
/// @param failure why it finished no more, in words; null if it finished all
record Standing(
    Contender contender,
    ContenderProcess.@Nullable Built built,
    List<Turn> turns,
    @Nullable String failure) {

  Standing {
    turns = List.copyOf(turns);
  }

  /// Speed at a recall in each turn.
  List<Optional<Reading>> at(double recall) {
    return turns.stream().map(turn -> turn.at(recall)).toList();
  }

  /// Percentiles of the time of a search at a recall, each the median of all turns (of an even
  /// number, the upper of the two in the middle); empty unless every turn found as much.
  Optional<Latency> latencyAt(double recall) {
    List<Latency> known = turns.stream().flatMap(turn -> turn.latencyAt(recall).stream()).toList();
    if (known.isEmpty() || known.size() < turns.size()) {
      return Optional.empty();
    }
    return Optional.of(
        new Latency(
            median(known, Latency::p50),
            median(known, Latency::p99),
            median(known, Latency::p999)));
  }

  private static double median(List<Latency> latencies, ToDoubleFunction<Latency> percentile) {
    double[] values = latencies.stream().mapToDouble(percentile).sorted().toArray();
    return values[values.length / 2];
  }
}

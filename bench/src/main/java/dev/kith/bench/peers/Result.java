package dev.kith.bench.peers;

import dev.kith.index.Metric;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// What a comparison found out.
///
/// @param standings in the order in which contenders took their turns, ours first
public record Result(PeerSettings settings, Machine machine, Data data, List<Standing> standings) {

  public Result {
    standings = List.copyOf(standings);
  }

  /// What was searched.
  ///
  /// @param rows base vectors
  /// @param queries of every contender
  record Data(String name, int rows, int dimension, Metric metric, int queries) {}

  /// Ours beside one of the others.
  record Pair(Standing kith, Standing peer) {

    /// Our speed over theirs at a recall, if it can be told.
    Optional<Figure> ratio(double recall) {
      return Figure.ratio(kith.at(recall), peer.at(recall));
    }

    /// Our figure over theirs. Who took a turn was built.
    double built(ToDoubleFunction<ContenderProcess.Built> figure) {
      return figure.applyAsDouble(Objects.requireNonNull(kith.built()))
          / figure.applyAsDouble(Objects.requireNonNull(peer.built()));
    }
  }

  /// Every variant of ours beside every other contender, of those that took a turn.
  List<Pair> pairs() {
    return standings.stream()
        .filter(kith -> kith.contender().kith() && !kith.turns().isEmpty())
        .flatMap(
            kith ->
                standings.stream()
                    .filter(peer -> !peer.contender().kith() && !peer.turns().isEmpty())
                    .map(peer -> new Pair(kith, peer)))
        .toList();
  }
}

package dev.kith.bench.peers;

import java.util.List;
import java.util.Optional;
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
}

package dev.kith.client.cli;

import dev.kith.client.Fusion;
import dev.kith.client.Signal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that combine several scores into one.
final class FusionSearchOptions {
  @Option(
      names = "--fuse",
      paramLabel = "SIGNAL",
      description =
          "Order hits by several scores combined, each given by a --fuse of its own:"
              + " score (of the search), field:PATH (a number of the payload), vector:JSON"
              + " (the score for another vector) or given:FILE (a JSON object of ids and"
              + " scores). Settings stand behind with commas: weight=W (default 1), lower"
              + " (lower is better), temperature=T, perplexity=P or rho=R. Scores become"
              + " distributions, whose weighted mixture orders.")
  private List<String> signals = List.of();

  @Option(
      names = "--rrf",
      arity = "0..1",
      fallbackValue = "60",
      paramLabel = "K",
      description =
          "Combine what --fuse names by reciprocal ranks instead: the weighted sum of 1"
              + " / (K + rank), K from 0 to 1000000 (default 60).")
  private @Nullable Double constant;

  /// Whether any of them was given.
  boolean isAsked() {
    return !signals.isEmpty() || constant != null;
  }

  /// What was asked for.
  ///
  /// @throws UsageException if it cannot be read
  Fusion get(OptionalInt candidates) throws IOException {
    if (signals.isEmpty()) {
      throw new UsageException("--rrf combines signals: name them, such as --fuse score");
    }
    List<Signal> read = new ArrayList<>();
    for (String signal : signals) {
      read.add(SignalTerm.parse(signal));
    }
    return new Fusion(read, method(), candidates);
  }

  private Fusion.Method method() {
    return constant == null
        ? new Fusion.Method.Mixture()
        : new Fusion.Method.ReciprocalRank(OptionalDouble.of(constant));
  }
}

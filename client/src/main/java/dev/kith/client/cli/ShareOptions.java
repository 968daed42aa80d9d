package dev.kith.client.cli;

import dev.kith.client.SoftmaxOptions;
import dev.kith.client.Temperature;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that ask for shares of probability.
final class ShareOptions {
  @Option(
      names = "--softmax",
      description =
          "Tell which share of probability each hit has, exp(score / temperature) over"
              + " the sum of all: unlike scores, shares can be compared between queries.")
  private boolean softmax;

  @Option(
      names = "--scope",
      paramLabel = "WHICH",
      description =
          "With --softmax, among which points shares are: returned, candidates or"
              + " collection, all points of it, estimated unless every point is scanned"
              + " (default returned).")
  private @Nullable String scope;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description =
          "With --scope collection, points drawn to estimate the others' share, 100 to"
              + " 1048576 (default 4096).")
  private @Nullable Integer sample;

  /// Whether shares were asked for.
  boolean isAsked() {
    return softmax;
  }

  /// Whether shares are among more points than are returned.
  boolean takesCandidates() {
    return softmax && scope() != SoftmaxOptions.Scope.RETURNED;
  }

  /// What was asked for, if anything was.
  ///
  /// @throws UsageException if it contradicts itself
  SoftmaxOptions get(Temperature temperature, OptionalInt candidates) {
    SoftmaxOptions.Scope among = scope();
    if (sample != null && among != SoftmaxOptions.Scope.COLLECTION) {
      throw new UsageException("--sample is of shares of the whole: give --scope collection too");
    }
    return new SoftmaxOptions(
        temperature,
        among,
        candidates,
        sample == null ? OptionalInt.empty() : OptionalInt.of(sample));
  }

  /// Checks that nothing was said of shares that are not asked for.
  ///
  /// @throws UsageException if something was
  void requireSoftmax() {
    if (!softmax && (scope != null || sample != null)) {
      throw new UsageException("--scope and --sample are of shares: give --softmax too");
    }
  }

  private SoftmaxOptions.Scope scope() {
    return switch (scope) {
      case null -> SoftmaxOptions.Scope.RETURNED;
      case "returned" -> SoftmaxOptions.Scope.RETURNED;
      case "candidates" -> SoftmaxOptions.Scope.CANDIDATES;
      case "collection" -> SoftmaxOptions.Scope.COLLECTION;
      default ->
          throw new UsageException(
              "--scope must be returned, candidates or collection, got '%s'".formatted(scope));
    };
  }
}

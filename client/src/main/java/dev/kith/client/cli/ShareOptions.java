package dev.kith.client.cli;

import dev.kith.client.SearchOptions;
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

  @Option(
      names = "--of-relevance",
      description =
          "With --softmax and --relevance, shares of the odds of relevance and not of"
              + " scores: if one point alone is relevant, how likely it is this one (default"
              + " temperature 1).")
  private boolean ofRelevance;

  /// Whether shares were asked for.
  boolean isAsked() {
    return softmax;
  }

  /// Whether shares are among more points than are returned.
  boolean takesCandidates() {
    return softmax && scope() != SoftmaxOptions.Scope.RETURNED;
  }

  /// The same options, with what was asked of shares.
  ///
  /// @param before with what was asked of relevance already
  /// @throws UsageException if it contradicts itself
  SearchOptions in(SearchOptions before, Temperature temperature, OptionalInt candidates) {
    if (!softmax && (scope != null || sample != null || ofRelevance)) {
      throw new UsageException(
          "--scope, --sample and --of-relevance are of shares: give --softmax too");
    }
    if (!softmax) {
      return before;
    }
    SoftmaxOptions.Scope among = scope();
    if (sample != null && among != SoftmaxOptions.Scope.COLLECTION) {
      throw new UsageException("--sample is of shares of the whole: give --scope collection too");
    }
    if (ofRelevance && before.stages().relevance().isEmpty()) {
      throw new UsageException("--of-relevance needs a model of relevance: give --relevance too");
    }
    return before.withSoftmax(
        new SoftmaxOptions(
            temperature,
            among,
            among == SoftmaxOptions.Scope.RETURNED ? OptionalInt.empty() : candidates,
            sample == null ? OptionalInt.empty() : OptionalInt.of(sample),
            ofRelevance));
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

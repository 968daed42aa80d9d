package dev.kith.client.cli;

import dev.kith.client.RelevanceOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which hits a model of relevance cuts.
final class RelevanceCut {
  @Option(
      names = "--min-relevance",
      paramLabel = "SHARE",
      description = "Cut hits that are less likely relevant, 0 to 1. No hit may be left.")
  private @Nullable Float least;

  @Option(
      names = "--max-missed",
      paramLabel = "SHARE",
      description = {
        "Instead of --min-relevance, cut as many hits as may be cut without missing more than this",
        "share of what is relevant, on average over queries like those of the training."
      })
  private @Nullable Float missed;

  @Option(
      names = "--on-empty",
      paramLabel = "WHAT",
      description = {
        "What to answer if every hit is cut: empty or best-one, the nearest (default empty)."
      })
  private @Nullable String onEmpty;

  @Option(
      names = "--outlyingness",
      description = "Tell how unlike what the collection knows the query is.")
  private boolean outlyingness;

  /// Whether any of them was given.
  boolean isAsked() {
    return least != null || missed != null || onEmpty != null || outlyingness;
  }

  /// What was asked of relevance, by this model.
  ///
  /// @throws UsageException if it contradicts itself
  RelevanceOptions get(String name) {
    RelevanceOptions asked = RelevanceOptions.by(name);
    if (least != null && missed != null) {
      throw new UsageException(
          "--min-relevance says where to cut and --max-missed finds it: give one");
    }
    asked = least == null ? asked : asked.atLeast(least);
    asked = missed == null ? asked : asked.missingAtMost(missed);
    asked = isBestOne() ? asked.orBestOne() : asked;
    return outlyingness ? asked.withOutlyingness() : asked;
  }

  private boolean isBestOne() {
    return switch (onEmpty) {
      case null -> false;
      case "empty" -> false;
      case "best-one" -> true;
      default ->
          throw new UsageException(
              "--on-empty must be empty or best-one, got '%s'".formatted(onEmpty));
    };
  }
}

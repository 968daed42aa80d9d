package dev.kith.client.cli;

import dev.kith.client.SearchOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say how relevant hits must be.
final class RelevanceSearchOptions {
  @Option(
      names = "--relevance",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "MODEL",
      description = {
        "Tell how likely each hit is relevant, by a model that `kith relevance train` made, or by raw,",
        "zscore, gap or fixed_k (default the collection's default model, else zscore)."
      })
  private @Nullable String model;

  @Mixin private RelevanceCut cut = new RelevanceCut();

  /// The same options, with what was asked of relevance, if anything was.
  ///
  /// @throws UsageException if it contradicts itself
  SearchOptions in(SearchOptions options) {
    return model == null && !cut.isAsked()
        ? options
        : options.withRelevance(cut.get(model == null ? "" : model));
  }
}

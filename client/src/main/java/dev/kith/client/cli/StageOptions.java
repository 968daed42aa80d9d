package dev.kith.client.cli;

import dev.kith.client.SearchOptions;
import java.io.IOException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say what becomes of the candidates of a search.
final class StageOptions {
  @Mixin private RelevanceSearchOptions relevance = new RelevanceSearchOptions();
  @Mixin private FusionSearchOptions fusion = new FusionSearchOptions();
  @Mixin private DiversityOptions diversity = new DiversityOptions();
  @Mixin private ShareOptions shares = new ShareOptions();
  @Mixin private TemperatureOptions temperature = new TemperatureOptions();

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description =
          "Nearest points that --fuse, --mmr, --soft-nms, --group and --scope look at,"
              + " 1 to 10000 (of diversity to 4096; default 100, of diversity at least five"
              + " for each hit).")
  private @Nullable Integer candidates;

  /// The same options, with the stages that were asked for.
  ///
  /// @throws UsageException if they contradict each other
  SearchOptions in(SearchOptions before) throws IOException {
    if (temperature.isAsked() && !shares.isAsked() && !diversity.decays()) {
      throw new UsageException(
          "--temperature, --perplexity and --rho are of shares: give --softmax or --soft-nms too");
    }
    if (candidates != null
        && !fusion.isAsked()
        && !diversity.isAsked()
        && !shares.takesCandidates()) {
      throw new UsageException(
          "--candidates are what --fuse, --mmr, --soft-nms, --group and --softmax --scope look at:"
              + " give one of them too");
    }
    OptionalInt count = candidates == null ? OptionalInt.empty() : OptionalInt.of(candidates);
    SearchOptions options = relevance.in(before);
    options = fusion.isAsked() ? options.withFusion(fusion.get(count)) : options;
    options =
        diversity.isAsked()
            ? options.withDiversity(diversity.get(temperature.get(), count))
            : options;
    return shares.in(options, temperature.get(), count);
  }
}

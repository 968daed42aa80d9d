package dev.kith.client.cli;

import dev.kith.client.SearchOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say how hard a search looks.
final class EffortOptions {
  @Option(names = "--ef", description = "Beam of the index, 1 to 10000; more is more exact.")
  private @Nullable Integer ef;

  @Option(
      names = "--rescore",
      paramLabel = "N",
      description = {
        "Candidates scored by their vectors where a collection has a codec, 1 to 10000. Without it,",
        "what `kith collection describe` says under RESCORE for each hit, or as many as it takes",
        "where it says certified."
      })
  private @Nullable Integer rescore;

  @Option(
      names = "--recall",
      paramLabel = "SHARE",
      description = {
        "Share of the ten nearest points to find where a collection has inverted lists, 0 to 1, as",
        "each segment measured (default 0.95); beyond 0.995, every point is scanned."
      })
  private @Nullable Double recall;

  @Option(
      names = "--nprobe",
      paramLabel = "N",
      description = {
        "Instead of --recall, most lists to read of every segment, 1 to 65536; more is more exact."
      })
  private @Nullable Integer nprobe;

  @Option(
      names = "--nucleus",
      paramLabel = "SHARE",
      description = {
        "Instead of --recall, read lists until they hold this share of the softmax of all",
        "centroids' scores, above 0 and at most 1."
      })
  private @Nullable Double nucleus;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = {
        "Instead of --recall, read lists until so many in a row have changed no candidate, 1 to",
        "65536."
      })
  private @Nullable Integer patience;

  @Option(names = "--exact", description = "Scan every point.")
  private boolean exact;

  @Mixin private WidthOptions widths = new WidthOptions();

  /// The same options, looking as hard as was asked for.
  ///
  /// @throws UsageException if a ladder is not spelt as one
  SearchOptions in(SearchOptions before) {
    SearchOptions options = before;
    options = ef == null ? options : options.withEf(ef);
    options = rescore == null ? options : options.withRescore(rescore);
    options = recall == null ? options : options.withRecall(recall);
    options = nprobe == null ? options : options.withNprobe(nprobe);
    options = nucleus == null ? options : options.withNucleus(nucleus);
    options = patience == null ? options : options.withPatience(patience);
    options = options.withWidths(widths.get());
    return exact ? options.exactly() : options;
  }
}

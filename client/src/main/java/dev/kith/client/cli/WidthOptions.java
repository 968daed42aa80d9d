package dev.kith.client.cli;

import dev.kith.client.SearchOptions.Step;
import dev.kith.client.SearchOptions.Widths;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say at which widths a search compares prefixes.
final class WidthOptions {
  private static final Pattern STEP = Pattern.compile("\\s*(\\d{1,9}):(\\d{1,9})\\s*");

  @Option(
      names = "--coarse-dims",
      paramLabel = "D",
      description = {
        "Where a collection has prefixes and inverted lists: coordinates by which lists are chosen",
        "(default all). Here and below, the next prefix that has as many is compared."
      })
  private @Nullable Integer coarse;

  @Option(
      names = "--scan-dims",
      paramLabel = "D",
      description = {
        "Where a collection has prefixes: coordinates by which points are compared first (default",
        "those of the first step of --ladder, without it of the widest prefix)."
      })
  private @Nullable Integer scan;

  @Option(
      names = "--scan-keep",
      paramLabel = "N",
      description = {
        "Candidates that --scan-dims keeps, 1 to 1048576 (default four times as many as the first",
        "step of --ladder; without it --rescore, or else ten for each hit)."
      })
  private @Nullable Integer scanKeep;

  @Option(
      names = "--ladder",
      paramLabel = "D:N,D:N",
      description = {
        "Where a collection has prefixes: then compare candidates by D coordinates and keep the best",
        "N, step by step, each wider than the one before. Whole vectors come last."
      })
  private @Nullable String ladder;

  @Option(
      names = "--certified",
      description = {
        "Where a collection has prefixes: compare each point by one prefix after another until it is",
        "certain that it is no hit (a graph is walked on whole vectors). Finds what comparing whole",
        "vectors finds."
      })
  private boolean certified;

  @Option(
      names = "--full-width",
      description = "Where a collection has prefixes: compare whole vectors all the same.")
  private boolean full;

  @Option(
      names = "--max-products",
      paramLabel = "N",
      description = {
        "Where a collection has prefixes and inverted lists: products of coordinates that the search",
        "may take. Lists and widths are chosen that find the most for it."
      })
  private @Nullable Long maxProducts;

  @Option(
      names = "--max-us",
      paramLabel = "N",
      description = "The same in microseconds, by what searches took before.")
  private @Nullable Integer maxMicros;

  /// What was asked for.
  ///
  /// @throws UsageException if a ladder is not spelt as one
  Widths get() {
    return new Widths(
        optional(coarse),
        optional(scan),
        optional(scanKeep),
        steps(),
        certified,
        full,
        maxProducts == null ? OptionalLong.empty() : OptionalLong.of(maxProducts),
        optional(maxMicros));
  }

  private List<Step> steps() {
    String listed = ladder;
    return listed == null
        ? List.of()
        : Stream.of(listed.split(",", -1)).map(step -> step(step, listed)).toList();
  }

  private static Step step(String text, String ladder) {
    Matcher parts = STEP.matcher(text);
    if (!parts.matches()) {
      throw new UsageException(
          "--ladder must be steps of coordinates and candidates such as 64:200,128:50, got '%s'"
              .formatted(ladder));
    }
    return new Step(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}

package dev.kith.bench.tool;

import picocli.CommandLine.Option;

/// `--help`, for every command.
final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("unused") // picocli sets and reads it.
  private boolean asked;
}

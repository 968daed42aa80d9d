package dev.kith.bench.tool;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// `--dataset`, for every command that reads one.
final class DatasetOption {
  @Option(
      names = "--dataset",
      required = true,
      paramLabel = "DIR|FILE.hdf5",
      description = "A data set folder, or an ann-benchmarks file.")
  @SuppressWarnings("NullAway.Init") // Required, so picocli sets it.
  private Path path;

  Path path() {
    return path;
  }
}

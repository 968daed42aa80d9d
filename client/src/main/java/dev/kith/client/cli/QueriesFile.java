package dev.kith.client.cli;

import dev.kith.client.file.VectorFile;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The options that name a file of queries.
final class QueriesFile {
  @Option(
      names = "--queries",
      required = true,
      paramLabel = "FILE",
      description = "The queries, a file of vectors (" + VectorFile.FORMATS + ").")
  private Path file = Path.of("");

  @Option(
      names = "--dataset",
      defaultValue = "test",
      description = "Data set of an .hdf5 file of queries (default test).")
  private String dataset = "test";

  VectorFile open() throws IOException {
    return VectorFile.open(file, dataset);
  }
}

package dev.kith.bench.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Where what was measured goes besides the screen.
final class ReportOptions {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Also write report.md, with its pictures, to this folder.")
  private @Nullable Path folder;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write all figures to this file.")
  private @Nullable Path json;

  /// The folder that takes a report, if one was named.
  Optional<Path> folder() {
    return Optional.ofNullable(folder);
  }

  /// Writes all figures to a file, if one was named.
  void write(JsonNode measured) throws IOException {
    if (json != null) {
      Files.writeString(
          json, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(measured) + "\n");
    }
  }
}

package dev.kith.bench.scorer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Texts beside vectors, a line each.
final class Lines {

  private Lines() {}

  /// Reads a file.
  ///
  /// @param vectors that it has lines for
  /// @throws IOException if it is not there, or has more or fewer
  static List<String> read(Path file, int vectors) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          "%s is missing; `kith bench dataset fetch glove-100` makes a folder of words, `... wordnet-minilm` one of texts"
              .formatted(file));
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.size() != vectors) {
      throw new IOException(
          "%s: expected a line for each of %d vectors, got %d"
              .formatted(file, vectors, lines.size()));
    }
    return lines;
  }
}

package dev.kith.bench.fetch;

import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.client.file.IntMatrix;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// A folder of texts embedded before: `NAME.txt.gz` has one a line, `NAME.npy` their vectors.
record EmbeddedFolder(Path path) {
  private static final Path SHARED = Path.of("..", "shared", "data", "wordnet-minilm");
  private static final int BATCH_ROWS = 1024;

  /// The folder beside the checkout that has WordNet's texts, if it is there.
  static @Nullable EmbeddedFolder shared() {
    return Files.isDirectory(SHARED) ? new EmbeddedFolder(SHARED) : null;
  }

  /// The texts in `NAME.txt.gz`.
  List<String> texts(String name) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(path.resolve(name + ".txt.gz"))),
                StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    }
  }

  /// The vectors in `NAME.npy`.
  ///
  /// @param texts how many there must be: one a text
  FloatMatrix vectors(String name, int texts, Arena arena) throws IOException {
    try (VectorFile rows = VectorFile.open(path.resolve(name + ".npy"))) {
      long count = rows.count().orElseThrow();
      requireOneEach(name, texts, count);
      FloatMatrix all = FloatMatrix.allocate(texts, rows.dimension(), arena);
      for (RowBatch batch = rows.next(BATCH_ROWS); batch != null; batch = rows.next(BATCH_ROWS)) {
        all.set((int) batch.firstRow(), batch.vectors());
      }
      return all;
    }
  }

  /// The numbers in `NAME.npy`.
  ///
  /// @param texts how many there must be: one a text
  /// @param bound what each is below; none is negative
  int[] rows(String name, int texts, int bound) throws IOException {
    int[] rows = IntMatrix.read(path.resolve(name + ".npy")).values();
    requireOneEach(name, texts, rows.length);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= bound) {
        throw new IOException(
            "%s/%s.npy: expected a row in [0, %d) at %d, got %d"
                .formatted(path, name, bound, i, rows[i]));
      }
    }
    return rows;
  }

  private void requireOneEach(String name, int texts, long rows) throws IOException {
    if (texts != rows) {
      throw new IOException(
          "%s: %d texts but %d rows in %s.npy; they must be of one run"
              .formatted(path, texts, rows, name));
    }
  }
}

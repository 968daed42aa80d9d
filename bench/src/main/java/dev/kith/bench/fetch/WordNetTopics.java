package dev.kith.bench.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What WordNet's definitions are kinds of: of each the first meaning above it, as its topic.
///
/// Kept in `topics.txt` of a data set folder of definitions, a line each: the part of speech and
/// the number of the meaning above, or nothing if there is none. Only nouns and verbs have one.
public final class WordNetTopics {

  /// Name of the file.
  public static final String FILE = "topics.txt";

  private WordNetTopics() {}

  /// Reads the topics of a folder's definitions, after making the file if it is not there.
  ///
  /// @param texts of the definitions, as [WordNetRecipe] writes them
  /// @throws IOException if the file has more or fewer lines, or the texts are not WordNet's
  public static List<String> of(Path folder, List<String> texts)
      throws IOException, InterruptedException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      Files.write(file, find(texts, WordNet.download()));
    }
    List<String> topics = Files.readAllLines(file);
    if (topics.size() != texts.size()) {
      throw new IOException(
          "%s: expected a line for each of %d definitions, got %d; delete it to have it made again"
              .formatted(file, texts.size(), topics.size()));
    }
    return topics;
  }

  /// Finds the topics of texts. Of meanings with the same text the first counts.
  static List<String> find(List<String> texts, List<WordNet.Synset> synsets) throws IOException {
    Map<String, String> topics = new HashMap<>();
    for (WordNet.Synset synset : synsets) {
      topics.putIfAbsent(
          synset.text(),
          synset.hypernyms().isEmpty() ? "" : synset.part() + synset.hypernyms().getFirst());
    }
    Set<String> strangers =
        texts.stream().filter(text -> !topics.containsKey(text)).collect(Collectors.toSet());
    if (!strangers.isEmpty()) {
      throw new IOException(
          "%d of %d texts are no definitions of %s, such as '%s'"
              .formatted(
                  strangers.size(), texts.size(), WordNet.PACKAGE, strangers.iterator().next()));
    }
    return texts.stream().map(topics::get).toList();
  }
}

package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WordNetTopicsTest {
  private static final List<WordNet.Synset> SYNSETS =
      List.of(
          synset("noun", "00000001", "entity", List.of()),
          synset("noun", "00000002", "dog", List.of("00000009", "00000007")),
          synset("verb", "00000003", "bark", List.of("00000004")),
          synset("verb", "00000005", "bark", List.of("00000006"))); // The same text once more.

  @TempDir private Path folder;

  @Test
  void aTopicIsTheFirstMeaningAbove() throws Exception {
    assertEquals(
        List.of("verb00000004", "", "noun00000009"),
        WordNetTopics.find(List.of("bark: is", "entity: is", "dog: is"), SYNSETS));
  }

  @Test
  void aTextOfAnotherSourceIsTold() {
    Exception other =
        assertThrows(
            IOException.class, () -> WordNetTopics.find(List.of("dog: is", "cat: is"), SYNSETS));
    assertTrue(
        other.toString().contains("1 of 2 texts are no definitions")
            && other.toString().contains("'cat: is'"),
        other::toString);
  }

  @Test
  void aFileThatIsThereIsTakenIfItFits() throws Exception {
    Files.writeString(folder.resolve(WordNetTopics.FILE), "noun1\n\n");
    assertEquals(List.of("noun1", ""), WordNetTopics.of(folder, List.of("a", "b")));
    Exception more = assertThrows(IOException.class, () -> WordNetTopics.of(folder, List.of("a")));
    assertTrue(more.toString().contains("each of 1 definitions, got 2"), more::toString);
  }

  private static WordNet.Synset synset(
      String part, String offset, String lemma, List<String> hypernyms) {
    return new WordNet.Synset(
        part, offset, "noun.thing", List.of(lemma), "is", List.of(), hypernyms);
  }
}

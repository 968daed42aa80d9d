package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WordNetRelativesTest {

  private static final WordNetRelatives ANIMALS =
      new WordNetRelatives(
          List.of(
              synset("noun", "1", List.of("animal", "Beast")),
              synset("noun", "2", List.of("canine"), "1"),
              synset("noun", "3", List.of("dog", "hound"), "2"),
              synset("noun", "4", List.of("wolf"), "2"),
              synset("noun", "5", List.of("Fox"), "2"),
              synset("noun", "6", List.of("fan", "hound", "wolf"), "7"),
              synset("noun", "8", List.of("puppy"), "3"),
              synset("verb", "1", List.of("pursue")),
              synset("verb", "2", List.of("hound"), "1"),
              synset("adj", "9", List.of("canine", "doglike"))));

  @Test
  void aSynonymIsNearerThanAHypernymAndThatThanASister() {
    assertEquals(Map.of("hound", 1f, "canine", 0.7f, "wolf", 0.4f, "fox", 0.4f), ANIMALS.of("dog"));
  }

  @Test
  void allMeaningsCountAndTheHighestGradeWins() {
    assertEquals(
        Map.of("dog", 1f, "fan", 1f, "wolf", 1f, "pursue", 0.7f, "canine", 0.7f, "fox", 0.4f),
        ANIMALS.of("hound"));
  }

  @Test
  void whatIsBelowAWordIsNoRelativeAndThereMayBeNothingAbove() {
    assertEquals(Map.of("beast", 1f), ANIMALS.of("animal"));
  }

  @Test
  void caseDoesNotMatter() {
    assertEquals(ANIMALS.of("fox"), ANIMALS.of("FOX"));
    assertEquals(Map.of("animal", 1f), ANIMALS.of("beast"));
  }

  @Test
  void adjectivesAndUnknownWordsHaveNone() {
    assertEquals(Map.of(), ANIMALS.of("doglike"));
    assertEquals(Map.of(), ANIMALS.of("whatsit"));
  }

  private static WordNet.Synset synset(
      String part, String offset, List<String> lemmas, String... hypernyms) {
    return new WordNet.Synset(
        part, offset, part + ".act", lemmas, "", List.of(), List.of(hypernyms));
  }
}

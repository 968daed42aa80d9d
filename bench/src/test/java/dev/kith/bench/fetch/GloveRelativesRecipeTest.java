package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.Judgments;
import dev.kith.index.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GloveRelativesRecipeTest {
  private static final int WORDS = 90;
  private static final int DRAWN = 40;

  @TempDir private Path folder;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void everyRelativeThatIsInTheBaseIsJudgedAndNothingElse(long seed) throws Exception {
    // Words of two letters, which are no queries but may be relatives, and of three.
    List<String> words =
        IntStream.range(0, WORDS).mapToObj(i -> (i % 5 == 0 ? "" : "w") + (10 + i)).toList();
    WordNetRelatives relatives = new WordNetRelatives(randomNouns(words, new Random(seed)));
    new GloveRelativesRecipe().make(folder, WinkJson.of(words), WORDS, relatives, DRAWN);

    List<String> base = Files.readAllLines(folder.resolve("words.txt"));
    List<String> queries = Files.readAllLines(folder.resolve("query_words.txt"));
    assertEquals(WORDS, base.size() + queries.size());
    assertTrue(base.stream().noneMatch(queries::contains));
    assertTrue(queries.stream().allMatch(word -> word.length() == 3), queries::toString);
    assertTrue(queries.size() > DRAWN / 2 && queries.size() <= DRAWN, queries::toString);
    try (Dataset dataset = DatasetFolder.open(folder, 1)) {
      assertEquals("glove-relatives", dataset.name());
      assertEquals(Metric.COSINE, dataset.space().metric());
      WinkJson.assertBelongs(words, base, dataset.base());
      WinkJson.assertBelongs(words, queries, dataset.queries());
    }
    assertEquals(expected(relatives, base, queries), judged(base, queries));
  }

  @Test
  void aQueryThatLosesAllItsRelativesGoesBackToTheBase() throws Exception {
    // Pairs of synonyms: where both are drawn, neither has a relative left.
    List<String> words = IntStream.range(0, WORDS).mapToObj(i -> "w" + (10 + i)).toList();
    List<WordNet.Synset> pairs = new ArrayList<>();
    for (int i = 0; i < WORDS; i += 2) {
      pairs.add(noun("p" + i, words.subList(i, i + 2), List.of()));
    }
    WordNetRelatives relatives = new WordNetRelatives(pairs);
    new GloveRelativesRecipe().make(folder, WinkJson.of(words), WORDS, relatives, DRAWN);
    List<String> base = Files.readAllLines(folder.resolve("words.txt"));
    List<String> queries = Files.readAllLines(folder.resolve("query_words.txt"));
    assertTrue(queries.size() < DRAWN, "some are put back");
    Map<String, Map<String, Float>> judged = judged(base, queries);
    assertEquals(queries.size(), judged.size());
    for (String query : queries) {
      int row = words.indexOf(query);
      assertEquals(Map.of(words.get(row ^ 1), 1f), judged.get(query));
    }
  }

  @Test
  void wordsThatWordNetDoesNotRelateAreRefused() {
    List<String> words = List.of("abc", "def", "ghi");
    WordNetRelatives relatives =
        new WordNetRelatives(List.of(noun("1", words.subList(0, 2), List.of())));
    IOException refused =
        assertThrows(
            IOException.class,
            () -> new GloveRelativesRecipe().make(folder, WinkJson.of(words), 3, relatives, 2));
    assertTrue(refused.toString().contains("more than 2 words"), refused::toString);
    assertFalse(Files.exists(folder.resolve("meta.json")));
  }

  private Map<String, Map<String, Float>> judged(List<String> base, List<String> queries)
      throws IOException {
    Judgments judgments =
        Judgments.read(folder.resolve(Judgments.FILE), queries.size(), base.size());
    Map<String, Map<String, Float>> judged = new HashMap<>();
    for (int i = 0; i < judgments.size(); i++) {
      judged
          .computeIfAbsent(queries.get(judgments.query()[i]), query -> new HashMap<>())
          .put(base.get(judgments.point()[i]), judgments.grade()[i]);
    }
    return judged;
  }

  private static Map<String, Map<String, Float>> expected(
      WordNetRelatives relatives, List<String> base, List<String> queries) {
    Map<String, Map<String, Float>> expected = new HashMap<>();
    for (String query : queries) {
      Map<String, Float> grades = new HashMap<>(relatives.of(query));
      grades.keySet().retainAll(base);
      expected.put(query, grades);
    }
    return expected;
  }

  /// Meanings in a random tree, with words of the list and others.
  private static List<WordNet.Synset> randomNouns(List<String> words, Random random) {
    List<WordNet.Synset> nouns = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      List<String> lemmas = new ArrayList<>(List.of("a phrase " + i));
      for (int j = random.nextInt(4); j >= 0; j--) {
        lemmas.add(words.get(random.nextInt(words.size())));
      }
      nouns.add(
          noun("n" + i, lemmas, i == 0 ? List.of() : List.of("n" + random.nextInt((i + 2) / 3))));
    }
    return nouns;
  }

  private static WordNet.Synset noun(String offset, List<String> lemmas, List<String> hypernyms) {
    return new WordNet.Synset("noun", offset, "noun.act", lemmas, "", List.of(), hypernyms);
  }
}

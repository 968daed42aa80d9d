package dev.kith.bench.scorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Four words to index and one held out, of three dimensions drawn with the seed 3.
final class MaxSimTest {
  private static final List<String> ITEMS =
      List.of("Red, green!", "red red blue", "unheard of", "violet");

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    RandomData.write(folder, Metric.COSINE, 4, 1, 3, 3);
    Files.writeString(folder.resolve("words.txt"), "red\ngreen\nblue\nyellow\n");
    Files.writeString(folder.resolve("query_words.txt"), "violet\n");
  }

  @Test
  void aScoreIsTheWeightedSumOfTheBestCosines() throws Exception {
    try (WordVectors words = WordVectors.open(folder, 1)) {
      MaxSim scorer = new MaxSim(words, ITEMS);
      float[] scores = scorer.scores("blue, GREEN and yellow: green");
      List<Set<String>> items =
          List.of(Set.of("red", "green"), Set.of("red", "blue"), Set.of(), Set.of("violet"));
      Map<String, Double> weights = new HashMap<>();
      weights.put("blue", Math.log(6 / 2.0));
      weights.put("green", Math.log(6 / 2.0));
      weights.put("yellow", Math.log(6 / 1.0));
      for (int item = 0; item < items.size(); item++) {
        double expected = 0;
        for (Map.Entry<String, Double> weighted : weights.entrySet()) {
          double best = items.get(item).isEmpty() ? 0 : -1;
          for (String word : items.get(item)) {
            best = Math.max(best, cosine(words, weighted.getKey(), word));
          }
          expected += weighted.getValue() * best;
        }
        assertEquals(expected, scores[item], 1e-5, "item " + item);
      }
      assertTrue(scorer.weight("red") < scorer.weight("blue"), "red is in two items");
      assertTrue(scorer.weight("red") > 0);
    }
  }

  @Test
  void theMeanOfOneWordIsItsVectorAndOfNoneZero() throws Exception {
    try (WordVectors words = WordVectors.open(folder, 1)) {
      MaxSim scorer = new MaxSim(words, ITEMS);
      assertArrayEquals(words.of("violet").orElseThrow(), scorer.mean("a violet"), 1e-6f);
      assertArrayEquals(new float[3], scorer.mean("nothing known"));
      assertArrayEquals(new float[4], scorer.scores("nothing known"));
    }
  }

  @Test
  void aFolderWithoutWordsIsNotTaken() throws Exception {
    Files.delete(folder.resolve("query_words.txt"));
    Exception missing = assertThrows(IOException.class, () -> WordVectors.open(folder, 1));
    assertTrue(missing.toString().contains("query_words.txt is missing"), missing::toString);
    Files.writeString(folder.resolve("query_words.txt"), "violet\nviola\n");
    Exception more = assertThrows(IOException.class, () -> WordVectors.open(folder, 1));
    assertTrue(more.toString().contains("each of 1 vectors, got 2"), more::toString);
  }

  @Test
  void recallCountsTheBestAmongAsManyHits() {
    Asked asked = Asked.of(new float[] {3, 9, 5, 5}, new Encoded<>(new float[1], new float[1]));
    assertArrayEquals(new int[] {1, 2, 3, 0}, asked.best());
    assertEquals(0.5, asked.recall(new int[] {1, 3, 2}, 2));
    assertEquals(1, asked.recall(new int[] {1}, 1));
  }

  private static double cosine(WordVectors words, String a, String b) {
    return Vectors.product(words.of(a).orElseThrow(), words.of(b).orElseThrow());
  }
}

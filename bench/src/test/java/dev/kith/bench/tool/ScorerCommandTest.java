package dev.kith.bench.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The real command `scorer`, through a server, on 300 texts of 26 words drawn with the seed 5. The
/// vectors of the texts know nothing of their words.
final class ScorerCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TEXTS = 300;
  private static final int QUERIES = 60;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;
  private Path texts;
  private Path words;

  @BeforeEach
  void write() throws IOException {
    texts = folder.resolve("texts");
    words = folder.resolve("words");
    RandomData.write(texts, Metric.COSINE, TEXTS, QUERIES, 6, 5);
    RandomData.write(words, Metric.COSINE, 26, 1, 8, 7);
    Random random = new Random(5);
    Files.write(texts.resolve("texts.txt"), texts(TEXTS, random));
    Files.write(texts.resolve("query_texts.txt"), texts(QUERIES, random));
    Files.write(
        words.resolve("words.txt"),
        IntStream.range(0, 26).mapToObj(ScorerCommandTest::word).toList());
    Files.writeString(words.resolve("query_words.txt"), "other\n");
  }

  private static List<String> texts(int count, Random random) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                "text %d: ".formatted(i)
                    + IntStream.range(0, 5)
                        .mapToObj(_ -> word(random.nextInt(26)))
                        .collect(Collectors.joining(" ")))
        .toList();
  }

  private static String word(int i) {
    return "word" + (char) ('a' + i);
  }

  @Test
  void latentsFindMoreThanTheEncoderThatSeedsThemAndNoCallIsWasted() throws Exception {
    Path file = folder.resolve("out.json");
    Path report = folder.resolve("report");
    assertEquals(0, scorer("--json", file.toString(), "--dir", report.toString()), err::toString);
    assertTrue(out.toString().contains("2 queries that judge nothing"), out::toString);
    assertTrue(out.toString().contains("The most is found, of 1 by 20 calls:"), out::toString);
    JsonNode json = JSON.readTree(Files.readString(file));
    assertEquals(4, json.get("tuning").size(), json::toString);
    assertEquals(25, json.get("tuning").get(0).get("rank").intValue());
    JsonNode measured = json.get("measured");
    assertEquals(2 * 5, measured.size());
    for (JsonNode row : measured) {
      assertEquals(row.get("budget").doubleValue(), row.get("calls").doubleValue());
      for (String k : List.of("1", "10", "100")) {
        double recall = row.get("recall_at_" + k).get("mean").doubleValue();
        assertTrue(0 <= recall && recall <= 1, row::toString);
      }
    }
    double rescored = recall(measured, 60, "data set's vectors, rescored");
    double seeded = recall(measured, 60, "data set's vectors, seeding latents");
    assertTrue(seeded > rescored + .3, rescored + " became " + seeded);
    assertTrue(Files.readString(report.resolve("report.md")).contains(".png)"));
  }

  private static double recall(JsonNode measured, int budget, String method) {
    for (JsonNode row : measured) {
      if (row.get("budget").intValue() == budget
          && row.get("method").stringValue().equals(method)) {
        return row.get("recall_at_10").get("mean").doubleValue();
      }
    }
    throw new AssertionError(method + " is missing: " + measured);
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() throws Exception {
    assertEquals(0, run("scorer", "--help"));
    for (String option :
        List.of("--words", "--items", "--anchors", "--tuning", "--queries", "--budgets", "--dir")) {
      assertTrue(out.toString().contains(option), out::toString);
    }
    assertEquals(2, run("scorer", "--dataset", texts.toString()));
    assertRefused("items must be in [100, 100000], got 99", "--items", "99");
    assertRefused("anchors must be in [2, 4096], got 1", "--anchors", "1");
    assertRefused("budgets must ascend, got [60, 20]", "--budgets", "60,20");
    assertRefused("a budget must be in [4, 10000], got 3", "--budgets", "3");
    assertRefused(
        "has 300 texts and 60 queries with a known word; 301 items, and 37 queries",
        "--items",
        "301");
    Files.delete(texts.resolve("texts.txt"));
    assertRefused("texts.txt is missing", "--items", "200");
  }

  private void assertRefused(String sentence, String... more) {
    assertEquals(1, scorer(more));
    assertTrue(err.toString().contains(sentence), err::toString);
  }

  private int scorer(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("scorer", "--dataset", texts.toString(), "--words", words.toString()));
    List<String> given = List.of(more);
    List<String> usual =
        List.of("--items=200", "--anchors=25", "--tuning=2", "--queries=10", "--budgets=20,60");
    usual.stream()
        .filter(option -> !given.contains(option.substring(0, option.indexOf('='))))
        .forEach(arguments::add);
    arguments.add("--seeds=2");
    arguments.addAll(given);
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ToolProvider.findFirst("kith-bench")
        .orElseThrow()
        .run(new PrintWriter(out), new PrintWriter(err), arguments);
  }
}

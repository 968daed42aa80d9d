package dev.kith.bench.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.spi.ToolProvider;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The real command `mixture`, through a server, on 30 topics of 12 points each of 12 dimensions,
/// drawn with the seed 6 around centres of their own.
final class MixtureCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TOPICS = 30;
  private static final int POINTS = 12;
  private static final int DIMENSION = 12;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @BeforeEach
  void write() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(6);
      FloatMatrix centres = RandomData.gaussian(TOPICS, DIMENSION, random, arena);
      FloatMatrix base = RandomData.gaussian(TOPICS * POINTS, DIMENSION, random, arena);
      for (int row = 0; row < base.rows(); row++) {
        float[] vector = base.row(row);
        for (int i = 0; i < DIMENSION; i++) {
          vector[i] = centres.get(row % TOPICS, i) + .2f * vector[i];
        }
        base.set(row, vector);
      }
      DatasetFolder.write(folder, "topics", Metric.COSINE, base, base.slice(0, 1));
    }
    List<Integer> rows = IntStream.range(0, TOPICS * POINTS).boxed().toList();
    Files.write(folder.resolve("texts.txt"), rows.stream().map(row -> "text " + row).toList());
    Files.write(
        folder.resolve("topics.txt"), rows.stream().map(row -> "noun" + row % TOPICS).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ivf", "hnsw"})
  void mixturesFindEveryTopicAndMeansDoNot(String index) throws Exception {
    Path file = folder.resolve("out.json");
    assertEquals(0, mixture("--json", file.toString(), "--index", index), err::toString);
    JsonNode json = JSON.readTree(Files.readString(file));
    assertEquals(index, json.get("index").stringValue());
    JsonNode measured = json.get("measured");
    assertEquals(8, measured.size());
    double ofMean = topics(measured.get(0));
    assertEquals("mean of the points", measured.get(0).get("searched_for").stringValue());
    for (int i = 1; i < 8; i++) {
      JsonNode each = measured.get(i);
      assertTrue(topics(each) > Math.max(.9, ofMean), each::toString);
      assertTrue(each.get("recall_at_100").get("mean").doubleValue() > .9, each::toString);
    }
    assertTrue(out.toString().contains("largest remainder"), out::toString);
  }

  private static double topics(JsonNode row) {
    return row.get("topics_at_20").get("mean").doubleValue();
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() throws Exception {
    assertEquals(0, run("mixture", "--help"));
    for (String option : List.of("--index", "--users", "--seeds", "--dir", "--json")) {
      assertTrue(out.toString().contains(option), out::toString);
    }
    assertEquals(2, run("mixture"));
    assertRefused("users must be in [1, 100000], got 0", "--users", "0");
    assertRefused("seeds must be in [1, 100], got 101", "--seeds", "101");
    assertRefused("tree", "--index", "tree");
    Files.writeString(folder.resolve("topics.txt"), "noun1\n");
    assertRefused("expected a line for each of 360 definitions, got 1", "--users", "2");
    Files.delete(folder.resolve("texts.txt"));
    assertRefused("texts.txt is missing", "--users", "2");
  }

  private void assertRefused(String sentence, String option, String value) {
    assertEquals(1, run("mixture", "--dataset", folder.toString(), option, value));
    assertTrue(err.toString().contains(sentence), err::toString);
  }

  private int mixture(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("mixture", "--dataset", folder.toString(), "--users", "10"));
    arguments.addAll(List.of("--seeds", "2"));
    arguments.addAll(List.of(more));
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

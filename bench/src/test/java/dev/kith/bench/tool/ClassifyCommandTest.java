package dev.kith.bench.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The real command `classify`, through a server, on 600 vectors of 4 dimensions drawn with the
/// seed 8, whose class is the quadrant of their first two coordinates.
final class ClassifyCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @BeforeEach
  void write() throws Exception {
    RandomData.write(folder, Metric.EUCLIDEAN, 600, 80, 4, 8);
    try (Dataset dataset = DatasetFolder.open(folder, 1)) {
      Files.write(folder.resolve("labels.txt"), quadrants(dataset.base()));
      Files.write(folder.resolve("query_labels.txt"), quadrants(dataset.queries()));
    }
  }

  private static List<String> quadrants(FloatMatrix matrix) {
    return IntStream.range(0, matrix.rows())
        .mapToObj(
            row ->
                (matrix.get(row, 0) < 0 ? "left" : "right")
                    + (matrix.get(row, 1) < 0 ? " \"below\"" : " above"))
        .toList();
  }

  @Test
  void theServerMakesOfNeighboursWhatTablesSay() throws Exception {
    Path file = folder.resolve("out.json");
    Path report = folder.resolve("report");
    assertEquals(0, classify("--json", file.toString(), "--dir", report.toString()), err::toString);
    assertTrue(out.toString().contains("40 queries choose"), out::toString);
    JsonNode json = JSON.readTree(Files.readString(file));
    JsonNode sweep = json.get("sweep");
    assertEquals(17, sweep.get("temperatures").size());
    assertEquals(8, sweep.get("perplexities").size()); // Those below 30 neighbours.
    JsonNode coldest = sweep.get("temperatures").get(0).get("judging");
    JsonNode hottest = sweep.get("temperatures").get(16).get("judging");
    assertTrue(coldest.get("nll").doubleValue() > .2, sweep::toString);
    assertTrue(hottest.get("ece").doubleValue() > .05, sweep::toString);
    // All neighbours of an exact search: what a server says is what neighbours in a table say.
    JsonNode efforts = json.get("efforts");
    JsonNode exact = efforts.get(efforts.size() - 1);
    assertEquals(1, exact.get("recall").doubleValue());
    for (JsonNode each : sweep.get("perplexities")) {
      if (each.get("value").equals(sweep.get("chosen_perplexity"))) {
        JsonNode judging = each.get("judging");
        for (String figure : List.of("accuracy", "nll", "ece")) {
          assertEquals(
              judging.get(figure).doubleValue(),
              exact.get("perplexity").get(figure).doubleValue(),
              1e-3,
              figure);
        }
      }
    }
    assertTrue(efforts.get(0).get("recall").doubleValue() < .9, efforts::toString);
    JsonNode served = json.get("served");
    assertEquals(40, served.get("queries").intValue());
    assertEquals(40, served.get("same").intValue(), served::toString);
    assertTrue(served.get("farthest").doubleValue() < 1e-3, served::toString);
    JsonNode weights = json.get("interpolation").get(1).get("weights");
    assertEquals(11, weights.size());
    assertTrue(Files.readString(report.resolve("report.md")).contains(".png)"));
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() throws Exception {
    assertEquals(0, run("classify", "--help"));
    for (String option :
        List.of("--queries", "--neighbors", "--lists", "--seed", "--dir", "--json")) {
      assertTrue(out.toString().contains(option), out::toString);
    }
    assertRefused("queries must be in [20, 1000000], got 19", "--queries", "19");
    assertRefused("neighbors must be in [2, 1000], got 1", "--neighbors", "1");
    assertRefused("has 600 rows, fewer than 601 neighbours", "--neighbors", "601");
    Files.delete(folder.resolve("labels.txt"));
    Files.delete(folder.resolve("query_labels.txt"));
    assertRefused("has no labels.txt", "--seed", "2");
  }

  private void assertRefused(String sentence, String option, String value) {
    assertEquals(1, run("classify", "--dataset", folder.toString(), option, value));
    assertTrue(err.toString().contains(sentence), err::toString);
  }

  private int classify(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("classify", "--dataset", folder.toString(), "--neighbors", "30"));
    arguments.addAll(List.of("--lists", "10"));
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

package dev.kith.bench.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The real command `adaptive` on 1,000 vectors of 24 dimensions drawn with the seed 8.
final class AdaptiveCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 1000;
  private static final int DIMENSION = 24;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Metric.class)
  void whatIsCertifiedIsTheSameAndLaddersFindAsMuch(Metric metric) throws Exception {
    write(metric);
    Path file = folder.resolve("out.json");
    String basis = metric == Metric.DOT ? "as-is" : "pca";
    assertEquals(0, adaptive("--json", file.toString(), "--basis", basis), err::toString);
    assertTrue(out.toString().contains("40 queries chose settings, 40 others"), out::toString);
    assertTrue(out.toString().contains("the same ids with the same scores"), out::toString);
    assertTrue(out.toString().contains("At recall "), out::toString);
    JsonNode lists = JSON.readTree(Files.readString(file)).get("lists");
    assertEquals("random", lists.get("dataset").stringValue());
    JsonNode rigid = lists.get("rigid");
    JsonNode certified = lists.get("certified");
    assertTrue(rigid.size() > 3, rigid::toString);
    assertEquals(rigid.size(), certified.size());
    for (int i = 0; i < rigid.size(); i++) {
      assertEquals(0, certified.get(i).get("differing").intValue());
      assertEquals(rigid.get(i).get("recall"), certified.get(i).get("recall"));
      // All centroids, and rows of some lists.
      double products = rigid.get(i).get("products").doubleValue();
      assertTrue(products > 20 * DIMENSION && products <= (20 + ROWS) * DIMENSION);
      assertTrue(rigid.get(i).get("us").doubleValue() > 0);
    }
    assertTrue(rigid.get(rigid.size() - 1).get("recall").doubleValue() > .97, rigid::toString);
    assertTrue(lists.get("tried").intValue() >= lists.get("funnel").size());
    for (JsonNode saving : lists.get("savings")) {
      JsonNode adaptive = saving.get("fewest_products");
      if (!adaptive.isNull()) {
        assertTrue(
            adaptive.get("recall").doubleValue()
                >= saving.get("rigid").get("recall").doubleValue());
      }
    }
  }

  @Test
  void vectorsWithoutLabelsHaveNoAccuracy() throws Exception {
    RandomData.write(folder, Metric.EUCLIDEAN, ROWS, 80, DIMENSION, 8);
    Path file = folder.resolve("out.json");
    assertEquals(0, adaptive("--json", file.toString(), "--queries", "20"), err::toString);
    JsonNode first = JSON.readTree(Files.readString(file)).get("lists").get("rigid").get(0);
    assertTrue(first.get("accuracy").isNull(), first::toString);
    assertTrue(first.get("rungs").isEmpty() && first.get("coarse").isNull(), first::toString);
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() throws Exception {
    write(Metric.COSINE);
    assertEquals(0, run("adaptive", "--help"));
    for (String option : List.of("--basis", "--widths", "--lists", "--queries", "--json")) {
      assertTrue(out.toString().contains(option), out::toString);
    }
    assertEquals(2, run("adaptive"));
    assertRefused("basis must be pca or as-is, got random", "--basis", "random");
    assertRefused("queries must be in [20, 1000000], got 19", "--queries", "19");
    assertRefused("lists must be in [0, 65536], got -1", "--lists", "-1");
    assertRefused("widths must be above 0 and ascend, got [8, 4]", "--widths", "8,4");
    assertRefused("widths must be below the 24 dimensions of random", "--widths", "8,24");
    assertRefused("build threads must be in [1, 1024], got 0", "--build-threads", "0");
  }

  private void assertRefused(String sentence, String option, String value) {
    assertEquals(1, run("adaptive", "--dataset", folder.toString(), option, value));
    assertTrue(err.toString().contains(sentence), err::toString);
    assertFalse(out.toString().contains("recall"), out::toString);
  }

  private void write(Metric metric) throws Exception {
    RandomData.write(folder, metric, ROWS, 80, DIMENSION, 8);
    Files.write(folder.resolve("labels.txt"), Collections.nCopies(ROWS, "one"));
    Files.write(folder.resolve("query_labels.txt"), Collections.nCopies(80, "one"));
  }

  private int adaptive(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("adaptive", "--dataset", folder.toString(), "--lists", "20"));
    arguments.addAll(List.of("--widths", "4,12"));
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

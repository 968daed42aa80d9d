package dev.kith.bench.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The real command `adaptive` on 600 vectors of 24 dimensions drawn with the seed 8.
final class AdaptiveCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 600;
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
    assertEquals(
        0, adaptive("--json", file.toString(), "--basis", basis, "--served"), err::toString);
    assertTrue(out.toString().contains("40 queries chose settings, 40 others"), out::toString);
    assertTrue(out.toString().contains("the same ids with the same scores"), out::toString);
    assertTrue(out.toString().contains("at the recall of rigid searches"), out::toString);
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
      assertTrue(products > 15 * DIMENSION && products <= (15 + ROWS) * DIMENSION);
      assertTrue(rigid.get(i).get("us").doubleValue() > 0);
    }
    assertTrue(rigid.get(rigid.size() - 1).get("recall").doubleValue() > .97, rigid::toString);
    assertTrue(lists.get("tried").intValue() >= lists.get("funnel").size());
    for (String curve : List.of("adanns_ivf", "adanns_ivf_d")) {
      assertTrue(last(lists.get(curve)).get("recall").doubleValue() > .97, lists::toString);
      for (JsonNode each : lists.get(curve)) {
        assertEquals(1, each.get("rungs").size());
      }
    }
    JsonNode served = JSON.readTree(Files.readString(file)).get("served");
    assertEquals(40, served.get("queries").intValue());
    assertTrue(served.get("settings").size() > 4, served::toString);
    for (JsonNode each : served.get("settings")) {
      assertEquals(40, each.get("identical").intValue(), served::toString);
    }
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
  void aPrefixThatHoldsEverythingFindsEveryList() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      FloatMatrix base = RandomData.gaussian(ROWS, DIMENSION, new Random(8), arena);
      FloatMatrix queries = RandomData.gaussian(80, DIMENSION, new Random(9), arena);
      for (FloatMatrix matrix : List.of(base, queries)) {
        for (int row = 0; row < matrix.rows(); row++) {
          float[] vector = matrix.row(row);
          Arrays.fill(vector, DIMENSION / 2, DIMENSION, 0);
          matrix.set(row, vector);
        }
      }
      DatasetFolder.write(folder, "half", Metric.EUCLIDEAN, base, queries);
    }
    Path file = folder.resolve("out.json");
    assertEquals(0, adaptive("--json", file.toString(), "--basis", "as-is"), err::toString);
    JsonNode widths = JSON.readTree(Files.readString(file)).get("coarse").get("widths");
    assertEquals(4, widths.get(0).get("width").intValue());
    double first = widths.get(0).get("among_1").doubleValue();
    double amongFour = widths.get(0).get("among_4").doubleValue();
    assertTrue(0 < first && first < amongFour && amongFour <= 1, widths::toString);
    assertEquals(12, widths.get(1).get("width").intValue());
    assertEquals(1, widths.get(1).get("among_1").doubleValue(), widths::toString);
  }

  @Test
  void aReportHasTablesAndPicturesOfCodesAndOfATrainedHead() throws Exception {
    RandomData.write(folder, Metric.EUCLIDEAN, ROWS, 80, 40, 8);
    try (Dataset dataset = DatasetFolder.open(folder, 1)) {
      Files.write(folder.resolve("labels.txt"), signs(dataset.base()));
      Files.write(folder.resolve("query_labels.txt"), signs(dataset.queries()));
    }
    Path report = folder.resolve("deep").resolve("report");
    Path file = folder.resolve("out.json");
    String[] more = {"--codes", "--nested", "--dir", report.toString(), "--json", file.toString()};
    assertEquals(0, adaptive(more), err::toString);
    String text = Files.readString(report.resolve("report.md"));
    List<String> pictures =
        Pattern.compile("]\\(([^)]+\\.png)\\)")
            .matcher(text)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertEquals(5 + 1 + 5, pictures.size(), text);
    for (String picture : pictures) {
      BufferedImage drawn = ImageIO.read(report.resolve(picture).toFile());
      assertEquals(900, drawn.getWidth(), picture);
    }
    JsonNode json = JSON.readTree(Files.readString(file));
    JsonNode codes = json.get("codes");
    assertEquals(3, codes.size(), codes::toString); // More than 8 bytes hold all of 40 coordinates.
    for (JsonNode code : codes) {
      assertEquals(8, code.get("bytes").intValue());
      double ofTen = code.get("recall_of_10").doubleValue();
      double ofHundred = code.get("recall_of_100").doubleValue();
      assertTrue(0.1 < ofTen && ofTen < ofHundred && ofHundred <= 1, codes::toString);
    }
    // Neighbours know little of one coordinate, a head that is told of it a lot.
    double whole = last(json.get("classes").get("rigid")).get("accuracy").doubleValue();
    JsonNode nested = json.get("nested").get("classes");
    double trained = last(nested.get("rigid")).get("accuracy").doubleValue();
    assertTrue(trained > whole + 0.1, whole + " became " + trained);
    assertTrue(err.toString().contains("epoch 100 of 100"), err::toString);
  }

  private static JsonNode last(JsonNode array) {
    return array.get(array.size() - 1);
  }

  private static List<String> signs(FloatMatrix matrix) {
    return IntStream.range(0, matrix.rows())
        .mapToObj(row -> matrix.get(row, 0) < 0 ? "minus" : "plus")
        .toList();
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() throws Exception {
    write(Metric.COSINE);
    assertEquals(0, run("adaptive", "--help"));
    for (String option :
        List.of(
            "--basis",
            "--widths",
            "--lists",
            "--queries",
            "--codes",
            "--nested",
            "--served",
            "--list-dims",
            "--dir",
            "--json")) {
      assertTrue(out.toString().contains(option), out::toString);
    }
    assertEquals(2, run("adaptive"));
    assertRefused("basis must be pca or as-is, got random", "--basis", "random");
    assertRefused("queries must be in [20, 1000000], got 19", "--queries", "19");
    assertRefused("lists must be in [0, 65536], got -1", "--lists", "-1");
    assertRefused("list dims must be in [0, 65536], got -1", "--list-dims", "-1");
    assertRefused("widths must be above 0 and ascend, got [8, 4]", "--widths", "8,4");
    assertRefused("widths must be below the 24 dimensions of random", "--widths", "8,24");
    Files.delete(folder.resolve("labels.txt"));
    Files.delete(folder.resolve("query_labels.txt"));
    assertEquals(1, run("adaptive", "--dataset", folder.toString(), "--nested"));
    assertTrue(err.toString().contains("has no labels.txt to train"), err::toString);
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
        new ArrayList<>(List.of("adaptive", "--dataset", folder.toString(), "--lists", "15"));
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

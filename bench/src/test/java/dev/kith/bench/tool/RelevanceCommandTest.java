package dev.kith.bench.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.Judgments;
import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The real command `relevance`, on 500 rows of 12 dimensions and 400 queries drawn with the seed
/// 8: each query is a row with noise of which its first coordinate tells how much, so that how near
/// the relevant row is differs from query to query.
final class RelevanceCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 500;
  private static final int QUERIES = 400;
  private static final int DIMENSION = 12;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @Test
  void everySectionIsMeasuredDrawnAndWritten() throws Exception {
    write(1);
    Path report = folder.resolve("report");
    Path file = folder.resolve("out.json");
    String[] more = {"--seeds", "2", "--dir", report.toString(), "--json", file.toString()};
    assertEquals(0, relevance(more), err::toString);
    String text = Files.readString(report.resolve("report.md"));
    List<String> pictures =
        Pattern.compile("]\\(([^)]+\\.png)\\)")
            .matcher(text)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertEquals(3, pictures.size(), text);
    for (String picture : pictures) {
      BufferedImage drawn = ImageIO.read(report.resolve(picture).toFile());
      assertEquals(900, drawn.getWidth(), picture);
    }
    JsonNode json = JSON.readTree(Files.readString(file));
    // Half of the judged pairs are of a grade of .4: all count by default.
    assertEquals(QUERIES, json.get("candidates").get("relevant_pairs").intValue());
    assertModels(json.get("models"));
    for (JsonNode promise : json.get("promises")) {
      double kept = promise.get("kept").get("mean").doubleValue();
      assertEquals(promise.get("asked").doubleValue(), kept, 0.09, promise::toString);
    }
    assertEquals(9 + 1 + 9, json.get("costs").size());
    for (JsonNode cost : json.get("costs")) {
      assertTrue(cost.get("us").doubleValue() > 0, cost::toString);
    }
    JsonNode unfit = json.get("unfit");
    assertEquals("random directions", unfit.get(1).get("queries").stringValue());
    assertEquals("means of 5 random rows", unfit.get(2).get("queries").stringValue());
    JsonNode drift = json.get("drift");
    assertEquals(6, drift.size());
    assertEquals(1, drift.get(0).get("found").doubleValue(), 1e-9);
    assertEquals(0, drift.get(0).get("moved_p99").doubleValue());
    double quarter = drift.get(5).get("moved_mean").doubleValue();
    assertTrue(quarter > drift.get(3).get("moved_mean").doubleValue(), drift::toString);
    JsonNode curve = json.get("learning_curve");
    assertEquals(100, curve.get(0).get("queries").intValue());
    assertEquals(280, curve.get(curve.size() - 1).get("queries").intValue());
    assertTrue(out.toString().contains("any grade above 0 is relevant"), out::toString);
  }

  private static void assertModels(JsonNode models) {
    assertEquals(9, models.size(), models::toString);
    for (JsonNode model : models) {
      assertEquals(2, model.get("seeds").size());
      double area = model.get("pr_auc").get("mean").doubleValue();
      assertTrue(area > 0 && area <= 1, model::toString);
      if (model.get("model").stringValue().equals("raw")) {
        assertEquals(1, model.get("pr_auc_to_raw").get("mean").doubleValue(), 1e-12);
        assertEquals(0, model.get("pr_auc_to_raw").get("deviation").doubleValue(), 1e-12);
      }
    }
    double kith = models.get(0).get("pr_auc").get("mean").doubleValue();
    double rank = models.get(8).get("pr_auc").get("mean").doubleValue();
    assertTrue(kith > rank, models::toString);
  }

  @Test
  void pairsOfLowerGradesThanIsAskedForAreNotRelevant() throws Exception {
    write(0.4f);
    assertEquals(1, relevance("--relevant-from", "0.5"));
    assertTrue(out.toString().contains("grade 0.5 or more is relevant"), out::toString);
    assertTrue(err.toString().contains("count lower grades (--relevant-from)"), err::toString);
    assertFalse(out.toString().contains("PR AUC"), out::toString);
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() throws Exception {
    assertEquals(0, run("relevance", "--help"));
    for (String option :
        List.of(
            "--candidates",
            "--queries",
            "--seeds",
            "--hidden",
            "--relevant-from",
            "--graded",
            "--unfit",
            "--threads",
            "--dir",
            "--json")) {
      assertTrue(out.toString().contains(option), out::toString);
    }
    assertEquals(2, run("relevance"));
    RandomData.write(folder, Metric.COSINE, ROWS, QUERIES, DIMENSION, 8);
    assertEquals(1, run("relevance", "--dataset", folder.toString()));
    assertTrue(err.toString().contains("has no judgments.tsv, which says"), err::toString);
    assertTrue(err.toString().contains("fetch wordnet-examples"), err::toString);
    write(1);
    assertRefused("candidates must be in [10, 1000], got 9", "--candidates", "9");
    assertRefused("queries must be in [20, 100000000], got 19", "--queries", "19");
    assertRefused("seeds must be in [1, 100], got 0", "--seeds", "0");
    assertRefused("hidden units must be in [1, 1024], got 0", "--hidden", "0");
    assertRefused("unfit queries must be in [10, 1000000], got 1", "--unfit", "1");
    assertRefused("must be in [0, 1], got 1.5", "--relevant-from", "1.5");
    assertRefused("threads must be in [1, 1024], got 0", "--threads", "0");
    assertEquals(
        2, run("relevance", "--dataset", folder.toString(), "--graded", "--relevant-from", "1"));
    Files.writeString(folder.resolve(Judgments.FILE), "query\tpoint\tgrade\n0\t1\t1\n");
    assertEquals(1, run("relevance", "--dataset", folder.toString()));
    assertTrue(err.toString().contains("judges 1 queries, and at least 20"), err::toString);
  }

  private void assertRefused(String sentence, String option, String value) {
    assertEquals(1, run("relevance", "--dataset", folder.toString(), option, value));
    assertTrue(err.toString().contains(sentence), err::toString);
    assertFalse(out.toString().contains("PR AUC"), out::toString);
  }

  /// @param grade of every other pair; the others have one of .4
  private void write(float grade) throws Exception {
    Random random = new Random(8);
    Judgments.Builder judgments = new Judgments.Builder();
    try (Arena arena = Arena.ofConfined()) {
      FloatMatrix base = RandomData.gaussian(ROWS, DIMENSION, random, arena);
      FloatMatrix queries = FloatMatrix.allocate(QUERIES, DIMENSION, arena);
      for (int query = 0; query < QUERIES; query++) {
        int row = random.nextInt(ROWS);
        float[] vector = base.row(row);
        float noise = vector[0] > 0 ? 0.2f : 0.7f;
        for (int i = 0; i < DIMENSION; i++) {
          vector[i] += noise * (float) random.nextGaussian();
        }
        queries.set(query, vector);
        judgments.add(query, row, query % 2 == 0 ? grade : 0.4f);
      }
      DatasetFolder.write(folder, "noisy", Metric.COSINE, base, queries);
    }
    judgments.build().write(folder.resolve(Judgments.FILE));
  }

  private int relevance(String... more) {
    List<String> arguments = new ArrayList<>(List.of("relevance", "--dataset", folder.toString()));
    arguments.addAll(List.of("--candidates", "20", "--hidden", "8", "--unfit", "50"));
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

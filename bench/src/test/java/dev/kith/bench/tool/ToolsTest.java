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
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Both commands as the command line finds them.
final class ToolsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @Test
  void aRunPrintsATableAndWritesItsRows() throws Exception {
    RandomData.write(folder, Metric.DOT, 2000, 50, 6, 8);
    Path file = folder.resolve("out.json");
    String[] arguments = {
      "run",
      "--dataset",
      folder.toString(),
      "--index",
      "hnsw",
      "--param",
      "m=8",
      "--param",
      "ef_construction=50",
      "--sweep",
      "ef=10,100",
      "--threads",
      "1",
      "--repeats",
      "1",
      "--build-threads",
      "1",
      "--segment",
      "sealed",
      "--json",
      file.toString()
    };
    assertEquals(0, run("kith-bench", arguments), err::toString);
    assertTrue(out.toString().contains("ef=100"), out::toString);
    assertTrue(out.toString().contains("layout=compact, sealed, 1 thread"), out::toString);
    JsonNode rows = JSON.readTree(Files.readString(file));
    assertEquals(2, rows.size());
    assertEquals(100, rows.get(1).get("params").get("ef").intValue());
    assertEquals(8, rows.get(1).get("params").get("m").intValue());
    assertEquals("sealed", rows.get(1).get("segment").stringValue());
    assertTrue(rows.get(1).get("recall_at_10").doubleValue() > 0.8, rows::toString);
  }

  @Test
  void theDataSetsAreListedForPeopleAndForPrograms() throws Exception {
    assertEquals(0, run("kith-bench", "dataset", "list", "--dir", folder.toString(), "--json"));
    JsonNode list = JSON.readTree(out.toString());
    assertEquals("glove-100", list.get(0).get("name").stringValue());
    assertFalse(list.get(0).get("present").booleanValue());
    assertEquals(0, run("kith-bench", "dataset", "list", "--dir", folder.toString()));
    assertTrue(out.toString().contains("wordnet-minilm"), out::toString);
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() {
    assertEquals(2, run("kith-bench"));
    assertEquals(2, run("kith-bench", "dataset", "fetch", "nonesuch"));
    assertEquals(2, run("kith-bench", "run", "--dataset", ".", "--sweep", "ef=ten"));
    assertEquals(2, run("kith-quickstart", "--points", "7"));
    assertEquals(1, run("kith-bench", "run", "--dataset", folder.resolve("no").toString()));
    assertTrue(err.toString().contains("kith bench dataset list"), err::toString);
    assertEquals(1, run("kith-bench", "run", "--dataset", ".", "--index", "tree"));
    assertTrue(err.toString().contains("hnsw, ivf or flat"), err::toString);
    assertEquals(1, run("kith-bench", "run", "--dataset", ".", "--segment", "mapped"));
    assertTrue(err.toString().contains("sealed-memory"), err::toString);
    assertEquals(
        2, run("kith-bench", "run", "--dataset", ".", "--segment", "sealed", "--server", "h:1"));
    assertEquals(1, run("kith-bench", "run", "--dataset", ".", "--layout", "wide"));
    assertTrue(err.toString().contains("compact or fast, got wide"), err::toString);
    assertEquals(2, run("kith-bench", "run", "--dataset", ".", "--layout", "fast"));
    assertTrue(err.toString().contains("add --segment sealed, or --server"), err::toString);
    assertEquals(2, run("kith-bench", "run", "--dataset", ".", "--codec", "int8"));
    assertTrue(err.toString().contains("--codec int8 is of sealed segments"), err::toString);
    assertEquals(2, run("kith-bench", "run", "--dataset", ".", "--basis", "pca"));
    assertTrue(err.toString().contains("--basis pca is of sealed segments"), err::toString);
    assertEquals(1, run("kith-bench", "run", "--dataset", ".", "--codec", "pc"));
    assertTrue(err.toString().contains("rabitq, pq or opq, got pc"), err::toString);
    assertEquals(
        1, run("kith-bench", "run", "--dataset", ".", "--codec", "pq", "--codec-bits", "5"));
    assertTrue(err.toString().contains("bits must be 4 or 8"), err::toString);
    assertEquals(
        2, run("kith-bench", "run", "--dataset", ".", "--index", "ivf", "--segment", "growing"));
    assertTrue(err.toString().contains("a growing segment has no lists"), err::toString);
    assertEquals(
        2, run("kith-bench", "run", "--dataset", ".", "--index", "ivf", "--sweep", "ef=9"));
    assertTrue(err.toString().contains("--sweep must be nprobe=N"), err::toString);
    String empty = folder.toString();
    assertEquals(
        1,
        run("kith-bench", "dataset", "fetch", "wordnet-minilm", "--dir", empty, "--from", empty));
    assertTrue(err.toString().contains("there is no file"), err::toString);
    assertEquals(2, run("kith-bench", "dataset", "fetch", "glove-relatives", "--from", empty));
    assertTrue(err.toString().contains("--from is for wordnet-minilm and wordnet-examples"));
  }

  @Test
  void theQuickStartFindsTheElephant() throws Exception {
    Path data = folder.resolve("data");
    int status = run("kith-quickstart", "--points", "600", "--json", "--data", data.toString());
    assertEquals(0, status, err::toString);
    JsonNode report = JSON.readTree(out.toString());
    JsonNode first = report.get("questions").get(0);
    assertEquals("a large African animal with a trunk", first.get("question").stringValue());
    assertTrue(
        first.get("neighbours").valueStream().anyMatch(ToolsTest::isElephant), first::toString);
    assertEquals(5, report.get("questions").size());
    assertTrue(report.get("recall_at_10").doubleValue() > 0.95, report::toString);
    try (Stream<Path> left = Files.list(data)) {
      assertTrue(left.findAny().isPresent(), "a folder that was given is kept");
    }
  }

  private static boolean isElephant(JsonNode neighbour) {
    return neighbour
        .get("lemmas")
        .valueStream()
        .anyMatch(lemma -> lemma.stringValue().endsWith("elephant"));
  }

  private int run(String tool, String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ToolProvider.findFirst(tool)
        .orElseThrow()
        .run(new PrintWriter(out), new PrintWriter(err), arguments);
  }
}

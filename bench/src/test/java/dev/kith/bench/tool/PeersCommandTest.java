package dev.kith.bench.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The real command with real contenders, on little data.
final class PeersCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @Test
  void contendersInJavaFindWhatTheyShouldAndEverythingIsWrittenDown() throws Exception {
    JsonNode json = compare(Metric.COSINE, "kith", "lucene", "jvector", "jvector-pq");
    assertEquals(
        List.of("dataset", "settings", "machine", "contenders", "ratios"),
        List.copyOf(json.propertyNames()));
    assertEquals(3, json.get("ratios").size());
    assertTrue(version(json, 1).contains("incubator API enabled"), version(json, 1));
    assertTrue(
        version(json, 2).matches(".*(Native|Panama)VectorizationProvider.*"), version(json, 2));
    assertTrue(out.toString().contains("kith / lucene"), out::toString);
    assertTrue(out.toString().contains("bytes/vector"), out::toString);
    assertTrue(err.toString().contains("turn 2 of 2, jvector"), err::toString);
  }

  @Test
  void hnswlibFindsWhatItShould() throws Exception {
    assumeTrue(isInstalled("hnswlib/hnswlib.h"), "no g++ or no libhnswlib-dev");
    compare(Metric.EUCLIDEAN, "kith", "hnswlib");
  }

  @Test
  void segmentsOfOursWithRecordsAndWithCodesTakePart() throws Exception {
    JsonNode json = compare(Metric.DOT, "kith-compact", "kith-fast", "kith-int8");
    double compact = json.at("/contenders/0/bytes_per_vector").doubleValue();
    assertTrue(json.at("/contenders/1/bytes_per_vector").doubleValue() > compact, json::toString);
    // Of 16 dimensions a row takes as much either way; the mapped rows do not count besides.
    double coded = json.at("/contenders/2/bytes_per_vector").doubleValue();
    assertTrue(coded < compact + 1, json::toString);
  }

  @Test
  void faissFindsWhatItShould() throws Exception {
    assumeTrue(isInstalled("faiss/IndexHNSW.h"), "no g++ or no libfaiss-dev");
    JsonNode json =
        compare(
            Metric.DOT, "kith", "faiss-hnsw", "faiss-hnsw-sq8", "faiss-ivf-flat", "faiss-ivfpq-fs");
    assertEquals("IVF1024,PQ8x4fs,RFlat", json.at("/contenders/4/index").stringValue());
    assertTrue(version(json, 1).contains("compile options"), version(json, 1));
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() throws Exception {
    write(Metric.DOT);
    assertEquals(2, run("peers"));
    assertEquals(1, run("peers", "--dataset", folder.toString(), "--contender", "nobody"));
    assertTrue(
        err.toString().contains("there is no contender nobody; there are kith, kith-compact,"),
        err::toString);
    assertEquals(1, run("peers", "--dataset", folder.toString(), "--recall", "95"));
    assertTrue(err.toString().contains("recall must be above 0 and below 1"), err::toString);
    assertEquals(0, run("peers", "--help"));
    assertTrue(out.toString().contains("--ef-construction"), out::toString);
  }

  private JsonNode compare(Metric metric, String... contenders) throws Exception {
    write(metric);
    Path file = folder.resolve("out.json");
    Stream<String> arguments =
        Stream.concat(
            Stream.of(
                "peers",
                "--dataset",
                folder.toString(),
                "--runs",
                "2",
                "--ef-construction",
                "60",
                "--recall",
                "0.9,0.99",
                "--json",
                file.toString()),
            Stream.of(contenders).flatMap(name -> Stream.of("--contender", name)));
    assertEquals(0, run(arguments.toArray(String[]::new)), err::toString);
    JsonNode json = JSON.readTree(Files.readString(file));
    assertEquals(contenders.length, json.get("contenders").size(), json::toString);
    for (JsonNode contender : json.get("contenders")) {
      check(contender);
    }
    return json;
  }

  private static void check(JsonNode contender) {
    assertTrue(contender.get("failure").isNull(), contender::toString);
    assertEquals(
        List.of(
            "name",
            "kith",
            "index",
            "version",
            "build_seconds",
            "build_cpu_seconds",
            "bytes_per_vector",
            "failure",
            "at_recall",
            "turns"),
        List.copyOf(contender.propertyNames()));
    double bytes = contender.get("bytes_per_vector").doubleValue();
    assertTrue(bytes > 16 && bytes < 2000, contender::toString);
    assertEquals(2, contender.get("turns").size());
    double best = 0;
    for (JsonNode point : contender.get("turns").get(1)) {
      assertEquals(
          List.of(
              "setting",
              "recall_at_10",
              "queries",
              "qps_cpu",
              "p50_us",
              "p99_us",
              "p999_us",
              "distance_computations",
              "collections"),
          List.copyOf(point.propertyNames()));
      assertTrue(point.get("qps_cpu").doubleValue() > 0, point::toString);
      best = Math.max(best, point.get("recall_at_10").doubleValue());
    }
    assertTrue(best > 0.95, contender::toString);
  }

  private static String version(JsonNode json, int contender) {
    return json.get("contenders").get(contender).get("version").stringValue();
  }

  private static boolean isInstalled(String header) {
    return Files.exists(Path.of("/usr/include", header)) && Files.exists(Path.of("/usr/bin/g++"));
  }

  private void write(Metric metric) throws Exception {
    RandomData.write(folder, metric, 2000, 100, 16, 8);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ToolProvider.findFirst("kith-bench")
        .orElseThrow()
        .run(new PrintWriter(out), new PrintWriter(err), arguments);
  }
}

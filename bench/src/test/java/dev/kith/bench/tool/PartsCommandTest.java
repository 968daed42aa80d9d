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
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The real commands `codes` and `kmeans`, with the real FAISS where it is installed, on 2,000
/// vectors drawn with the seeds 8 and 9.
final class PartsCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Metric.class)
  void codesOfMoreBitsFindMore(Metric metric) throws Exception {
    List<String> ours = List.of("kith-f16", "kith-int8", "kith-rabitq4", "kith-rabitq1");
    codes(metric, ours);
    double before = 1;
    for (String name : ours) {
      double found = recall(name);
      assertTrue(found < before || found == 1, out::toString);
      before = found;
    }
    assertTrue(before > 0.2, out::toString);
    assertTrue(recall("kith-int8") > 0.95, out::toString);
    assertEquals(64, bytes("kith-f16"), 1, out::toString); // Rows begin on multiples of that.
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void codesOfListsOfMoreBitsFindMore(Metric metric) throws Exception {
    List<String> bits = List.of("kith-ivf-rabitq1", "kith-ivf-rabitq2");
    List<String> words = List.of("kith-ivf-pq4", "kith-ivf-pq8");
    codes(metric, Stream.concat(bits.stream(), words.stream()).toList());
    assertTrue(recall(bits.get(0)) < recall(bits.get(1)), out::toString);
    for (String name : words) {
      assertTrue(recall(name) > 0.4, out::toString);
      // Two halves and a quarter of a byte a coordinate, and what is read once a search.
      assertEquals(8, bytes(name), 1, out::toString);
    }
  }

  @Test
  void codesAreMeasuredInTheirOrderAndOneThatFailsDoesNotStopThem() throws Exception {
    List<String> names = List.of("faiss-none", "faiss-PQ8x4fs", "kith-ivf-pq4", "faiss-PQ8x4");
    codes(Metric.EUCLIDEAN, names);
    assertTrue(
        out.toString().startsWith("random: 2,000 x 16, euclidean; 100 queries one at a time"),
        out::toString);
    assertTrue(err.toString().contains("faiss-none takes no part: "), err::toString);
    List<String> measured =
        out.toString().lines().skip(4).map(line -> line.split(" ", 2)[0]).toList();
    assertEquals(isFaissHere() ? names.subList(1, 4) : List.of("kith-ivf-pq4"), measured);
    for (String theirs : measured) {
      assertEquals(recall("kith-ivf-pq4"), recall(theirs), 0.15, out::toString);
    }
    if (isFaissHere()) {
      assertEquals(4, bytes("faiss-PQ8x4"));
      assertTrue(err.toString().contains("compile options"), err::toString);
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void moreCentroidsLieNearer(Metric metric) throws Exception {
    kmeans(metric, "--side", "kith", "--centroids", "10,40", "--runs", "2");
    List<String[]> rows = rows("kith");
    assertEquals(
        List.of("10", "10", "40", "40"), rows.stream().map(row -> row[1]).toList(), out::toString);
    assertEquals("2,000", rows.getLast()[2]);
    assertTrue(error(rows.get(2)) < error(rows.get(0)), out::toString);
    assertTrue(error(rows.get(0)) < (metric == Metric.COSINE ? 1.5 : 16), out::toString);
    assertTrue(error(rows.get(0)) != error(rows.get(1)), out::toString);
    assertTrue(rows("faiss").isEmpty(), out::toString);
  }

  @Test
  void faissFindsCentroidsAsGoodAsOurs() throws Exception {
    assumeTrue(isFaissHere(), "no g++ or no libfaiss-dev");
    kmeans(Metric.COSINE, "--centroids", "40");
    String[] ours = rows("kith").getFirst();
    String[] theirs = rows("faiss").getFirst();
    assertEquals(1, error(ours) / error(theirs), 0.03);
    assertEquals(List.of("40", "2,000"), List.of(theirs[1], theirs[2]));
    assertEquals("25", theirs[5]);
  }

  @Test
  void bothCanBeGivenFewerRounds() throws Exception {
    assumeTrue(isFaissHere(), "no g++ or no libfaiss-dev");
    kmeans(Metric.EUCLIDEAN, "--centroids", "40", "--rounds", "2");
    assertEquals("2", rows("kith").getFirst()[5]);
    assertEquals("2", rows("faiss").getFirst()[5]);
  }

  @Test
  void whatIsWrongIsSaidInASentenceWithAnExitCode() throws Exception {
    write(Metric.DOT);
    for (String command : List.of("codes", "kmeans")) {
      assertEquals(2, run(command));
      assertRefused("threads must be in [1, 1024], got 0", command, "--threads", "0");
      assertEquals(0, run(command, "--help"));
      assertTrue(out.toString().contains("kith bench " + command), out::toString);
    }
    assertRefused("queries must be in [10, 1000000], got 9", "codes", "--queries", "9");
    assertRefused("or faiss-INDEX, got kith-rabitq9", "codes", "--code", "kith-rabitq9");
    assertRefused("centroids must be in [1, 65536], got 0", "kmeans", "--centroids", "10,0");
    assertRefused("runs must be in [1, 100], got 0", "kmeans", "--runs", "0");
    assertRefused("rounds must be in [1, 1000], got 0", "kmeans", "--rounds", "0");
    assertRefused("side must be kith or faiss, got both", "kmeans", "--side", "both");
    assertRefused("random has 2000 vectors, too few for 4096", "kmeans", "--centroids", "4096");
    assertTrue(err.toString().contains("name fewer with --centroids"), err::toString);
  }

  private void assertRefused(String sentence, String command, String option, String value) {
    assertEquals(1, run(command, "--dataset", folder.toString(), option, value));
    assertTrue(err.toString().contains(sentence), err::toString);
  }

  private void codes(Metric metric, List<String> names) throws Exception {
    write(metric);
    List<String> arguments = new ArrayList<>(List.of("codes", "--dataset", folder.toString()));
    names.forEach(name -> arguments.addAll(List.of("--code", name)));
    assertEquals(0, run(arguments.toArray(String[]::new)), err::toString);
  }

  private void kmeans(Metric metric, String... more) throws Exception {
    write(metric);
    List<String> arguments = new ArrayList<>(List.of("kmeans", "--dataset", folder.toString()));
    arguments.addAll(List.of(more));
    assertEquals(0, run(arguments.toArray(String[]::new)), err::toString);
  }

  /// Cells of the rows that begin with a name.
  private List<String[]> rows(String name) {
    return out.toString()
        .lines()
        .map(line -> line.split(" +"))
        .filter(row -> row[0].equals(name))
        .toList();
  }

  private double bytes(String name) {
    return Double.parseDouble(rows(name).getFirst()[1]);
  }

  private double recall(String name) {
    return Double.parseDouble(rows(name).getFirst()[2]);
  }

  private static double error(String[] row) {
    return Double.parseDouble(row[6]);
  }

  private static boolean isFaissHere() {
    return Files.exists(Path.of("/usr/include/faiss/Clustering.h"))
        && Files.exists(Path.of("/usr/bin/g++"));
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

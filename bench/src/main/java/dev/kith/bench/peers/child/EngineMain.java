package dev.kith.bench.peers.child;

import com.sun.management.OperatingSystemMXBean;
import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.peers.engine.Engine;
import dev.kith.bench.peers.engine.GraphSettings;
import dev.kith.bench.run.Pass;
import dev.kith.bench.run.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The process of a contender in Java, and the definition of how any contender speaks.
///
/// Arguments: data set folder, file for hits, metric, m, ef_construction, threads, engine. It
/// builds, prints a line of JSON (`version`, `build_seconds`, `build_cpu_seconds`,
/// `bytes_per_vector`), and answers each line `search KEY=N,KEY=N COUNT` of its input with another
/// (`cpu_seconds`, `p50_us`, `p99_us`, `p999_us`, `distance_computations`, `collections` of
/// garbage) about searches for the first COUNT queries, one at a time on one thread. The rows found
/// are in the file for hits: ten little-endian ints a query, -1 where there are fewer. The process
/// ends when its input does, whatever it is doing.
public final class EngineMain {

  /// Hits of every search.
  public static final int K = 10;

  private static final int ARGUMENTS = 7;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path hits;
  private final Engine engine;
  private final PrintStream answers;

  private EngineMain(Path hits, Engine engine, PrintStream answers) {
    this.hits = hits;
    this.engine = engine;
    this.answers = answers;
  }

  /// Builds and serves; see the class.
  public static void main(String[] arguments) throws Exception {
    // Libraries may print: only answers may reach the parent.
    PrintStream answers = System.out;
    System.setOut(System.err);
    if (arguments.length != ARGUMENTS) {
      throw new IllegalArgumentException(
          "expected %d arguments, got %s".formatted(ARGUMENTS, Arrays.toString(arguments)));
    }
    BlockingQueue<String> questions = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().start(() -> listen(questions));
    GraphSettings graph =
        new GraphSettings(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
    int threads = Integer.parseInt(arguments[5]);
    Engine.Builder builder = Engines.named(arguments[6]);
    try (Dataset dataset = DatasetFolder.open(Path.of(arguments[0]), threads)) {
      OperatingSystemMXBean process =
          (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long cpu = process.getProcessCpuTime();
      long start = System.nanoTime();
      try (Engine engine = builder.build(dataset, graph, threads)) {
        ObjectNode built = JsonNodeFactory.instance.objectNode();
        built.put("build_seconds", (System.nanoTime() - start) / 1e9);
        built.put("build_cpu_seconds", (process.getProcessCpuTime() - cpu) / 1e9);
        built.put("version", engine.version());
        built.put("bytes_per_vector", engine.bytesPerVector());
        EngineMain main = new EngineMain(Path.of(arguments[1]), engine, answers);
        main.answer(built);
        while (true) {
          main.search(questions.take());
        }
      }
    }
  }

  private static void listen(BlockingQueue<String> questions) {
    try (BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        questions.add(line);
      }
    } catch (IOException gone) {
      // The parent is gone either way.
    }
    Runtime.getRuntime().halt(0);
  }

  private void search(String question) throws IOException, InterruptedException {
    String[] words = question.split(" ", -1);
    if (words.length != 3 || !words[0].equals("search")) {
      throw new IllegalArgumentException("expected search SETTING COUNT, got " + question);
    }
    Map<String, Integer> setting = setting(words[1]);
    int count = Integer.parseInt(words[2]);
    long collections = collections();
    Pass pass = Pass.run(count, K, 1, () -> searcher(setting));
    collections = collections() - collections;
    keep(pass.hits());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("cpu_seconds", count / pass.queriesPerCpuSecond());
    answer.put("p50_us", pass.micros(50)).put("p99_us", pass.micros(99));
    answer.put("p999_us", pass.micros(99.9));
    answer.put(
        "distance_computations",
        Optional.of(pass.distanceComputations())
            .filter(total -> total > 0)
            .map(total -> (double) total / count)
            .orElse(null));
    answer.put("collections", collections);
    answer(answer);
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  private Target.Searcher searcher(Map<String, Integer> setting) {
    try {
      return engine.searcher(K, setting);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Integer> setting(String text) {
    Map<String, Integer> setting = new HashMap<>();
    for (String pair : text.split(",", -1)) {
      String[] sides = pair.split("=", 2);
      setting.put(sides[0], Integer.parseInt(sides[1]));
    }
    return setting;
  }

  private void keep(int[][] found) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(found.length * K * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int[] rows : found) {
      for (int rank = 0; rank < K; rank++) {
        bytes.putInt(rank < rows.length ? rows[rank] : -1);
      }
    }
    Files.write(hits, bytes.array());
  }

  private void answer(ObjectNode answer) {
    answers.println(JSON.writeValueAsString(answer));
    answers.flush();
  }
}

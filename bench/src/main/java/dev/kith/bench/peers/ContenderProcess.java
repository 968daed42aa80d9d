package dev.kith.bench.peers;

import dev.kith.bench.peers.child.EngineMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// A contender at work, and the parent's side of what [EngineMain] defines. Not thread-safe.
///
/// The process ends when this closes, and when the parent does.
final class ContenderProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STDERR_LINES = 20;
  private static final int ENDING_SECONDS = 10;

  private final String name;
  private final Process process;
  private final Path hits;
  private final Path log;
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
  private final Thread ending;

  private ContenderProcess(String name, Process process, Path hits, Path log) {
    this.name = name;
    this.process = process;
    this.hits = hits;
    this.log = log;
    this.ending = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(ending);
    Thread.ofPlatform().daemon().name("kith-peer-" + name).start(this::listen);
  }

  /// Starts a contender.
  ///
  /// @param threads that OpenMP and OpenBLAS start in it
  /// @param hits file in which it leaves what it found
  /// @param log file that takes what it says on standard error
  static ContenderProcess start(
      String name, ProcessBuilder builder, int threads, Path hits, Path log) throws IOException {
    String count = Integer.toString(threads);
    // Threads that wait by spinning would work while it is another's turn.
    builder
        .environment()
        .putAll(
            Map.of(
                "OMP_NUM_THREADS", count,
                "OPENBLAS_NUM_THREADS", count,
                "OMP_WAIT_POLICY", "passive"));
    return new ContenderProcess(name, builder.redirectError(log.toFile()).start(), hits, log);
  }

  /// Waits until the index is built.
  ///
  /// @throws UnavailableException if the contender ends, says something else, or is late
  Built built(Duration atMost) throws IOException, InterruptedException {
    JsonNode answer = answer("building", atMost);
    return new Built(
        text(answer, "version"),
        number(answer, "build_seconds"),
        number(answer, "build_cpu_seconds"),
        number(answer, "bytes_per_vector"),
        answer.path("code_bytes").asInt(0));
  }

  /// Searches for the first `count` queries, one at a time on one thread.
  ///
  /// @throws UnavailableException if the contender ends, says something else, or is late
  Searched search(String setting, int count, Duration atMost)
      throws IOException, InterruptedException {
    String question = "search %s %d".formatted(setting, count);
    try {
      Writer writer = process.outputWriter(StandardCharsets.UTF_8);
      writer.write(question + "\n");
      writer.flush();
    } catch (IOException gone) {
      throw failed(question, "it is gone: " + gone.getMessage());
    }
    JsonNode answer = answer(question, atMost);
    JsonNode distances = answer.path("distance_computations");
    JsonNode collections = answer.path("collections");
    return new Searched(
        count,
        number(answer, "cpu_seconds"),
        new Searched.Latency(
            number(answer, "p50_us"), number(answer, "p99_us"), number(answer, "p999_us")),
        distances.isNumber() ? distances.doubleValue() : null,
        collections.isNumber() ? collections.intValue() : null);
  }

  /// What the last search found: base rows of each query, best first.
  ///
  /// @param count queries it searched for
  /// @param baseRows rows there are
  /// @throws UnavailableException if that is not what was found
  int[][] hits(int count, int baseRows) throws IOException {
    byte[] bytes = Files.readAllBytes(hits);
    if (bytes.length != count * EngineMain.K * Integer.BYTES) {
      throw failed(
          "reading hits",
          "expected %d bytes, got %d"
              .formatted(count * EngineMain.K * Integer.BYTES, bytes.length));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int[][] found = new int[count][];
    for (int query = 0; query < count; query++) {
      int[] rows = new int[EngineMain.K];
      int size = 0;
      for (int rank = 0; rank < EngineMain.K; rank++) {
        int row = buffer.getInt();
        if (row >= baseRows) {
          throw failed("reading hits", "it found row %d of %d".formatted(row, baseRows));
        }
        if (row >= 0) {
          rows[size++] = row;
        }
      }
      found[query] = Arrays.copyOf(rows, size);
    }
    return found;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Runtime.getRuntime().removeShutdownHook(ending);
    } catch (IllegalStateException alreadyEnding) {
      // The hook does the same.
    }
  }

  private void listen() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(Optional.of(line));
      }
    } catch (IOException gone) {
      // Told below.
    }
    lines.add(Optional.empty());
  }

  /// Waits for a line.
  ///
  /// @param task what it is at, in words
  /// @throws UnavailableException if the contender ends, says something else, or is late
  JsonNode answer(String task, Duration atMost) throws IOException, InterruptedException {
    Optional<String> line = lines.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw failed(task, "no answer within %d s".formatted(atMost.toSeconds()));
    }
    if (line.isEmpty()) {
      boolean ended = process.waitFor(ENDING_SECONDS, TimeUnit.SECONDS);
      throw failed(
          task, ended ? "it ended with exit code " + process.exitValue() : "it closed its output");
    }
    try {
      return JSON.readTree(line.get());
    } catch (JacksonException garbled) {
      throw failed(task, "it said " + line.get());
    }
  }

  /// A number of an answer.
  ///
  /// @throws UnavailableException if there is none
  double number(JsonNode answer, String key) throws IOException {
    if (!answer.path(key).isNumber()) {
      throw failed("reading " + key, "it said " + answer);
    }
    return answer.path(key).doubleValue();
  }

  /// A string of an answer.
  ///
  /// @throws UnavailableException if there is none
  String text(JsonNode answer, String key) throws IOException {
    if (!answer.path(key).isString()) {
      throw failed("reading " + key, "it said " + answer);
    }
    return answer.path(key).stringValue();
  }

  private UnavailableException failed(String task, String reason) throws IOException {
    // A process that was killed may leave half a character.
    List<String> said =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
    List<String> tail = said.subList(Math.max(0, said.size() - STDERR_LINES), said.size());
    return new UnavailableException(
        "%s failed while %s: %s%s"
            .formatted(
                name,
                task,
                reason,
                tail.isEmpty() ? "" : "; its standard error ends:\n" + String.join("\n", tail)));
  }

  /// What building cost.
  ///
  /// @param version of the library
  /// @param seconds of wall time
  /// @param cpuSeconds of all its threads
  /// @param bytesPerVector of the index, vectors included
  /// @param codeBytes of the code of a vector; 0 if unknown
  record Built(
      String version, double seconds, double cpuSeconds, double bytesPerVector, int codeBytes) {}

  /// What searches cost.
  ///
  /// @param queries searched for
  /// @param cpuSeconds of the searching thread
  /// @param distances pairs compared, a search; null if not known
  /// @param collections of garbage meanwhile; null where there is no collector
  record Searched(
      int queries,
      double cpuSeconds,
      Latency latency,
      @Nullable Double distances,
      @Nullable Integer collections) {

    /// Percentiles of wall time, in microseconds.
    record Latency(double p50, double p99, double p999) {}

    /// Searches a second of the searching thread's processor time.
    double queriesPerSecond() {
      return queries / cpuSeconds;
    }
  }
}

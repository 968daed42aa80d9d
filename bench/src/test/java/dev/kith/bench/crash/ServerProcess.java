package dev.kith.bench.crash;

import dev.kith.proto.v1.ListCollectionsRequest;
import io.grpc.StatusRuntimeException;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A real server: a JVM of its own, started as the launcher starts it.
public final class ServerProcess implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(90);
  // Below the range from which the system takes ports for outgoing connections.
  private static final int LOWEST_PORT = 20_000;
  private static final int HIGHEST_PORT = 32_000;

  private final Process process;
  private final int port;
  private final Path log;
  private final long startedNanos = System.nanoTime();

  private ServerProcess(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /// Starts a server and does not wait for it.
  ///
  /// @param data the data folder
  /// @param log takes everything that the server says, after what is in it
  static ServerProcess start(Path data, Path log) throws IOException {
    return start(data, log, Map.of());
  }

  /// As [#start(Path, Path)], with settings by environment variable.
  public static ServerProcess start(Path data, Path log, Map<String, String> settings)
      throws IOException {
    return start(data, log, settings, ClassArchive.flags());
  }

  /// As [#start(Path, Path, Map)], with flags of the JVM.
  static ServerProcess start(Path data, Path log, Map<String, String> settings, List<String> flags)
      throws IOException {
    int port = freePort();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-modules",
            "jdk.incubator.vector",
            "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:ErrorFile=" + log.resolveSibling("hs_err_%p.log"),
            "-Xmx512m"));
    command.addAll(flags);
    command.addAll(
        List.of(
            "-cp",
            String.join(File.pathSeparator, classPath()),
            "dev.kith.client.cli.Main",
            "serve"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("KITH_"));
    builder.environment().put("KITH_DATA_DIRECTORY", data.toString());
    builder.environment().put("KITH_GRPC_PORT", Integer.toString(port));
    builder.environment().put("KITH_HTTP_PORT", "0");
    builder.environment().putAll(settings);
    return new ServerProcess(builder.start(), port, log);
  }

  /// Waits until the server answers, and returns how long it took since its start.
  ///
  /// @throws IllegalStateException if it ends or is not ready in time; the message has the end of
  ///   its log
  public Duration awaitReady() throws IOException {
    try (Connection connection = new Connection(port)) {
      while (true) {
        try {
          connection.collections().listCollections(ListCollectionsRequest.getDefaultInstance());
          return uptime();
        } catch (StatusRuntimeException notYet) {
          if (!process.isAlive() || uptime().compareTo(READY) > 0) {
            throw new IllegalStateException(
                "the server %s (%s). Its log ends:\n%s"
                    .formatted(
                        process.isAlive()
                            ? "was not ready after " + READY
                            : "ended with exit code " + process.exitValue(),
                        notYet.getStatus(),
                        logTail()));
          }
          Pace.pauseMillis(20);
        }
      }
    }
  }

  /// The port of its gRPC interface on this machine.
  public int port() {
    return port;
  }

  /// The number of its process.
  public long pid() {
    return process.pid();
  }

  Duration uptime() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  Connection connect() {
    return new Connection(port);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Ends the process at once with SIGKILL.
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /// Asks the process to end with SIGTERM; does not wait.
  void terminate() {
    process.destroy();
  }

  /// Waits for the process to end and returns its exit code.
  int awaitExit(Duration atMost) throws IOException, InterruptedException {
    if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "the server did not end in %s. Its log ends:\n%s".formatted(atMost, logTail()));
    }
    return process.exitValue();
  }

  /// Everything the server said.
  String log() throws IOException {
    // A killed process may leave half a character.
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
  }

  /// The last lines of what the server said.
  public String logTail() throws IOException {
    List<String> lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// What the tests run with, without this module, of which a server needs nothing.
  static List<String> classPath() {
    Path module = Path.of("target").toAbsolutePath();
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !Path.of(entry).toAbsolutePath().startsWith(module))
        .toList();
  }

  private static int freePort() throws IOException {
    Random random = new Random();
    for (int attempt = 0; attempt < 100; attempt++) {
      int port = random.nextInt(LOWEST_PORT, HIGHEST_PORT);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException taken) {
        // Try another.
      }
    }
    throw new IOException("no free port between " + LOWEST_PORT + " and " + HIGHEST_PORT);
  }
}

package dev.kith.bench.readme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Does what the root README says, in its order, as a reader would.
///
/// Shell blocks (```sh) run one after another in an empty folder in which `./kith` is the launcher
/// of this checkout; a command that ends in `&` keeps running until the end. Java blocks (```java)
/// are compiled and run against the server that the shell blocks started. Only the ports differ
/// from a reader's: the environment sets free ones.
final class ReadmeIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /// The README's test command: it is what runs this test, so running it here would never end.
  private static final String TEST_COMMAND = "mvn -q verify";

  @TempDir private Path folder;

  @Test
  void everyCommandOfTheReadmeDoesWhatItSays() throws Exception {
    List<Block> blocks = blocks(Files.readString(ROOT.resolve("README.md")));
    assertTrue(blocks.stream().anyMatch(block -> block.language().equals("sh")), "no sh blocks");
    Files.createSymbolicLink(folder.resolve("kith"), ROOT.resolve("kith"));
    int grpcPort = freePort();
    int httpPort = freePort();
    Map<String, String> environment =
        Map.of(
            "KITH_GRPC_PORT", Integer.toString(grpcPort),
            "KITH_HTTP_PORT", Integer.toString(httpPort),
            "KITH_ADDRESS", "127.0.0.1:" + grpcPort);
    List<Process> running = new ArrayList<>();
    try {
      for (Block block : blocks) {
        switch (block.language()) {
          case "sh" -> runShell(block, environment, running, httpPort);
          case "java" -> runJava(block, grpcPort);
          default -> {
            // Output shown to the reader, or a picture.
          }
        }
      }
    } finally {
      running.forEach(Process::destroy);
      for (Process process : running) {
        assertTrue(process.waitFor(40, TimeUnit.SECONDS), "the server did not stop when told to");
      }
    }
  }

  @Test
  void theTestCommandOfTheReadmeIsWhatContinuousIntegrationRuns() throws IOException {
    List<Block> blocks = blocks(Files.readString(ROOT.resolve("README.md")));
    assertTrue(
        blocks.stream().anyMatch(block -> block.text().strip().equals(TEST_COMMAND)),
        "the README does not show: " + TEST_COMMAND);
    assertTrue(
        Files.readAllLines(ROOT.resolve(".ci/run")).contains(TEST_COMMAND),
        ".ci/run does not call: " + TEST_COMMAND);
  }

  private void runShell(
      Block block, Map<String, String> environment, List<Process> running, int httpPort)
      throws Exception {
    String script = block.text().strip();
    if (script.equals(TEST_COMMAND)) {
      return;
    }
    if (script.endsWith("&")) {
      Process server =
          shell("exec " + script.substring(0, script.length() - 1), environment)
              .redirectError(folder.resolve("server.log").toFile())
              .redirectOutput(folder.resolve("server.out").toFile())
              .start();
      running.add(server);
      awaitHealthy(server, httpPort);
      return;
    }
    Process process = shell(script, environment).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output;
    try (InputStream stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "still running: " + script);
    assertEquals(0, process.exitValue(), script + "\n" + output);
    for (String expected : block.expected()) {
      assertTrue(
          output.contains(expected),
          "expected '%s' from %s%n%s".formatted(expected, script, output));
    }
  }

  private ProcessBuilder shell(String script, Map<String, String> environment) {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", script).directory(folder.toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  private void awaitHealthy(Process server, int httpPort) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/healthz".formatted(httpPort)))
            .build();
    Instant deadline = Instant.now().plusSeconds(60);
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (Instant.now().isBefore(deadline)) {
        assertTrue(server.isAlive(), () -> "the server ended: " + log());
        try {
          if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException notYet) {
          LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
      }
    }
    throw new AssertionError("the server did not become healthy: " + log());
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("server.log"));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  private void runJava(Block block, int grpcPort) throws Exception {
    Path source = folder.resolve("FirstSearch.java");
    Files.writeString(source, block.text().replace("127.0.0.1:7600", "127.0.0.1:" + grpcPort));
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    int errors =
        javac.run(
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            System.err,
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            folder.toString(),
            source.toString());
    assertEquals(0, errors, "the Java example does not compile");
    try (URLClassLoader loader = new URLClassLoader(new java.net.URL[] {folder.toUri().toURL()})) {
      loader
          .loadClass("FirstSearch")
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /// Fenced blocks in order. What a shell block is expected to print stands in the text block right
  /// after it, of which every line but `...` must appear in the output.
  private static List<Block> blocks(String markdown) {
    List<Block> blocks = new ArrayList<>();
    List<String> lines = markdown.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("```")) {
        String language = lines.get(i).substring(3).strip();
        List<String> body = new ArrayList<>();
        for (i++; !lines.get(i).startsWith("```"); i++) {
          body.add(lines.get(i));
        }
        if (language.equals("text") && !blocks.isEmpty()) {
          Block command = blocks.getLast();
          List<String> expected =
              body.stream().map(String::strip).filter(l -> !l.equals("...")).toList();
          blocks.set(blocks.size() - 1, new Block(command.language(), command.text(), expected));
        } else {
          blocks.add(new Block(language, String.join("\n", body), List.of()));
        }
      }
    }
    assertFalse(blocks.isEmpty(), "no blocks");
    return blocks;
  }

  private record Block(String language, String text, List<String> expected) {}
}

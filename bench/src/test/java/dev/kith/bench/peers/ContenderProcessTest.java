package dev.kith.bench.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// Contenders that behave badly, as shell scripts.
final class ContenderProcessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String BUILT =
      "echo '{\"version\":\"1\",\"build_seconds\":2,\"build_cpu_seconds\":3,"
          + "\"bytes_per_vector\":4,\"code_bytes\":5}'; ";

  @TempDir private Path folder;

  @Test
  void whatItSaysIsRead() throws Exception {
    String script =
        BUILT
            + "read line; echo \"$line\" >&2; echo '{\"cpu_seconds\":0.5,\"p50_us\":1,"
            + "\"p99_us\":2,\"p999_us\":3,\"distance_computations\":null}'; read rest";
    try (ContenderProcess process = start(script)) {
      assertEquals(new ContenderProcess.Built("1", 2, 3, 4, 5), process.built(PATIENCE));
      ContenderProcess.Searched searched = process.search("ef=40", 100, PATIENCE);
      assertEquals(200, searched.queriesPerSecond());
      assertEquals(new ContenderProcess.Searched.Latency(1, 2, 3), searched.latency());
      assertEquals("search ef=40 100", Files.readString(folder.resolve("stderr.log")).strip());
    }
  }

  @Test
  void oneThatDiesWhileBuildingIsReportedWithItsLastWords() throws Exception {
    try (ContenderProcess process = start("echo no memory left >&2; exit 3")) {
      assertFailure(() -> process.built(PATIENCE), "exit code 3", "no memory left");
    }
  }

  @Test
  void oneThatDiesWhileSearchingIsReportedWithItsLastWords() throws Exception {
    try (ContenderProcess process = start(BUILT + "read line; echo lost >&2; exit 4")) {
      process.built(PATIENCE);
      assertFailure(() -> process.search("ef=10", 5, PATIENCE), "search ef=10 5", "4", "lost");
    }
  }

  @Test
  void oneThatHangsIsReportedAfterItsDeadline() throws Exception {
    try (ContenderProcess process = start("echo thinking >&2; sleep 600")) {
      assertFailure(() -> process.built(Duration.ofSeconds(1)), "no answer within 1 s");
    }
  }

  @Test
  void oneThatSaysSomethingElseIsReported() throws Exception {
    try (ContenderProcess process = start("echo hello; sleep 600")) {
      assertFailure(() -> process.built(PATIENCE), "hello");
    }
    try (ContenderProcess process = start("echo '{\"version\":\"1\"}'; sleep 600")) {
      assertFailure(() -> process.built(PATIENCE), "build_seconds");
    }
  }

  @Test
  void hitsThatCannotBeAreReported() throws Exception {
    try (ContenderProcess process = start("sleep 600")) {
      write(7, -1, 8, 3, -1, -1, -1, -1, -1, -1);
      assertArrayEquals(new int[][] {{7, 8, 3}}, process.hits(1, 9));
      assertFailure(() -> process.hits(1, 8), "row 8 of 8");
      assertFailure(() -> process.hits(2, 9), "expected 80 bytes, got 40");
    }
  }

  @Test
  void itEndsWhenItIsClosed() throws Exception {
    try (ContenderProcess process = start("echo $$ >&2; " + BUILT + "exec sleep 600")) {
      process.built(PATIENCE);
    }
    long id = Long.parseLong(Files.readString(folder.resolve("stderr.log")).strip());
    boolean gone =
        ProcessHandle.of(id)
            .map(
                handle -> {
                  handle.onExit().orTimeout(30, TimeUnit.SECONDS).join();
                  return !handle.isAlive();
                })
            .orElse(true);
    assertTrue(gone);
    assertFalse(ProcessHandle.of(id).isPresent());
  }

  private ContenderProcess start(String script) throws IOException {
    return ContenderProcess.start(
        "test",
        new ProcessBuilder("sh", "-c", script),
        1,
        folder.resolve("hits"),
        folder.resolve("stderr.log"));
  }

  private void write(int... rows) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(rows.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(rows);
    Files.write(folder.resolve("hits"), bytes.array());
  }

  private static void assertFailure(Executable work, String... parts) {
    String message = String.valueOf(assertThrows(UnavailableException.class, work).getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}

package dev.kith.bench.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds the wire contract to buf's rules (`proto/buf.yaml`). Needs npm, which brings buf.
final class ContractLintTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String BUF = "@bufbuild/buf@1.75.0";

  @Test
  void theContractPassesItsLint() throws IOException, InterruptedException {
    Path buf = buf();
    assertEquals("", run(ROOT, List.of(buf.toString(), "lint", "proto")));
  }

  @Test
  void theContractIsFormatted() throws IOException, InterruptedException {
    Path buf = buf();
    assertEquals("", run(ROOT.resolve("proto"), List.of(buf.toString(), "format", "--diff")));
  }

  private static Path buf() throws IOException, InterruptedException {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "npm"))),
        "npm is not installed, so buf cannot be had");
    Path folder = Path.of("target", "buf").toAbsolutePath();
    Path buf = folder.resolve("node_modules").resolve(".bin").resolve("buf");
    if (!Files.exists(buf)) {
      Files.createDirectories(folder);
      run(
          folder,
          List.of(
              "npm",
              "install",
              "--silent",
              "--no-audit",
              "--no-fund",
              "--prefix",
              folder.toString(),
              BUF));
    }
    return buf;
  }

  private static String run(Path folder, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    return status == 0 ? output.strip() : "exit status %d: %s".formatted(status, output.strip());
  }
}

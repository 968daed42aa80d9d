package dev.kith.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.kernel.VectorKernel;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A kernel whose vectors become objects runs ten times slower until its process ends, and nothing
/// but the allocation shows it.
///
/// What the compiler does depends on everything the process did before, so each test asks a process
/// of its own, which has the flags of the launcher.
final class KernelAllocationTest {

  /// Longer than the probe's own deadlines together: it ends by itself and says why.
  private static final int PROBE_SECONDS = 400;

  @TempDir Path folder;

  @Test
  void onceCompiledAKernelAllocatesNothing() throws Exception {
    assertAllocatesNothing("rows");
  }

  @Test
  void norDoesItAfterTheMixOfMemoryThatAServerSearches() throws Exception {
    assertAllocatesNothing("server");
  }

  /// The limits that decide what the compiler makes part of a loop are ones that a busy process may
  /// reach. At these, it makes nothing of ours part of anything.
  @Test
  void norDoesItIfTheCompilerRefusesToInlineOurMethods() throws Exception {
    assertAllocatesNothing(
        "server", "-XX:MaxInlineSize=8", "-XX:FreqInlineSize=8", "-XX:InlineSmallCode=100");
  }

  private void assertAllocatesNothing(String memory, String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0",
            "-Xmx128m",
            "-XX:+UseSerialGC"));
    command.addAll(Arrays.asList(flags));
    command.addAll(List.of("-cp", classPath(), AllocationProbe.class.getName(), memory));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS), "the probe does not end");
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output).strip();
    assertEquals(0, process.exitValue(), said);
    assertTrue(said.endsWith("estimate by Pq[bits=8, rotated=true] allocates nothing"), said);
  }

  private static String classPath() throws URISyntaxException {
    return home(VectorKernel.class) + File.pathSeparator + home(AllocationProbe.class);
  }

  private static Path home(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}

package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What depends on the flags of the JVM, in JVMs with those flags.
final class KernelProcessTest {

  @Test
  void withTheChecksOfTheVectorApiOffBadOperandsAreStillRefused() throws Exception {
    String output =
        probe(
            "--add-modules",
            "jdk.incubator.vector",
            "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0");
    assertTrue(output.endsWith("SimdKernel"), output);
  }

  @Test
  void withoutTheVectorModuleTheScalarKernelRunsAndSaysOnceWhatToDo() throws Exception {
    String output = probe();
    assertTrue(output.endsWith("ScalarKernel"), output);
    assertEquals(1, output.split("--add-modules jdk.incubator.vector", -1).length - 1, output);
  }

  @Test
  void thePropertyForcesTheScalarKernel() throws Exception {
    String output = probe("--add-modules", "jdk.incubator.vector", "-Dkith.kernel=scalar");
    assertTrue(output.endsWith("ScalarKernel"), output);
    assertTrue(output.contains("kith.kernel=scalar"), output);
  }

  @Test
  void scoresAreTheSameToTheLastBitBeforeAndAfterKernelsAreCompiled() throws Exception {
    String[] simd = {"--add-modules", "jdk.incubator.vector"};
    assertEquals("same", lastLine(run(ColdAndHot.class, simd)));
    String[] narrow = {"--add-modules", "jdk.incubator.vector", "-XX:UseAVX=2"};
    assertEquals("same", lastLine(run(ColdAndHot.class, narrow)));
    assertEquals("same", lastLine(run(ColdAndHot.class)));
  }

  private static String lastLine(String output) {
    return output.substring(output.lastIndexOf('\n') + 1);
  }

  private static String probe(String... flags) throws IOException, InterruptedException {
    return run(KernelProbe.class, flags);
  }

  private static String run(Class<?> main, String... flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(
        List.of("-ea", "-Xmx128m", "-XX:+UseSerialGC", "-cp", classPath(), main.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output;
    try (InputStream stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  private static String classPath() {
    return Path.of("target", "classes")
        + System.getProperty("path.separator")
        + Path.of("target", "test-classes");
  }
}

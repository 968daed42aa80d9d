package dev.kith.bench.micro;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Kernels in C: a program compiled on the spot that times itself, or a library. Owns a temporary
/// folder.
final class NativeKernels implements AutoCloseable {
  /// The program beside [KernelBenchmark].
  static final String FLOATS = "kernels.c";

  /// The program beside [CodeBenchmark]; it times nothing where there is no AVX2.
  static final String CODES = "codes.c";

  /// The program beside [ProductBenchmark]; it needs OpenBLAS.
  static final String PRODUCTS = "products.c";

  /// The library beside [SoftmaxBenchmark]; it does not compile where there is no AVX2.
  static final String SOFTMAX = "softmax.c";

  private static final String HEADER = "splitmix.h";

  private final Path folder;
  private final String source;

  private NativeKernels(Path folder, String source) {
    this.folder = folder;
    this.source = source;
  }

  /// What the program says of one kernel.
  ///
  /// @param kernel its name, as that of the method of the benchmark
  /// @param nanos least time per row or element, in nanoseconds
  /// @param sum of its results over all visits
  record Timing(String kernel, double nanos, double sum) {}

  /// Whether there is a compiler to compile it with.
  static boolean isSupported() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    for (String entry : path.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && Files.isExecutable(Path.of(entry, "gcc"))) {
        return true;
      }
    }
    return false;
  }

  /// What the compiler calls itself.
  static String compiler() throws IOException {
    if (!isSupported()) {
      return "no gcc";
    }
    try {
      return run(Path.of("."), "gcc", "--version").lines().findFirst().orElse("gcc");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while gcc was asked for its version", e);
    }
  }

  private void copy(String resource) throws IOException {
    try (InputStream text =
        Objects.requireNonNull(NativeKernels.class.getResourceAsStream(resource), resource)) {
      Files.copy(text, folder.resolve(resource));
    }
  }

  /// Compiles a program.
  ///
  /// @param source [#FLOATS], [#CODES], [#PRODUCTS] or [#SOFTMAX]
  /// @throws IOException if the compiler refuses it
  static NativeKernels compile(String source) throws IOException, InterruptedException {
    NativeKernels kernels = new NativeKernels(Files.createTempDirectory("kith-kernels"), source);
    try {
      kernels.copy(source);
      kernels.copy(HEADER);
      List<String> command = new ArrayList<>(List.of("gcc", "-O3", "-march=native"));
      command.addAll(List.of("-ffast-math", "-Wno-psabi", source, "-o", "kernels"));
      if (source.equals(SOFTMAX)) {
        command.addAll(List.of("-shared", "-fPIC"));
      }
      if (source.equals(PRODUCTS)) {
        command.add("-lopenblas");
      }
      command.add("-lm");
      run(kernels.folder, command.toArray(String[]::new));
      return kernels;
    } catch (IOException | InterruptedException | RuntimeException failure) {
      kernels.close();
      throw failure;
    }
  }

  /// What was compiled.
  Path file() {
    return folder.resolve("kernels");
  }

  /// Runs the program: a few seconds.
  ///
  /// @throws IOException if it fails
  List<Timing> time(int dimension, int rows) throws IOException, InterruptedException {
    String output =
        run(folder, file().toString(), Integer.toString(dimension), Integer.toString(rows));
    List<Timing> timings = new ArrayList<>();
    for (String line : output.lines().toList()) {
      String[] words = line.split(" ", -1);
      timings.add(new Timing(words[0], Double.parseDouble(words[1]), Double.parseDouble(words[2])));
    }
    return timings;
  }

  /// Deletes the program.
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.resolve(source));
    Files.deleteIfExists(folder.resolve(HEADER));
    Files.deleteIfExists(file());
    Files.deleteIfExists(folder);
  }

  private static String run(Path folder, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output;
    try (InputStream stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException("%s ended with status %d: %s".formatted(command[0], status, output));
    }
    return output;
  }
}

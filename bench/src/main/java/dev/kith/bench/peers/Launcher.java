package dev.kith.bench.peers;

import dev.kith.bench.peers.child.EngineMain;
import dev.kith.bench.peers.engine.GraphSettings;
import dev.kith.index.Metric;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Starts contenders on one data set. Owns nothing: who starts a contender closes it.
final class Launcher {
  private final Path folder;
  private final Path dataset;
  private final Metric metric;
  private final GraphSettings graph;
  private final int threads;
  private final CppCompiler compiler;

  /// @param folder takes what contenders write
  /// @param dataset folder with vectors that contenders read as they are
  /// @param graph what graphs are built with
  /// @param threads that build
  Launcher(
      Path folder,
      Path dataset,
      Metric metric,
      GraphSettings graph,
      int threads,
      CppCompiler compiler) {
    this.folder = folder;
    this.dataset = dataset;
    this.metric = metric;
    this.graph = graph;
    this.threads = threads;
    this.compiler = compiler;
  }

  /// Starts a contender, which begins to build at once.
  ///
  /// @throws UnavailableException if this machine lacks what it needs
  ContenderProcess start(Contender contender) throws IOException, InterruptedException {
    Path own = Files.createDirectory(folder.resolve(contender.name()));
    Path hits = own.resolve("hits.i32");
    List<String> command = new ArrayList<>(program(contender.program()));
    command.add(dataset.toString());
    command.add(hits.toString());
    command.add(metric.name().toLowerCase(Locale.ROOT));
    command.add(Integer.toString(graph.m()));
    command.add(Integer.toString(graph.efConstruction()));
    command.add(Integer.toString(threads));
    command.add(
        switch (contender.program()) {
          case Program.Java java -> java.engine();
          case Program.Cpp cpp -> cpp.index();
        });
    ProcessBuilder builder = new ProcessBuilder(command).directory(own.toFile());
    return ContenderProcess.start(
        contender.name(), builder, threads, hits, own.resolve("stderr.log"));
  }

  private List<String> program(Program program) throws IOException, InterruptedException {
    return switch (program) {
      case Program.Java _ -> java();
      case Program.Cpp cpp -> List.of(compiler.compile(cpp).toString());
    };
  }

  /// This JVM again: the same program, flags and class path, without what watches this process.
  private static List<String> java() {
    Stream<String> flags =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"));
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return Stream.of(
            Stream.of(java), flags, Stream.of("-cp", classPath, EngineMain.class.getName()))
        .flatMap(part -> part)
        .toList();
  }
}

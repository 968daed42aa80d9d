package dev.kith.bench.peers;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Compiles our C++ programs with the machine's g++, once each.
///
/// A library elsewhere than in the compiler's own folders, such as one compiled for this processor,
/// is found through flags of the caller's.
final class CppCompiler {
  private static final String GPP = "g++";
  private static final List<String> SHARED = List.of("contender.hpp", "faiss.hpp");

  private final Path folder;
  private final String path;
  private final List<String> flags;
  private final Map<String, Path> programs = new HashMap<>();

  /// @param folder takes sources and programs
  /// @param path folders in which `g++` is looked for, as in the variable PATH
  /// @param flags given to the compiler before its libraries
  CppCompiler(Path folder, String path, List<String> flags) {
    this.folder = folder;
    this.path = path;
    this.flags = List.copyOf(flags);
  }

  /// Compiles with the `g++` of this process's variable PATH, and the flags in CXXFLAGS, by which
  /// compilers are usually given them.
  ///
  /// @param folder takes sources and programs
  static CppCompiler ofEnvironment(Path folder) {
    List<String> flags =
        Stream.of(environment("CXXFLAGS").split(" ", -1)).filter(word -> !word.isEmpty()).toList();
    return new CppCompiler(folder, environment("PATH"), flags);
  }

  private static String environment(String name) {
    return Objects.requireNonNullElse(System.getenv(name), "");
  }

  /// The program of a contender.
  ///
  /// @throws UnavailableException if there is no compiler or the library is not there
  Path compile(Program.Cpp program) throws IOException, InterruptedException {
    Path known = programs.get(program.source());
    if (known != null) {
      return known;
    }
    String gpp = find(GPP);
    if (gpp.isEmpty()) {
      throw new UnavailableException(
          "there is no g++ on the PATH: install g++ and " + program.packaged());
    }
    for (String header : SHARED) {
      copy(header);
    }
    copy(program.source());
    Path made = folder.resolve(program.source().replace(".cpp", ""));
    List<String> command = new ArrayList<>();
    command.addAll(List.of(gpp, "-O3", "-march=native", "-std=c++17", "-pthread"));
    command.add("-DPACKAGE_VERSION=\"%s\"".formatted(packageVersion(program.packaged())));
    command.addAll(List.of(program.source(), "-o", made.toString()));
    command.addAll(flags);
    command.addAll(program.options());
    Finished finished = run(command);
    if (finished.status != 0) {
      throw new UnavailableException(
          "install %s; g++ says: %s".formatted(program.packaged(), firstError(finished.output)));
    }
    programs.put(program.source(), made);
    return made;
  }

  private void copy(String resource) throws IOException {
    try (InputStream source =
        Objects.requireNonNull(CppCompiler.class.getResourceAsStream(resource), resource)) {
      Files.write(folder.resolve(resource), source.readAllBytes());
    }
  }

  /// What Debian says of a package; headers alone do not tell their version.
  private String packageVersion(String name) throws IOException, InterruptedException {
    String query = find("dpkg-query");
    Finished finished =
        query.isEmpty() ? new Finished(1, "") : run(List.of(query, "-W", "-f=${Version}", name));
    String version = finished.status == 0 ? finished.output.strip() : "unknown version";
    return flags.isEmpty() ? version : version + " unless CXXFLAGS lead elsewhere";
  }

  private String find(String tool) {
    for (String entry : path.split(File.pathSeparator, -1)) {
      Path candidate = Path.of(entry, tool);
      if (!entry.isEmpty() && Files.isExecutable(candidate)) {
        return candidate.toString();
      }
    }
    return "";
  }

  private static String firstError(String output) {
    return output
        .lines()
        .filter(line -> line.contains("error"))
        .findFirst()
        .orElse(output.strip().lines().findFirst().orElse("nothing"))
        .strip();
  }

  private Finished run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (InputStream stream = process.getInputStream()) {
      String output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return new Finished(process.waitFor(), output);
    } finally {
      process.destroyForcibly();
    }
  }

  private record Finished(int status, String output) {}
}

package dev.kith.bench.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Whole folders at once.
final class Folders {
  private Folders() {}

  /// A new empty folder for one run of a test, below the build's own.
  static Path fresh(String name) throws IOException {
    Path folder = Path.of("target", "crash", name).toAbsolutePath();
    delete(folder);
    return Files.createDirectories(folder);
  }

  static void copy(Path from, Path to) throws IOException {
    for (Path file : walk(from)) {
      Path target = to.resolve(from.relativize(file));
      if (Files.isDirectory(file)) {
        Files.createDirectories(target);
      } else {
        Files.copy(file, target);
      }
    }
  }

  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path file : walk(folder).reversed()) {
        Files.delete(file);
      }
    }
  }

  /// The files below a folder whose names end so.
  static List<Path> files(Path folder, String ending) throws IOException {
    return walk(folder).stream()
        .filter(Files::isRegularFile)
        .filter(file -> file.getFileName().toString().endsWith(ending))
        .toList();
  }

  private static List<Path> walk(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.sorted(Comparator.naturalOrder()).toList();
    }
  }
}

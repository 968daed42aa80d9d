package dev.kith.bench.crash;

import dev.kith.proto.v1.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The classes of a server as one mapped file (class data sharing), with which it starts in about
/// half the time. What a server does is the same; a run of these tests starts some forty.
///
/// Made once per test process, by a server that works a little and is asked to end. A JVM archives
/// classes of jars alone: where a module is a folder, as when Maven was not asked to package it,
/// servers start without.
final class ClassArchive {
  private static final Duration DUMP = Duration.ofMinutes(2);

  /// Made by the first who asks.
  private static final class Made {
    private static final List<String> FLAGS = make();
  }

  private ClassArchive() {}

  /// The flags that a server of [ServerProcess#classPath()] starts with; may be none.
  static List<String> flags() {
    return Made.FLAGS;
  }

  private static List<String> make() {
    if (!ServerProcess.classPath().stream().allMatch(entry -> entry.endsWith(".jar"))) {
      return List.of();
    }
    try {
      Path work = Folders.fresh("classes-" + ProcessHandle.current().pid());
      Path archive = work.resolve("server.jsa");
      archive(archive, work);
      archive.toFile().deleteOnExit();
      // Logging is off as it would say that a module of the incubator costs some of the gain.
      return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off,aot=off");
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException("cannot archive the classes of a server", failure);
    }
  }

  private static void archive(Path archive, Path work) throws IOException, InterruptedException {
    Path data = Files.createDirectories(work.resolve("data"));
    List<String> flags = List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds=off,aot=off");
    try (ServerProcess server =
        ServerProcess.start(data, work.resolve("server.log"), Map.of(), flags)) {
      server.awaitReady();
      Scene scene = new Scene(4, 1);
      try (Connection connection = server.connect();
          Load load = Load.start(connection, List.of(), 0)) {
        scene.createCollection(connection);
        scene.upsert(load, 10, Durability.DURABILITY_DISK);
      }
      scene.check(server, Survival.STOP);
      server.terminate();
      server.awaitExit(DUMP);
    }
    Folders.delete(data);
    if (!Files.exists(archive)) {
      throw new IOException(archive + " was not made");
    }
  }
}

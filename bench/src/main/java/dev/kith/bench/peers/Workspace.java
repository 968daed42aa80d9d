package dev.kith.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A temporary folder that is deleted when this closes, or else when the process ends.
public final class Workspace implements AutoCloseable {
  private final Path folder;
  private final Thread ending;

  private Workspace(Path folder) {
    this.folder = folder;
    this.ending =
        new Thread(
            () -> {
              try {
                delete(folder);
              } catch (IOException | UncheckedIOException stillInUse) {
                // The system's own clean-up gets it.
              }
            });
  }

  /// Makes one in the folder for temporary files.
  public static Workspace create() throws IOException {
    Workspace workspace = new Workspace(Files.createTempDirectory("kith-peers-"));
    Runtime.getRuntime().addShutdownHook(workspace.ending);
    return workspace;
  }

  /// The folder, which is there.
  public Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(ending);
    } catch (IllegalStateException alreadyEnding) {
      return; // The hook deletes it.
    }
    delete(folder);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException gone) {
      // Nothing to delete.
    }
  }
}

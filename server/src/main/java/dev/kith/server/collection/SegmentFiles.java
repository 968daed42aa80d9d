package dev.kith.server.collection;

import static java.lang.System.Logger.Level.WARNING;

import dev.kith.server.storage.DataFolder;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder of a collection's segment files: `<segment number>.kseg`, and `.bad` behind the name
/// of those that were found damaged and set aside; and the folder `trial` while indexes are tried.
final class SegmentFiles {
  private static final System.Logger LOG = System.getLogger(SegmentFiles.class.getName());
  private static final String SUFFIX = ".kseg";
  private static final String BAD = ".bad";
  private static final String TRIAL = "trial";

  private final Path folder;

  SegmentFiles(DataFolder data, int collection) {
    this.folder = data.segments().resolve(Integer.toString(collection));
  }

  Path folder() {
    return folder;
  }

  Path file(long number) {
    return folder.resolve(number + SUFFIX);
  }

  void create() throws IOException {
    if (!Files.exists(folder)) {
      Files.createDirectories(folder);
      Path parent = folder.getParent();
      if (parent != null) {
        DataFolder.force(parent);
      }
    }
  }

  /// Makes an empty folder for the scratch files of a trial. One that a crash left goes when the
  /// collection is opened, like all that nothing refers to.
  Path createTrial() throws IOException {
    create();
    return Files.createDirectory(folder.resolve(TRIAL));
  }

  /// Removes that folder, if there is one.
  ///
  /// @param isLast whether nobody will write to the folder of the collection any more: it goes too
  ///   if nothing is left in it
  void removeTrial(boolean isLast) {
    Path trial = folder.resolve(TRIAL);
    if (isLast) {
      removeWithFolder(trial);
    } else {
      remove(trial);
    }
  }

  /// Everything in the folder.
  List<Path> list() throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /// The number of a segment file, or empty if the file is none.
  static OptionalLong number(Path file) {
    String name = String.valueOf(file.getFileName());
    String number = name.substring(0, Math.max(0, name.length() - SUFFIX.length()));
    return name.endsWith(SUFFIX) && number.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(number))
        : OptionalLong.empty();
  }

  static boolean isSetAside(Path file) {
    return file.toString().endsWith(BAD);
  }

  /// Renames a damaged file out of the way, keeping it for whoever wants to know.
  static void setAside(Path file) throws IOException {
    try {
      Files.move(
          file, file.resolveSibling(file.getFileName() + BAD), StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException missing) {
      return;
    }
  }

  /// Removes the files that were set aside.
  void removeSetAside() {
    try {
      list().stream().filter(SegmentFiles::isSetAside).forEach(SegmentFiles::remove);
      removeIfEmpty();
    } catch (IOException failure) {
      LOG.log(WARNING, "cannot list " + folder, failure);
    }
  }

  /// Removes the folder if there is nothing in it.
  void removeIfEmpty() {
    try {
      removeFolder(folder);
    } catch (IOException failure) {
      LOG.log(WARNING, "cannot remove " + folder, failure);
    }
  }

  /// Removes a file that nothing refers to, or a folder of such files. Failing that only wastes
  /// space until the next start, so it is logged and no more.
  static void remove(Path file) {
    try {
      if (Files.isDirectory(file)) {
        try (Stream<Path> within = Files.list(file)) {
          within.forEach(SegmentFiles::remove);
        }
      }
      Files.deleteIfExists(file);
    } catch (IOException failure) {
      LOG.log(WARNING, "cannot remove " + file, failure);
    }
  }

  /// As [#remove], and the folder if that was the last file in it.
  static void removeWithFolder(Path file) {
    remove(file);
    try {
      removeFolder(file.toAbsolutePath().getParent());
    } catch (IOException failure) {
      LOG.log(WARNING, "cannot remove the folder of " + file, failure);
    }
  }

  private static void removeFolder(@Nullable Path folder) throws IOException {
    try {
      if (folder != null) {
        Files.deleteIfExists(folder);
      }
    } catch (DirectoryNotEmptyException stillUsed) {
      return;
    }
  }
}

package dev.kith.server.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/// The folder that holds everything a server keeps, owned by one process at a time.
///
/// | name | content |
/// |---|---|
/// | `FORMAT` | `kith-data` and the format version, one line of ASCII |
/// | `LOCK` | locked while a process has the folder; its number, for people |
/// | `store/` | RocksDB |
/// | `segments/` | a folder of index files for each collection number |
///
/// The format is checked before anything else is opened, so that a folder of a newer server is
/// refused without a byte changed.
public final class DataFolder implements AutoCloseable {
  /// The format this code writes. It reads all from 1 to this.
  public static final int FORMAT_VERSION = 1;

  private static final String FORMAT_WORD = "kith-data ";

  private final Path path;
  private final FileChannel lockFile;
  private final FileLock lock;

  private DataFolder(Path path, FileChannel lockFile, FileLock lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /// Opens a folder, creating it if it does not exist.
  ///
  /// @throws FolderInUseException if another has it open
  /// @throws FormatVersionException if it is of a newer format
  public static DataFolder open(Path path) throws IOException {
    return open(path, FORMAT_VERSION);
  }

  static DataFolder open(Path path, int knownVersion) throws IOException {
    Files.createDirectories(path);
    FileChannel lockFile = FileChannel.open(path.resolve("LOCK"), CREATE, READ, WRITE);
    try {
      FileLock lock = lock(path, lockFile);
      checkFormat(path, knownVersion);
      Files.createDirectories(path.resolve("segments"));
      return new DataFolder(path, lockFile, lock);
    } catch (IOException | RuntimeException failure) {
      lockFile.close();
      throw failure;
    }
  }

  private static FileLock lock(Path path, FileChannel lockFile) throws IOException {
    @Nullable FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException ours) {
      throw new FolderInUseException(path, "this process already");
    }
    if (lock == null) {
      ByteBuffer owner = ByteBuffer.allocate(32);
      lockFile.read(owner, 0);
      throw new FolderInUseException(
          path, "process " + new String(owner.array(), 0, owner.position(), US_ASCII).strip());
    }
    lockFile.truncate(0);
    lockFile.write(US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
    return lock;
  }

  private static void checkFormat(Path path, int known) throws IOException {
    Path file = path.resolve("FORMAT");
    if (!Files.exists(file)) {
      Path temporary = path.resolve("FORMAT.tmp");
      try (FileChannel channel = FileChannel.open(temporary, CREATE, WRITE)) {
        channel.truncate(0);
        channel.write(US_ASCII.encode(FORMAT_WORD + known + "\n"));
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      force(path);
      return;
    }
    String text = new String(Files.readAllBytes(file), US_ASCII).strip();
    String version = text.startsWith(FORMAT_WORD) ? text.substring(FORMAT_WORD.length()) : text;
    if (!version.matches("[1-9][0-9]{0,8}") || Integer.parseInt(version) > known) {
      throw new FormatVersionException(file, "'" + version + "'", known);
    }
  }

  /// Makes the names in a folder survive a power cut.
  public static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  /// The folder itself.
  public Path path() {
    return path;
  }

  /// Where RocksDB lives.
  public Path store() {
    return path.resolve("store");
  }

  /// Where index files live, one folder a collection number.
  public Path segments() {
    return path.resolve("segments");
  }

  /// Lets another process have the folder.
  @Override
  public void close() throws IOException {
    if (lock.isValid()) {
      lock.release();
    }
    lockFile.close();
  }
}

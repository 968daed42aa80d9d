package dev.kith.server.bulk;

import dev.kith.index.CorruptFileException;
import dev.kith.server.bulk.IndexManifest.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads a file from end to end: for its checksum, and for a copy of it on the way.
final class FileChecksum {

  // A huge page: see SectionFileWriter.
  private static final int BUFFER_BYTES = 2 << 20;

  private FileChecksum() {}

  /// Length and checksum of a file as it is.
  static StoredFile of(Path file) throws IOException {
    return read(file, null, () -> false);
  }

  /// Compares a file with what it should be.
  ///
  /// @param stop polled between blocks; ends it with a `CancellationException`
  /// @throws CorruptFileException if it is not that file
  static void require(Path file, StoredFile expected, BooleanSupplier stop) throws IOException {
    compare(file, expected, read(file, null, stop));
  }

  /// Copies a file to a new one, forced to the disk, and compares it with what it should be.
  ///
  /// @throws CorruptFileException if it is not that file; the copy is there then
  static void copy(Path file, Path target, StoredFile expected, BooleanSupplier stop)
      throws IOException {
    try (FileChannel out =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      compare(file, expected, read(file, out, stop));
      out.force(true);
    }
  }

  private static void compare(Path file, StoredFile expected, StoredFile found)
      throws CorruptFileException {
    if (!found.equals(expected)) {
      throw new CorruptFileException(
          file,
          "%d bytes with a crc32c of %08x".formatted(expected.bytes(), expected.crc32c()),
          "%d bytes with %08x".formatted(found.bytes(), found.crc32c()));
    }
  }

  private static StoredFile read(Path file, @Nullable FileChannel copy, BooleanSupplier stop)
      throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    long bytes = 0;
    try (FileChannel in =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      while (true) {
        buffer.clear();
        while (buffer.hasRemaining() && in.read(buffer) >= 0) {
          // Whole blocks, as the copy is to be written in.
        }
        buffer.flip();
        if (!buffer.hasRemaining()) {
          return new StoredFile(Math.max(1, bytes), (int) crc.getValue());
        }
        if (stop.getAsBoolean()) {
          throw new CancellationException("stopped reading " + file);
        }
        bytes += buffer.remaining();
        crc.update(buffer.duplicate());
        while (copy != null && buffer.hasRemaining()) {
          copy.write(buffer);
        }
      }
    }
  }
}

package dev.kith.index.store;

import dev.kith.index.Require;
import dev.kith.index.store.SectionFormat.Entry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes a [SectionFile] and publishes it whole or not at all. Owned by one thread.
///
/// ```java
/// try (SectionFileWriter writer = SectionFileWriter.create(file)) {
///   writer.begin("rows");
///   writer.append(rows);
///   writer.commit();
/// }
/// ```
///
/// Bytes go to a temporary file beside the target. [#commit()] forces it to the disk, renames it
/// over the target and forces the folder: of the usual recipes the only one that leaves the whole
/// new file after a power cut. Closing without a commit deletes the temporary file.
public final class SectionFileWriter implements AutoCloseable {

  /// Ends the name of a file that was never published. Whoever owns the folder may delete such
  /// files when nothing is being written.
  public static final String TEMPORARY_SUFFIX = ".tmp";

  // Files are written in whole huge pages, each in one call: a Linux whose file system has large
  // folios then caches them as such, and maps them as such for whoever searches the file.
  private static final int BUFFER_BYTES = 2 << 20;

  private final Path file;
  private final Path temporary;
  private final FileChannel channel;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer;
  private final List<Entry> sections = new ArrayList<>();
  private final CRC32C crc = new CRC32C();

  /// Bytes in the buffer, which belong to the file from `position` on.
  private int buffered;

  private long position;
  private @Nullable String section;
  private long sectionStart;
  private boolean committed;

  private SectionFileWriter(Path file, Path temporary, FileChannel channel) {
    this.file = file;
    this.temporary = temporary;
    this.channel = channel;
    this.buffer = arena.allocate(BUFFER_BYTES, SectionFormat.ALIGNMENT);
    this.buffered = SectionFormat.HEADER_BYTES; // Zeros, until the header is known.
  }

  /// Starts to write what will become `file`, replacing the remains of an earlier attempt.
  ///
  /// @throws IOException if the temporary file cannot be opened
  public static SectionFileWriter create(Path file) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
    // A fresh file, never the truncated old one: somebody may have that mapped.
    Files.deleteIfExists(temporary);
    FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new SectionFileWriter(file, temporary, channel);
  }

  /// Ends the section being written, if any, and starts another on a multiple of 64 bytes.
  ///
  /// @param name lower-case letters, digits, `.`, `_` and `-`; at most 32, not used before
  /// @throws IllegalArgumentException if the name is malformed or was used, or 64 sections exist
  public void begin(String name) throws IOException {
    requireUncommitted();
    if (!SectionFormat.isName(name)) {
      throw new IllegalArgumentException(
          "a section name is 1 to 32 of a-z 0-9 . _ - and starts with a letter or digit, got '%s'"
              .formatted(name));
    }
    endSection();
    if (sections.stream().anyMatch(entry -> entry.name().equals(name))) {
      throw new IllegalArgumentException("a section '%s' exists already".formatted(name));
    }
    Require.inRange("sections", sections.size() + 1, 1, SectionFormat.MAX_SECTIONS);
    section = name;
    sectionStart = end();
    crc.reset();
  }

  /// Appends all of `bytes` to the section that was begun.
  ///
  /// @throws IllegalStateException if none was
  public void append(MemorySegment bytes) throws IOException {
    append(bytes, 0, bytes.byteSize());
  }

  /// Appends `length` bytes of `source` from `offset` on to the section that was begun.
  ///
  /// @throws IllegalStateException if none was
  /// @throws IndexOutOfBoundsException if they do not lie inside `source`
  public void append(MemorySegment source, long offset, long length) throws IOException {
    if (section == null) {
      throw new IllegalStateException("append needs a begun section");
    }
    MemorySegment bytes = source.asSlice(offset, length);
    long done = 0;
    while (done < length) {
      if (buffered == BUFFER_BYTES) {
        flush();
      }
      int step = (int) Math.min(length - done, BUFFER_BYTES - buffered);
      MemorySegment.copy(bytes, done, buffer, buffered, step);
      crc.update(buffer.asSlice(buffered, step).asByteBuffer());
      buffered += step;
      done += step;
    }
  }

  /// Ends the last section and publishes the file. Nothing can be written afterwards.
  ///
  /// @throws IOException if the file could not be written or published; if only the folder could
  ///   not be forced, the file may be there and may be gone after a power cut
  public void commit() throws IOException {
    requireUncommitted();
    endSection();
    int count = sections.size();
    long fileLength = SectionFormat.fileLength(end(), count);
    MemorySegment table = arena.allocate((long) count * SectionFormat.ENTRY_BYTES);
    for (int i = 0; i < count; i++) {
      long at = (long) i * SectionFormat.ENTRY_BYTES;
      SectionFormat.writeEntry(table.asSlice(at, SectionFormat.ENTRY_BYTES), sections.get(i));
    }
    MemorySegment header = arena.allocate(SectionFormat.HEADER_BYTES);
    SectionFormat.writeHeader(header, count, fileLength, SectionFormat.checksum(table));
    MemorySegment footer = arena.allocate(SectionFormat.FOOTER_BYTES);
    SectionFormat.writeFooter(footer, fileLength, SectionFormat.checksum(header));
    flush();
    write(table.asByteBuffer(), position);
    write(footer.asByteBuffer(), position + table.byteSize());
    write(header.asByteBuffer(), 0);
    publish();
  }

  /// Bytes written so far, headers included.
  public long bytesWritten() {
    return end();
  }

  /// Releases everything; without an earlier [#commit()] no trace of the file is left.
  @Override
  public void close() throws IOException {
    if (arena.scope().isAlive()) {
      arena.close();
    }
    channel.close();
    if (!committed) {
      Files.deleteIfExists(temporary);
    }
  }

  private void publish() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    committed = true;
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  private void endSection() throws IOException {
    if (section == null) {
      return;
    }
    long length = end() - sectionStart;
    sections.add(new Entry(section, sectionStart, length, (int) crc.getValue()));
    section = null;
    // It fits: what is buffered starts on a huge page, which is a multiple of the alignment.
    int padding = (int) (SectionFormat.align(end()) - end());
    buffer.asSlice(buffered, padding).fill((byte) 0);
    buffered += padding;
  }

  private long end() {
    return position + buffered;
  }

  private void flush() throws IOException {
    write(buffer.asSlice(0, buffered).asByteBuffer(), position);
    position += buffered;
    buffered = 0;
  }

  private void write(ByteBuffer bytes, long at) throws IOException {
    long next = at;
    while (bytes.hasRemaining()) {
      next += channel.write(bytes, next);
    }
  }

  private void requireUncommitted() {
    if (committed) {
      throw new IllegalStateException("%s is published already".formatted(file));
    }
  }
}

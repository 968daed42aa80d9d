package dev.kith.index.store;

import dev.kith.index.CorruptFileException;
import dev.kith.index.store.SectionFormat.Entry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The container of every sealed segment: named sections of bytes, checked, then mapped read-only.
///
/// ## Layout
///
/// All numbers are little-endian. Checksums are CRC-32C. Bytes not mentioned are zero, and checked
/// to be.
///
/// | part | offset | type | field |
/// |---|---|---|---|
/// | header, 64 bytes | 0 | 8 bytes | magic, `KITHSEG` and a zero byte |
/// | | 8 | int | format version, 1 |
/// | | 12 | int | number of sections, `[0, 64]` |
/// | | 16 | long | length of the file |
/// | | 24 | int | checksum of the table |
/// | | 60 | int | checksum of the header's first 60 bytes |
/// | sections | 64 | bytes | one after another, each padded with zeros to a multiple of 64 |
/// | table, 64 bytes a section | 0 | 32 bytes | name in ASCII, padded with zeros |
/// | | 32 | long | offset of the section in the file |
/// | | 40 | long | length of the section without padding |
/// | | 48 | int | checksum of the section |
/// | footer, 64 bytes | 0 | 8 bytes | magic, `KITHEND` and a zero byte |
/// | | 8 | long | length of the file |
/// | | 16 | int | checksum of the whole header |
/// | | 60 | int | checksum of the footer's first 60 bytes |
///
/// The table stands at the end, because the lengths are known only then; it ends where the footer
/// starts. Sections lie in table order without gaps, so offsets follow from lengths and are checked
/// against them. Every byte of the file is covered by a checksum or known to be zero: any flipped
/// bit, and any other length, is found.
///
/// ## Reading
///
/// Everything is checked by ordinary reads before the file is mapped, because a vector load from a
/// page that cannot be read ends the process. Files are immutable; one that is overwritten or
/// truncated while it is mapped ends the process too.
///
/// Owns the mapping. [#close()] unmaps it, so close only after the last reader; see [Published].
/// Thread-safe otherwise.
public final class SectionFile implements Resource {

  /// How much of a file to check before it is served.
  public enum Verification {
    /// Lengths, header, table, footer, padding and the checksum of every section.
    EVERYTHING,
    /// All but the checksums of the sections: for a file that this process has verified or written.
    STRUCTURE
  }

  private final Path file;
  private final Arena arena;
  private final Map<String, MemorySegment> sections;
  private final long bytes;

  private SectionFile(Path file, Arena arena, Map<String, MemorySegment> sections, long bytes) {
    this.file = file;
    this.arena = arena;
    this.sections = Collections.unmodifiableMap(sections);
    this.bytes = bytes;
  }

  /// Checks everything in a file and maps it.
  ///
  /// @throws CorruptFileException if it is not, byte for byte, a file that was published
  /// @throws IOException if it cannot be read, such as a missing file
  public static SectionFile open(Path file) throws IOException {
    return open(file, Verification.EVERYTHING);
  }

  /// Checks a file as far as asked and maps it.
  ///
  /// @throws CorruptFileException if it is damaged, or not one of ours
  /// @throws IOException if it cannot be read, such as a missing file
  public static SectionFile open(Path file, Verification verification) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      SectionFileChecker checker = new SectionFileChecker(file, channel);
      Iterable<Entry> entries = checker.check(verification);
      MemorySegment whole = map(channel, checker.length(), arena);
      Map<String, MemorySegment> sections = new LinkedHashMap<>();
      for (Entry entry : entries) {
        sections.put(entry.name(), whole.asSlice(entry.offset(), entry.length()));
      }
      return new SectionFile(file, arena, sections, checker.length());
    } catch (IOException | RuntimeException | Error failure) {
      arena.close();
      throw failure;
    }
  }

  /// Maps a file as a segment of the class that all other off-heap memory is of, and not of the
  /// class that [FileChannel] returns, which would slow kernels down: see [dev.kith.index.kernel].
  @SuppressWarnings("restricted") // Address and length are the mapping's, and so is the lifetime.
  private static MemorySegment map(FileChannel channel, long length, Arena arena)
      throws IOException {
    MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, length, arena);
    return MemorySegment.ofAddress(mapped.address()).reinterpret(length, arena, null).asReadOnly();
  }

  /// Names of the sections, in file order.
  public Set<String> names() {
    return sections.keySet();
  }

  /// Returns a section: read-only, 64-byte aligned, borrowed until [#close()].
  ///
  /// @throws CorruptFileException if the file has no section of that name
  public MemorySegment section(String name) throws CorruptFileException {
    MemorySegment section = sections.get(name);
    if (section == null) {
      throw new CorruptFileException(file, "a section '%s'".formatted(name), names().toString());
    }
    return section;
  }

  /// Returns a section of a known length, as [#section(String)] does.
  ///
  /// @throws CorruptFileException if there is none, or it has another length
  public MemorySegment section(String name, long length) throws CorruptFileException {
    MemorySegment section = section(name);
    if (section.byteSize() != length) {
      throw new CorruptFileException(
          file,
          "%d bytes in section '%s'".formatted(length, name),
          Long.toString(section.byteSize()));
    }
    return section;
  }

  /// The file as it was opened.
  public Path file() {
    return file;
  }

  /// Length of the file.
  public long bytes() {
    return bytes;
  }

  /// Unmaps the file.
  @Override
  public void close() {
    arena.close();
  }
}

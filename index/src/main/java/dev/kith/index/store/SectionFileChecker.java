package dev.kith.index.store;

import dev.kith.index.CorruptFileException;
import dev.kith.index.store.SectionFile.Verification;
import dev.kith.index.store.SectionFormat.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32C;

/// Decides whether a file is a [SectionFile], by reading it: nothing is mapped, and nothing is
/// allocated in proportion to a number that has not been checked.
final class SectionFileChecker {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final long length;

  SectionFileChecker(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.length = channel.size();
  }

  /// Length of the file when the check began.
  long length() {
    return length;
  }

  /// Returns the sections of an undamaged file.
  List<Entry> check(Verification verification) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_BYTES, SectionFormat.ALIGNMENT);
      Header header = header(buffer);
      footer(buffer, header);
      List<Entry> sections = table(buffer, header);
      for (Entry section : sections) {
        padding(buffer, section);
        if (verification == Verification.EVERYTHING) {
          contents(buffer, section);
        }
      }
      return sections;
    }
  }

  private record Header(int sections, int tableChecksum, int checksum) {}

  private Header header(MemorySegment buffer) throws IOException {
    long least = SectionFormat.HEADER_BYTES + SectionFormat.FOOTER_BYTES;
    require(length >= least, "at least " + least + " bytes", length);
    MemorySegment header = read(buffer, 0, SectionFormat.HEADER_BYTES);
    long magic = header.get(SectionFormat.LONG, 0);
    require(magic == SectionFormat.MAGIC, "magic KITHSEG", Long.toHexString(magic));
    int version = header.get(SectionFormat.INT, 8);
    require(version == SectionFormat.VERSION, "format version " + SectionFormat.VERSION, version);
    requireChecksum("header", header.asSlice(0, 60), header.get(SectionFormat.INT, 60));
    requireZero("header", header, 28, 60);
    int sections = header.get(SectionFormat.INT, 12);
    require(
        sections >= 0 && sections <= SectionFormat.MAX_SECTIONS,
        "at most " + SectionFormat.MAX_SECTIONS + " sections",
        sections);
    long written = header.get(SectionFormat.LONG, 16);
    require(written == length, written + " bytes", length);
    int checksum = SectionFormat.checksum(header);
    return new Header(sections, header.get(SectionFormat.INT, 24), checksum);
  }

  private void footer(MemorySegment buffer, Header header) throws IOException {
    MemorySegment footer =
        read(buffer, length - SectionFormat.FOOTER_BYTES, SectionFormat.FOOTER_BYTES);
    long magic = footer.get(SectionFormat.LONG, 0);
    require(magic == SectionFormat.END_MAGIC, "end magic KITHEND", Long.toHexString(magic));
    requireChecksum("footer", footer.asSlice(0, 60), footer.get(SectionFormat.INT, 60));
    requireZero("footer", footer, 20, 60);
    long written = footer.get(SectionFormat.LONG, 8);
    require(written == length, "a footer of a file of " + length + " bytes", written);
    int checksum = footer.get(SectionFormat.INT, 16);
    require(
        checksum == header.checksum(),
        "a footer that belongs to header " + hex(header.checksum()),
        hex(checksum));
  }

  private List<Entry> table(MemorySegment buffer, Header header) throws IOException {
    int bytes = header.sections() * SectionFormat.ENTRY_BYTES;
    long start = length - SectionFormat.FOOTER_BYTES - bytes;
    require(
        start >= SectionFormat.HEADER_BYTES,
        "room for a table of " + header.sections() + " sections",
        length + " bytes");
    MemorySegment table = read(buffer, start, bytes);
    requireChecksum("table", table, header.tableChecksum());
    List<Entry> sections = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long next = SectionFormat.HEADER_BYTES;
    for (int i = 0; i < header.sections(); i++) {
      MemorySegment bytesOfEntry =
          table.asSlice((long) i * SectionFormat.ENTRY_BYTES, SectionFormat.ENTRY_BYTES);
      Entry entry = SectionFormat.readEntry(bytesOfEntry);
      requireZero("table", bytesOfEntry, entry.name().length(), SectionFormat.MAX_NAME_BYTES);
      requireZero("table", bytesOfEntry, 52, SectionFormat.ENTRY_BYTES);
      require(SectionFormat.isName(entry.name()), "a section name", quoted(entry.name()));
      require(names.add(entry.name()), "each section once", "two of '" + entry.name() + "'");
      String name = "section '" + entry.name() + "'";
      require(entry.offset() == next, name + " at " + next, entry.offset());
      require(
          entry.length() >= 0 && entry.length() <= start - next,
          name + " of at most " + (start - next) + " bytes",
          entry.length());
      next = SectionFormat.align(entry.offset() + entry.length());
      sections.add(entry);
    }
    require(next == start, "a table at " + next, start);
    return sections;
  }

  private void padding(MemorySegment buffer, Entry section) throws IOException {
    long end = section.offset() + section.length();
    int bytes = (int) (SectionFormat.align(end) - end);
    requireZero("padding of '" + section.name() + "'", read(buffer, end, bytes), 0, bytes);
  }

  private void contents(MemorySegment buffer, Entry section) throws IOException {
    CRC32C crc = new CRC32C();
    for (long done = 0; done < section.length(); ) {
      int step = (int) Math.min(BUFFER_BYTES, section.length() - done);
      crc.update(read(buffer, section.offset() + done, step).asByteBuffer());
      done += step;
    }
    int found = (int) crc.getValue();
    require(
        found == section.checksum(),
        "checksum %s of section '%s'".formatted(hex(section.checksum()), section.name()),
        hex(found));
  }

  /// Reads into the front of `buffer`.
  private MemorySegment read(MemorySegment buffer, long position, int count) throws IOException {
    MemorySegment target = buffer.asSlice(0, count);
    ByteBuffer bytes = target.asByteBuffer();
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException(file + " was cut short while it was read");
      }
    }
    return target;
  }

  private void requireChecksum(String part, MemorySegment bytes, int expected)
      throws CorruptFileException {
    int found = SectionFormat.checksum(bytes);
    require(found == expected, "checksum %s of the %s".formatted(hex(expected), part), hex(found));
  }

  private void requireZero(String part, MemorySegment bytes, long from, long to)
      throws CorruptFileException {
    for (long i = from; i < to; i++) {
      byte found = bytes.get(ValueLayout.JAVA_BYTE, i);
      require(found == 0, "zero at reserved byte %d of the %s".formatted(i, part), found);
    }
  }

  private void require(boolean condition, String expected, Object found)
      throws CorruptFileException {
    if (!condition) {
      throw new CorruptFileException(file, expected, Objects.toString(found));
    }
  }

  private static String hex(int value) {
    return "%08x".formatted(value);
  }

  /// Names come from a damaged file: nothing of them may reach a log but printable ASCII.
  private static String quoted(String name) {
    return "'" + name.replaceAll("[^ -~]", "?") + "'";
  }
}

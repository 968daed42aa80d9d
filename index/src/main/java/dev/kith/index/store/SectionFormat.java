package dev.kith.index.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// Where each number of a [SectionFile] stands; the layout is documented there.
final class SectionFormat {
  static final int VERSION = 1;
  static final int ALIGNMENT = 64;
  static final int HEADER_BYTES = 64;
  static final int ENTRY_BYTES = 64;
  static final int FOOTER_BYTES = 64;

  /// A segment has a handful of sections; a table of 64 is one page.
  static final int MAX_SECTIONS = 64;

  static final int MAX_NAME_BYTES = 32;

  /// `KITHSEG\0` read as a little-endian number.
  static final long MAGIC = 0x00_47_45_53_48_54_49_4BL;

  /// `KITHEND\0` read as a little-endian number.
  static final long END_MAGIC = 0x00_44_4E_45_48_54_49_4BL;

  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,31}");

  private SectionFormat() {}

  /// What the table says of one section.
  record Entry(String name, long offset, long length, int checksum) {}

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  static long align(long offset) {
    return (offset + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /// Total length of a file whose last section ends at `end`.
  static long fileLength(long end, int sections) {
    return align(end) + (long) sections * ENTRY_BYTES + FOOTER_BYTES;
  }

  static void writeHeader(MemorySegment header, int sections, long fileLength, int tableChecksum) {
    header.fill((byte) 0);
    header.set(LONG, 0, MAGIC);
    header.set(INT, 8, VERSION);
    header.set(INT, 12, sections);
    header.set(LONG, 16, fileLength);
    header.set(INT, 24, tableChecksum);
    header.set(INT, 60, checksum(header.asSlice(0, 60)));
  }

  static void writeEntry(MemorySegment entry, Entry section) {
    entry.fill((byte) 0);
    byte[] name = section.name().getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(MemorySegment.ofArray(name), 0, entry, 0, name.length);
    entry.set(LONG, 32, section.offset());
    entry.set(LONG, 40, section.length());
    entry.set(INT, 48, section.checksum());
  }

  static Entry readEntry(MemorySegment entry) {
    byte[] name = entry.asSlice(0, MAX_NAME_BYTES).toArray(ValueLayout.JAVA_BYTE);
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new Entry(
        new String(name, 0, length, StandardCharsets.US_ASCII),
        entry.get(LONG, 32),
        entry.get(LONG, 40),
        entry.get(INT, 48));
  }

  static void writeFooter(MemorySegment footer, long fileLength, int headerChecksum) {
    footer.fill((byte) 0);
    footer.set(LONG, 0, END_MAGIC);
    footer.set(LONG, 8, fileLength);
    footer.set(INT, 16, headerChecksum);
    footer.set(INT, 60, checksum(footer.asSlice(0, 60)));
  }

  static int checksum(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asByteBuffer());
    return (int) crc.getValue();
  }
}

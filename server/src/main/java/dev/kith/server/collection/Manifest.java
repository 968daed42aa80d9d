package dev.kith.server.collection;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which sealed segments a collection has: record version 1, next segment number 8, count 4, then
/// for each segment its number 8, first row 8, last row 8, LSN 8, rows 8.
///
/// Rows outside all of the ranges are not in any file and are read from the store at open.
///
/// @param nextNumber number of the next segment; numbers are never used twice
/// @param segments disjoint row ranges, ascending
record Manifest(long nextNumber, List<Entry> segments) {
  static final Manifest EMPTY = new Manifest(1, List.of());

  /// One sealed segment.
  ///
  /// @param number names its file
  /// @param firstRow first row it answers for
  /// @param lastRow last row it answers for
  /// @param lsn LSN up to which it holds the writes
  /// @param rows rows in the file: those that were live when it was sealed
  record Entry(long number, long firstRow, long lastRow, long lsn, long rows) {}

  private static final int ENTRY_BYTES = 40;

  Manifest {
    segments = List.copyOf(segments);
  }

  /// With one more segment.
  Manifest plus(Entry entry) {
    List<Entry> more = new ArrayList<>(segments);
    more.add(entry);
    more.sort(Comparator.comparingLong(Entry::firstRow));
    return new Manifest(nextNumber, more);
  }

  /// Without some.
  Manifest minus(List<Entry> entries) {
    List<Entry> fewer = new ArrayList<>(segments);
    fewer.removeAll(entries);
    return new Manifest(nextNumber, fewer);
  }

  /// Where a segment of this number is no longer the next.
  Manifest withNumberAfter(long number) {
    return new Manifest(Math.max(nextNumber, number + 1), segments);
  }

  byte[] encode() {
    ByteBuffer out = Records.start(12 + ENTRY_BYTES * segments.size());
    out.putLong(nextNumber).putInt(segments.size());
    for (Entry entry : segments) {
      out.putLong(entry.number())
          .putLong(entry.firstRow())
          .putLong(entry.lastRow())
          .putLong(entry.lsn())
          .putLong(entry.rows());
    }
    return Records.bytes(out);
  }

  static Manifest decode(byte[] value) {
    ByteBuffer in = Records.open("manifest", value, 12);
    long nextNumber = in.getLong();
    int count = in.getInt();
    if (count < 0 || in.remaining() != (long) count * ENTRY_BYTES) {
      throw Records.damaged("manifest", count + " segments of 40 bytes", in.remaining() + " bytes");
    }
    List<Entry> segments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      segments.add(new Entry(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong()));
    }
    return new Manifest(nextNumber, segments);
  }
}

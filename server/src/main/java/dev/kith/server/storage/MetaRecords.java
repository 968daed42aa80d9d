package dev.kith.server.storage;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/// The records of the `meta` family that the journal itself keeps.
///
/// | key | value |
/// |---|---|
/// | `L` | record version 1, LSN of the last group, 8 bytes big-endian |
/// | `F` | record version 1, format version of the store, 4 bytes big-endian |
final class MetaRecords {
  private static final byte RECORD_VERSION = 1;
  private static final byte[] LSN_KEY = {'L'};
  private static final byte[] FORMAT_KEY = {'F'};

  private MetaRecords() {}

  static long readLsn(StoreReader store) {
    byte[] value = store.get(Family.META, LSN_KEY);
    return value == null ? 0 : check(value, 9, "last LSN").getLong();
  }

  static void writeLsn(WriteSet writes, long lsn) {
    writes.put(
        Family.META, LSN_KEY, ByteBuffer.allocate(9).put(RECORD_VERSION).putLong(lsn).array());
  }

  /// Format version of the store; 0 if it is new.
  static int readFormat(StoreReader store) {
    byte[] value = store.get(Family.META, FORMAT_KEY);
    return value == null ? 0 : check(value, 5, "format version").getInt();
  }

  static void writeFormat(WriteSet writes, int version) {
    writes.put(
        Family.META,
        FORMAT_KEY,
        ByteBuffer.allocate(5).put(RECORD_VERSION).putInt(version).array());
  }

  private static ByteBuffer check(byte[] value, int length, String name) {
    if (value.length != length || value[0] != RECORD_VERSION) {
      throw new IllegalStateException(
          "the record '%s' must have version 1 and %d bytes, got %s"
              .formatted(name, length, HexFormat.of().formatHex(value)));
    }
    return ByteBuffer.wrap(value, 1, length - 1);
  }
}

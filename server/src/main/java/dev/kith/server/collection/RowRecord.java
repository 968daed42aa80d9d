package dev.kith.server.collection;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A row: record version 1, LSN 8, length of the id key 2, id key, vector as little-endian f32.
///
/// Kept as its bytes: most readers want either the id or the vector.
final class RowRecord {
  private static final int HEADER_BYTES = 11;

  private final byte[] value;
  private final int idBytes;

  private RowRecord(byte[] value, int idBytes) {
    this.value = value;
    this.idBytes = idBytes;
  }

  static byte[] encode(long version, byte[] id, MemorySegment vectors, long offset, int bytes) {
    byte[] value = new byte[HEADER_BYTES + id.length + bytes];
    ByteBuffer.wrap(value)
        .put(Records.VERSION)
        .putLong(version)
        .putShort((short) id.length)
        .put(id);
    MemorySegment.copy(
        vectors, ValueLayout.JAVA_BYTE, offset, value, HEADER_BYTES + id.length, bytes);
    return value;
  }

  /// @param dimension coordinates that the vector must have
  static RowRecord decode(byte[] value, int dimension) {
    ByteBuffer in = Records.open("row", value, HEADER_BYTES - 1);
    int idBytes = Short.toUnsignedInt(in.getShort(HEADER_BYTES - Short.BYTES));
    int expected = HEADER_BYTES + idBytes + dimension * Float.BYTES;
    if (idBytes > PointId.MAX_KEY_BYTES || value.length != expected) {
      throw Records.damaged(
          "row",
          "an id and %d coordinates".formatted(dimension),
          "%d bytes with an id of %d".formatted(value.length, idBytes));
    }
    return new RowRecord(value, idBytes);
  }

  long version() {
    return ByteBuffer.wrap(value).getLong(1);
  }

  byte[] idKey() {
    return Arrays.copyOfRange(value, HEADER_BYTES, HEADER_BYTES + idBytes);
  }

  byte[] vector() {
    return Arrays.copyOfRange(value, HEADER_BYTES + idBytes, value.length);
  }

  /// The bytes, of which the vector starts at [#vectorOffset()].
  MemorySegment bytes() {
    return MemorySegment.ofArray(value);
  }

  long vectorOffset() {
    return (long) HEADER_BYTES + idBytes;
  }
}

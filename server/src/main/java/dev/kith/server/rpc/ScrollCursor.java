package dev.kith.server.rpc;

import com.google.protobuf.ByteString;
import dev.kith.server.collection.PointId;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Where a walk through a collection goes on: after this point.
///
/// ## Layout
///
/// All numbers are big-endian. Clients treat it as opaque.
///
/// | offset | type | field |
/// |---|---|---|
/// | 0 | byte | version, 1 |
/// | 1 | long | number of the collection |
/// | 9 | 2 to 513 bytes | key of the last point, see [PointId#toKey()] |
/// | end - 4 | int | CRC32C of all before |
///
/// The number makes a cursor of a deleted collection useless for its successor of the same name;
/// the checksum tells a damaged cursor from one that goes on in a wrong place.
///
/// @param collection number of the collection
/// @param after last point returned
record ScrollCursor(long collection, PointId after) {
  private static final byte VERSION = 1;
  private static final int HEAD_BYTES = 9;
  private static final int CHECKSUM_BYTES = 4;
  private static final int MAX_BYTES = HEAD_BYTES + PointId.MAX_KEY_BYTES + CHECKSUM_BYTES;

  ByteString write() {
    byte[] key = after.toKey();
    ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + key.length + CHECKSUM_BYTES);
    bytes.put(VERSION).putLong(collection).put(key);
    bytes.putInt(checksum(bytes.array(), bytes.position()));
    return ByteString.copyFrom(bytes.array());
  }

  /// Reads a cursor, or null where a walk starts.
  ///
  /// @throws RefusedException if it was not written for this collection
  static @Nullable PointId read(ByteString cursor, long collection) {
    if (cursor.isEmpty()) {
      return null;
    }
    if (cursor.size() <= HEAD_BYTES + CHECKSUM_BYTES || cursor.size() > MAX_BYTES) {
      throw refused("it has %d bytes, which no cursor has".formatted(cursor.size()));
    }
    byte[] bytes = cursor.toByteArray();
    int end = bytes.length - CHECKSUM_BYTES;
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (buffer.get(0) != VERSION || buffer.getInt(end) != checksum(bytes, end)) {
      throw refused("its checksum does not match; pass it on as it was received");
    }
    if (buffer.getLong(1) != collection) {
      throw refused("it belongs to another collection, or to a deleted one of this name");
    }
    try {
      return PointId.fromKey(Arrays.copyOfRange(bytes, HEAD_BYTES, end));
    } catch (IllegalArgumentException noKey) {
      throw refused("it names no point");
    }
  }

  private static RefusedException refused(String problem) {
    return new RefusedException(new Refusal.InvalidCursor(problem));
  }

  private static int checksum(byte[] bytes, int end) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, end);
    return (int) crc.getValue();
  }
}

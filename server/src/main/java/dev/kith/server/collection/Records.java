package dev.kith.server.collection;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.nio.ByteBuffer;

/// What all stored records have in common: one byte of record version first, all numbers
/// big-endian, lengths checked before anything is read.
final class Records {
  /// The version that all records have today.
  static final byte VERSION = 1;

  private Records() {}

  /// Starts a record of `bytes` bytes after its version.
  static ByteBuffer start(int bytes) {
    return ByteBuffer.allocate(1 + bytes).put(VERSION);
  }

  /// The bytes of a record that [#start] started and that is full.
  static byte[] bytes(ByteBuffer record) {
    assert !record.hasRemaining() : record + " is not full";
    byte[] bytes = new byte[record.capacity()];
    record.flip().get(bytes);
    return bytes;
  }

  /// Opens a record for reading after its version.
  ///
  /// @throws RefusedException with `DataLoss` if it is shorter than `minBytes` after the version,
  ///   or of another version
  static ByteBuffer open(String name, byte[] value, int minBytes) {
    if (value.length < 1 + minBytes) {
      throw damaged(name, "at least " + (1 + minBytes) + " bytes", value.length + " bytes");
    }
    if (value[0] != VERSION) {
      throw damaged(name, "record version 1", "record version " + value[0]);
    }
    return ByteBuffer.wrap(value, 1, value.length - 1);
  }

  static RefusedException damaged(String name, String expected, String found) {
    return new RefusedException(
        new Refusal.DataLoss(
            "A stored %s is damaged: expected %s, found %s.".formatted(name, expected, found)));
  }

  /// Adds the version to a payload.
  static byte[] payload(byte[] json) {
    return start(json.length).put(json).array();
  }

  /// Takes it off.
  static byte[] payloadOf(byte[] value) {
    ByteBuffer rest = open("payload", value, 1);
    byte[] json = new byte[rest.remaining()];
    rest.get(json);
    return json;
  }

  /// The value of a tombstone: all it says is in its key.
  static byte[] tombstone() {
    return new byte[] {VERSION};
  }
}

package dev.kith.server.collection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What a collection knows of its models of relevance besides these: record version 1, the highest
/// version of those that were deleted 8, name of the default in UTF-8 to the end, empty for none.
///
/// @param defaultName model that searches take which name none; empty if there is none
/// @param lastDeleted the next model of a new name is of a higher version, so that a name and a
///   version never stand for two models
record RelevanceRecord(String defaultName, long lastDeleted) {
  static final RelevanceRecord EMPTY = new RelevanceRecord("", 0);

  byte[] encode() {
    byte[] name = defaultName.getBytes(StandardCharsets.UTF_8);
    return Records.bytes(Records.start(Long.BYTES + name.length).putLong(lastDeleted).put(name));
  }

  static RelevanceRecord decode(byte[] value) {
    ByteBuffer in = Records.open("choice of models", value, Long.BYTES);
    long lastDeleted = in.getLong();
    return new RelevanceRecord(StandardCharsets.UTF_8.decode(in).toString(), lastDeleted);
  }
}

package dev.kith.server.collection;

import java.nio.ByteBuffer;

/// Where a point is: record version 1, LSN 8, row 8.
///
/// @param version LSN of the write that made it
/// @param row its row
record PointRecord(long version, long row) {
  byte[] encode() {
    return Records.start(16).putLong(version).putLong(row).array();
  }

  static PointRecord decode(byte[] value) {
    ByteBuffer in = Records.open("point", value, 16);
    return new PointRecord(in.getLong(), in.getLong());
  }
}

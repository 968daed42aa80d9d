package dev.kith.server.collection;

import java.nio.ByteBuffer;

/// Where a collection stands, written with every group: record version 1, points 8, LSN 8, next row
/// 8.
///
/// @param points live points
/// @param lsn LSN of the last write
/// @param nextRow row that the next vector gets
record StateRecord(long points, long lsn, long nextRow) {
  static final StateRecord EMPTY = new StateRecord(0, 0, 0);

  byte[] encode() {
    return Records.start(24).putLong(points).putLong(lsn).putLong(nextRow).array();
  }

  static StateRecord decode(byte[] value) {
    ByteBuffer in = Records.open("collection state", value, 24);
    return new StateRecord(in.getLong(), in.getLong(), in.getLong());
  }
}

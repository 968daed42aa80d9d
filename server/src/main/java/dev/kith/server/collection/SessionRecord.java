package dev.kith.server.collection;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/// How far an ingest session has come: record version 1, sequence 8, LSN 8, milliseconds since 1970
/// of its last batch 8.
///
/// @param sequence last batch that is in the store
/// @param lsn LSN of that batch
/// @param touched when it was written
record SessionRecord(long sequence, long lsn, Instant touched) {
  /// Sessions that were silent for longer are forgotten.
  static final Duration LIFETIME = Duration.ofDays(7);

  byte[] encode() {
    return Records.start(24).putLong(sequence).putLong(lsn).putLong(touched.toEpochMilli()).array();
  }

  static SessionRecord decode(byte[] value) {
    ByteBuffer in = Records.open("ingest session", value, 24);
    return new SessionRecord(in.getLong(), in.getLong(), Instant.ofEpochMilli(in.getLong()));
  }

  boolean isExpired(Instant now) {
    return touched.plus(LIFETIME).isBefore(now);
  }
}

package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.PointId;
import java.util.Map;

/// What a collection holds after a restart, by a whole scroll.
///
/// @param points every point
/// @param lsn the server's last LSN
/// @param sessions the last durable batch of each ingest session that the ledger asked about
record Observation(Map<PointId, Seen> points, long lsn, Map<String, Long> sessions) {

  /// One point as the server gave it back.
  record Seen(long version, ByteString vector, ByteString payload) {}

  long highestVersion() {
    return points.values().stream().mapToLong(Seen::version).max().orElse(0);
  }
}

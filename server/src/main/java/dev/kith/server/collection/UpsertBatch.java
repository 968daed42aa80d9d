package dev.kith.server.collection;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Points to write, as columns: the i-th id, the i-th row and the i-th payload belong together.
///
/// @param ids the ids; an id that appears twice means its last point
/// @param vectors little-endian f32 rows one after another without padding, at any alignment. Must
///   stay valid and unchanged until the write is acknowledged or refused
/// @param payloads as many JSON objects in UTF-8 as there are ids, null or empty where a point has
///   none; or an empty list if no point has one
public record UpsertBatch(
    List<PointId> ids, MemorySegment vectors, List<byte @Nullable []> payloads) {

  public UpsertBatch {
    if (!payloads.isEmpty() && payloads.size() != ids.size()) {
      throw new IllegalArgumentException(
          "payloads must be as many as the %d ids or none, got %d"
              .formatted(ids.size(), payloads.size()));
    }
  }

  /// Number of points, repeated ids included.
  public int size() {
    return ids.size();
  }

  /// The payload of a point, or null if it has none.
  public byte @Nullable [] payload(int index) {
    byte[] payload = payloads.isEmpty() ? null : payloads.get(index);
    return payload == null || payload.length == 0 ? null : payload;
  }

  /// Bytes that the batch keeps alive while it waits.
  public long bytes() {
    long bytes = vectors.byteSize() + 64L * ids.size();
    for (byte[] payload : payloads) {
      bytes += payload == null ? 0 : payload.length;
    }
    return bytes;
  }
}

package dev.kith.server.collection;

import org.jspecify.annotations.Nullable;

/// One stored point, as much of it as was asked for. The arrays are the caller's to read, not to
/// change.
///
/// @param id what it was written under
/// @param version LSN of the write that made it
/// @param vector little-endian f32 coordinates, bit for bit as written; null unless asked for
/// @param payload JSON object in UTF-8, byte for byte as written; null if there is none or it was
///   not asked for
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; copied by nobody.
public record StoredPoint(
    PointId id, long version, byte @Nullable [] vector, byte @Nullable [] payload) {}

package dev.kith.client;

import org.jspecify.annotations.Nullable;

/// A stored point, as much of it as was asked for.
///
/// @param id the id it was written under
/// @param version LSN of the write that made it
/// @param vector bit for bit as stored; null unless asked for
/// @param payload byte for byte as stored; null unless asked for and present
@SuppressWarnings("ArrayRecordComponent") // Compared by id and version, never by coordinates.
public record StoredPoint(
    PointId id, long version, float @Nullable [] vector, @Nullable Payload payload) {}

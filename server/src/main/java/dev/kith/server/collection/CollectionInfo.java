package dev.kith.server.collection;

import java.time.Instant;
import java.util.Optional;

/// A collection as it is now.
///
/// @param number names it on disk; never given to another collection
/// @param spec its definition
/// @param created when it was created, to the millisecond
/// @param points live points
/// @param choice why its index is what it is, where that was measured
public record CollectionInfo(
    int number, CollectionSpec spec, Instant created, long points, Optional<IndexChoice> choice) {}

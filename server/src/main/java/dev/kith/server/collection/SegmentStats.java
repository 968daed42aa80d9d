package dev.kith.server.collection;

import dev.kith.index.build.ListStats;
import java.util.Optional;
import java.util.OptionalDouble;

/// One segment of a collection.
///
/// @param number number within its collection
/// @param sealed whether it is immutable and on disk
/// @param points live points in it
/// @param deadRows superseded or deleted rows in it
/// @param unlinked rows not yet linked
/// @param bytes bytes of memory or of the file
/// @param memoryBytes bytes of memory of its own: see
///   [dev.kith.index.build.SealedSegment.Residence]
/// @param rescoreFactor rows scored exactly for each hit where a search does not say how many;
///   empty without codes
/// @param certified whether searches that say nothing of widths, nor how many rows to score
///   exactly, scan it at all widths until they are certain
/// @param lists of its lists; empty if it has none
/// @param outdated whether it keeps another index than the collection's present policy asks for, as
///   it does until it is rebuilt
/// @param lsn LSN up to which it holds the writes; 0 unless sealed
public record SegmentStats(
    long number,
    boolean sealed,
    long points,
    long deadRows,
    long unlinked,
    long bytes,
    long memoryBytes,
    OptionalDouble rescoreFactor,
    boolean certified,
    Optional<ListStats> lists,
    boolean outdated,
    long lsn) {}

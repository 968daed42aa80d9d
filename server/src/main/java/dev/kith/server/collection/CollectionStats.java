package dev.kith.server.collection;

import java.util.List;

/// What a collection holds and what it costs.
///
/// @param points live points
/// @param unlinked rows waiting to be linked, searched exactly until then
/// @param deadRows superseded or deleted rows that still take room in segments
/// @param outdated points in segments that keep another index than the present policy asks for, and
///   are served as they are until they are rebuilt
/// @param lsn LSN of the last write to the collection
/// @param memoryBytes memory of segments that are not sealed, and of sealed ones if they are
///   searched in memory
/// @param fileBytes size of the sealed segments' files
/// @param rebuiltSegments segment files found damaged or missing since the catalog was opened, set
///   aside and rebuilt
/// @param segments the segments, oldest rows first
public record CollectionStats(
    long points,
    long unlinked,
    long deadRows,
    long outdated,
    long lsn,
    long memoryBytes,
    long fileBytes,
    int rebuiltSegments,
    List<SegmentStats> segments) {

  public CollectionStats {
    segments = List.copyOf(segments);
  }
}

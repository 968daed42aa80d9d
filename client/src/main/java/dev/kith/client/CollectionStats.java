package dev.kith.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a collection holds and what it costs.
///
/// @param points live points
/// @param unlinkedPoints points not linked into the index yet; searched exactly until then
/// @param deadRows deleted or superseded rows that still take room in segments
/// @param outdatedPoints points in segments that are indexed otherwise than the collection's policy
///   says since it was changed, and wait to be rebuilt
/// @param lsn LSN of the last write
/// @param memoryBytes memory of the growing segment, and of sealed ones where the server searches
///   them in memory, without vectors beside codes
/// @param segments its segments, sealed ones first
public record CollectionStats(
    long points,
    long unlinkedPoints,
    long deadRows,
    long outdatedPoints,
    long lsn,
    long memoryBytes,
    List<Segment> segments) {

  public CollectionStats {
    segments = List.copyOf(segments);
  }

  /// Size of the files of the sealed segments, in bytes.
  public long fileBytes() {
    return segments.stream().filter(Segment::sealed).mapToLong(Segment::bytes).sum();
  }

  /// One segment.
  ///
  /// @param number its number within the collection
  /// @param sealed whether it is immutable and on disk
  /// @param points live points in it
  /// @param deadRows deleted or superseded rows in it
  /// @param unlinkedPoints rows not linked into the index yet
  /// @param bytes of memory or of its file
  /// @param rescoreFactor candidates scored by their vectors for each hit, where a search does not
  ///   say how many; empty without codes
  /// @param lists its inverted lists; empty if it has none
  /// @param outdated whether it is indexed otherwise than the collection's policy says since that
  ///   was changed, as it is until it is rebuilt
  public record Segment(
      long number,
      boolean sealed,
      long points,
      long deadRows,
      long unlinkedPoints,
      long bytes,
      OptionalDouble rescoreFactor,
      Optional<Lists> lists,
      boolean outdated) {}

  /// The inverted lists of a segment.
  ///
  /// @param count lists there are
  /// @param longest rows of the longest one
  /// @param nprobe most lists that a search reads that does not say how many
  /// @param patience lists in a row that change none of its candidates, after which it ends
  /// @param drift mean squared distance of the rows from their centroids, in terms of that of the
  ///   rows that the centroids were learnt from: about 1, and more once points come that are unlike
  ///   those
  public record Lists(int count, int longest, int nprobe, int patience, double drift) {}
}

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
  /// @param certified whether searches that say nothing of widths, nor how many candidates to score
  ///   by their vectors, compare its points at all widths until they are certain, and miss nothing
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
      boolean certified,
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
  /// @param settings what was measured to find shares of the ten nearest points, by ascending share
  public record Lists(
      int count, int longest, int nprobe, int patience, double drift, List<Setting> settings) {
    public Lists {
      settings = List.copyOf(settings);
    }
  }

  /// What searches of a segment do that ask for a recall, as measured when it was sealed.
  ///
  /// @param recall share of the ten nearest points that this finds
  /// @param nprobe most lists that are read
  /// @param patience lists in a row that change no candidate, after which the search ends
  /// @param rescoreFactor candidates scored by their vectors for each hit, where widths do not say
  ///   what is done instead
  /// @param coarseDims coordinates by which lists are chosen; 0 for all
  /// @param ladder where there are prefixes, widths at which points are compared and how many are
  ///   kept for ten hits; empty if no ladder was measured
  /// @param fullWidth where there are prefixes, whether whole vectors are compared, because no
  ///   ladder took less
  /// @param multiplyAdds products of coordinates that a search for ten hits takes on average; 0
  ///   where nobody knows
  public record Setting(
      double recall,
      int nprobe,
      int patience,
      double rescoreFactor,
      int coarseDims,
      List<SearchOptions.Step> ladder,
      boolean fullWidth,
      double multiplyAdds) {
    public Setting {
      ladder = List.copyOf(ladder);
    }
  }
}

package dev.kith.client;

import java.util.Optional;
import java.util.OptionalInt;

/// New settings of a collection; what is empty stays as it is.
///
/// @param defaultEf beam of a search that sets none, in `[1, 10000]`
/// @param segmentPoints points at which a growing segment is sealed, in `[1000, 100000000]`, from
///   the next one on
/// @param deferIndexing whether new points wait for [KithCollection#optimize]; once false, what has
///   waited is linked and sealed in the background
/// @param index how points are indexed, whole: what is empty in it has its default, but for the
///   seed, which stays. Sealed segments are rebuilt in the background, and served as they are until
///   then
/// @param codec how vectors are encoded for scanning; if empty and an index is given, its default
public record CollectionUpdate(
    OptionalInt defaultEf,
    OptionalInt segmentPoints,
    Optional<Boolean> deferIndexing,
    Optional<IndexSpec> index,
    Optional<Codec> codec) {

  /// Changes nothing.
  public static CollectionUpdate none() {
    return new CollectionUpdate(
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /// The same with another default beam.
  public CollectionUpdate withDefaultEf(int ef) {
    return new CollectionUpdate(OptionalInt.of(ef), segmentPoints, deferIndexing, index, codec);
  }

  /// The same, sealing at another size.
  public CollectionUpdate withSegmentPoints(int points) {
    return new CollectionUpdate(defaultEf, OptionalInt.of(points), deferIndexing, index, codec);
  }

  /// The same, with indexing deferred or not.
  public CollectionUpdate withDeferredIndexing(boolean deferred) {
    return new CollectionUpdate(defaultEf, segmentPoints, Optional.of(deferred), index, codec);
  }

  /// The same, indexed otherwise.
  public CollectionUpdate withIndex(IndexSpec other) {
    return new CollectionUpdate(defaultEf, segmentPoints, deferIndexing, Optional.of(other), codec);
  }

  /// The same, scanned by other codes.
  public CollectionUpdate withCodec(Codec other) {
    return new CollectionUpdate(defaultEf, segmentPoints, deferIndexing, index, Optional.of(other));
  }
}

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
public record CollectionUpdate(
    OptionalInt defaultEf, OptionalInt segmentPoints, Optional<Boolean> deferIndexing) {

  /// Changes nothing.
  public static CollectionUpdate none() {
    return new CollectionUpdate(OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
  }

  /// The same with another default beam.
  public CollectionUpdate withDefaultEf(int ef) {
    return new CollectionUpdate(OptionalInt.of(ef), segmentPoints, deferIndexing);
  }

  /// The same, sealing at another size.
  public CollectionUpdate withSegmentPoints(int points) {
    return new CollectionUpdate(defaultEf, OptionalInt.of(points), deferIndexing);
  }

  /// The same, with indexing deferred or not.
  public CollectionUpdate withDeferredIndexing(boolean deferred) {
    return new CollectionUpdate(defaultEf, segmentPoints, Optional.of(deferred));
  }
}

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
/// @param codec how vectors, or their widest prefixes, are encoded for scanning; if empty and an
///   index or prefixes are given, the default beside these
/// @param codecBits bits a coordinate of [Codec#RABITQ], in `[1, 8]`; if empty and an index, a
///   codec or prefixes are given, as many as suit
/// @param prefixes of vectors, whole; [Prefixes#none()] for none from now on. If empty and an index
///   is given, there are none either
public record CollectionUpdate(
    OptionalInt defaultEf,
    OptionalInt segmentPoints,
    Optional<Boolean> deferIndexing,
    Optional<IndexSpec> index,
    Optional<Codec> codec,
    OptionalInt codecBits,
    Optional<Prefixes> prefixes) {

  /// Changes nothing.
  public static CollectionUpdate none() {
    return new CollectionUpdate(
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty());
  }

  /// The same with another default beam.
  public CollectionUpdate withDefaultEf(int ef) {
    return new CollectionUpdate(
        OptionalInt.of(ef), segmentPoints, deferIndexing, index, codec, codecBits, prefixes);
  }

  /// The same, sealing at another size.
  public CollectionUpdate withSegmentPoints(int points) {
    return new CollectionUpdate(
        defaultEf, OptionalInt.of(points), deferIndexing, index, codec, codecBits, prefixes);
  }

  /// The same, with indexing deferred or not.
  public CollectionUpdate withDeferredIndexing(boolean deferred) {
    return new CollectionUpdate(
        defaultEf, segmentPoints, Optional.of(deferred), index, codec, codecBits, prefixes);
  }

  /// The same, indexed otherwise.
  public CollectionUpdate withIndex(IndexSpec other) {
    return new CollectionUpdate(
        defaultEf, segmentPoints, deferIndexing, Optional.of(other), codec, codecBits, prefixes);
  }

  /// The same, scanned by codes of so many bits.
  ///
  /// @param bits a coordinate of [Codec#RABITQ], in `[1, 8]`; a word of [Codec#PQ] and [Codec#OPQ],
  ///   4 or 8
  public CollectionUpdate withCodec(Codec other, int bits) {
    return new CollectionUpdate(
        defaultEf,
        segmentPoints,
        deferIndexing,
        index,
        Optional.of(other),
        OptionalInt.of(bits),
        prefixes);
  }

  /// The same, scanned by other codes.
  public CollectionUpdate withCodec(Codec other) {
    return new CollectionUpdate(
        defaultEf,
        segmentPoints,
        deferIndexing,
        index,
        Optional.of(other),
        OptionalInt.empty(),
        prefixes);
  }

  /// The same with other prefixes, or none.
  public CollectionUpdate withPrefixes(Prefixes other) {
    return new CollectionUpdate(
        defaultEf, segmentPoints, deferIndexing, index, codec, codecBits, Optional.of(other));
  }
}

package dev.kith.client;

import java.util.Optional;
import java.util.OptionalInt;

/// The definition of a collection.
///
/// @param name `[A-Za-z0-9][A-Za-z0-9_.-]{0,127}` without `..`
/// @param dimension coordinates per vector, in `[1, 65536]`
/// @param metric how vectors are compared
/// @param codec how they, or their widest prefixes, are encoded for scanning; floats if empty, but
///   [Codec#RABITQ] of inverted lists without prefixes
/// @param codecBits bits a coordinate of [Codec#RABITQ], in `[1, 8]`, or a word of [Codec#PQ] and
///   [Codec#OPQ], 4 or 8; as many as suit if empty
/// @param prefixes of vectors, which are scanned first; not for a graph of the fast layout, nor for
///   an index that is chosen by itself
/// @param index how points are indexed
/// @param defaultEf beam of a search that sets none, in `[1, 10000]`; 100 if empty
/// @param segmentPoints points at which a growing segment is sealed, in `[1000, 100000000]`
/// @param deferIndexing whether new points wait for [KithCollection#optimize] before they are
///   linked and sealed; until then every search scans them
public record CollectionSpec(
    String name,
    int dimension,
    Metric metric,
    Optional<Codec> codec,
    OptionalInt codecBits,
    Prefixes prefixes,
    IndexSpec index,
    OptionalInt defaultEf,
    OptionalInt segmentPoints,
    boolean deferIndexing) {

  /// An HNSW-indexed collection with the server's defaults.
  public static CollectionSpec of(String name, int dimension, Metric metric) {
    return new CollectionSpec(
        name,
        dimension,
        metric,
        Optional.empty(),
        OptionalInt.empty(),
        Prefixes.none(),
        IndexSpec.hnsw(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        false);
  }

  /// The same, scanned by codes of so many bits.
  ///
  /// @param bits a coordinate of [Codec#RABITQ], in `[1, 8]`; a word of [Codec#PQ] and [Codec#OPQ],
  ///   4 or 8
  public CollectionSpec withCodec(Codec other, int bits) {
    return new CollectionSpec(
        name,
        dimension,
        metric,
        Optional.of(other),
        OptionalInt.of(bits),
        prefixes,
        index,
        defaultEf,
        segmentPoints,
        deferIndexing);
  }

  /// The same, scanned by other codes.
  public CollectionSpec withCodec(Codec other) {
    return new CollectionSpec(
        name,
        dimension,
        metric,
        Optional.of(other),
        OptionalInt.empty(),
        prefixes,
        index,
        defaultEf,
        segmentPoints,
        deferIndexing);
  }

  /// The same with other prefixes.
  public CollectionSpec withPrefixes(Prefixes other) {
    return new CollectionSpec(
        name,
        dimension,
        metric,
        codec,
        codecBits,
        other,
        index,
        defaultEf,
        segmentPoints,
        deferIndexing);
  }

  /// The same, indexed otherwise.
  public CollectionSpec withIndex(IndexSpec other) {
    return new CollectionSpec(
        name,
        dimension,
        metric,
        codec,
        codecBits,
        prefixes,
        other,
        defaultEf,
        segmentPoints,
        deferIndexing);
  }

  /// The same with another default beam.
  public CollectionSpec withDefaultEf(int ef) {
    return new CollectionSpec(
        name,
        dimension,
        metric,
        codec,
        codecBits,
        prefixes,
        index,
        OptionalInt.of(ef),
        segmentPoints,
        deferIndexing);
  }

  /// The same, sealing at another size.
  public CollectionSpec withSegmentPoints(int points) {
    return new CollectionSpec(
        name,
        dimension,
        metric,
        codec,
        codecBits,
        prefixes,
        index,
        defaultEf,
        OptionalInt.of(points),
        deferIndexing);
  }

  /// The same, with indexing deferred or not.
  public CollectionSpec withDeferredIndexing(boolean deferred) {
    return new CollectionSpec(
        name,
        dimension,
        metric,
        codec,
        codecBits,
        prefixes,
        index,
        defaultEf,
        segmentPoints,
        deferred);
  }
}

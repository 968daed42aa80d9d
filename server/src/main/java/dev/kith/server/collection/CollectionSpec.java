package dev.kith.server.collection;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import java.util.Optional;
import java.util.regex.Pattern;

/// The definition of a collection.
///
/// @param name `[A-Za-z0-9][A-Za-z0-9_.-]{0,127}` without `..`
/// @param space shape of its vectors
/// @param index how its segments are indexed; if that is measured, what has come of it so far
/// @param defaultEf beam of a search that names none, in `[1, 10_000]`
/// @param segmentPoints rows at which a growing segment is sealed, in `[1, 100_000_000]`
/// @param indexingDeferred whether new points are linked and segments sealed only when the
///   collection is optimized; until then they are searched exactly
/// @param auto how the index is measured; empty if it was said
public record CollectionSpec(
    String name,
    VectorSpace space,
    IndexSpec index,
    int defaultEf,
    int segmentPoints,
    boolean indexingDeferred,
    Optional<AutoIndex> auto) {
  public static final int DEFAULT_EF = 100;
  public static final int MAX_EF = 10_000;
  public static final int MAX_SEGMENT_POINTS = 100_000_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
  private static final long DEFAULT_SEGMENT_BYTES = 1L << 30;
  private static final int DEFAULT_SEGMENT_POINTS = 1_000_000;

  public CollectionSpec {
    requireName(name);
    Require.inRange("defaultEf", defaultEf, 1, MAX_EF);
    Require.inRange("segmentPoints", segmentPoints, 1, MAX_SEGMENT_POINTS);
    index.requireHolds(space);
  }

  /// A collection whose index was said.
  public CollectionSpec(
      String name,
      VectorSpace space,
      IndexSpec index,
      int defaultEf,
      int segmentPoints,
      boolean indexingDeferred) {
    this(name, space, index, defaultEf, segmentPoints, indexingDeferred, Optional.empty());
  }

  /// A collection that links points as they come.
  public CollectionSpec(
      String name, VectorSpace space, IndexSpec index, int defaultEf, int segmentPoints) {
    this(name, space, index, defaultEf, segmentPoints, false);
  }

  /// A collection with the default beam and segment size.
  public static CollectionSpec of(String name, VectorSpace space, IndexSpec index) {
    return new CollectionSpec(name, space, index, DEFAULT_EF, defaultSegmentPoints(space));
  }

  /// As many rows as fit in 1 GiB of vectors, at most 1,000,000.
  public static int defaultSegmentPoints(VectorSpace space) {
    return (int)
        Math.min(
            DEFAULT_SEGMENT_POINTS,
            DEFAULT_SEGMENT_BYTES / ((long) space.dimension() * Float.BYTES));
  }

  /// Returns `name` if it may name a collection.
  ///
  /// @throws IllegalArgumentException if not
  public static String requireName(String name) {
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      throw new IllegalArgumentException(
          "a name must match %s and not contain '..', got %s"
              .formatted(
                  NAME.pattern(), name.length() > 128 ? name.length() + " characters" : name));
    }
    return name;
  }

  /// Whether this is what a creation asked for, whatever was measured to be the best index since.
  boolean fulfils(CollectionSpec asked) {
    return equals(asked) || (auto.isPresent() && withIndex(asked.index()).equals(asked));
  }

  /// The same, indexed otherwise.
  public CollectionSpec withIndex(IndexSpec other) {
    return new CollectionSpec(name, space, other, defaultEf, segmentPoints, indexingDeferred, auto);
  }

  /// The same, with the index measured or not.
  public CollectionSpec withAuto(Optional<AutoIndex> asked) {
    return new CollectionSpec(
        name, space, index, defaultEf, segmentPoints, indexingDeferred, asked);
  }

  /// The same with another default beam.
  public CollectionSpec withDefaultEf(int ef) {
    return new CollectionSpec(name, space, index, ef, segmentPoints, indexingDeferred, auto);
  }

  /// The same, sealing at another size.
  public CollectionSpec withSegmentPoints(int points) {
    return new CollectionSpec(name, space, index, defaultEf, points, indexingDeferred, auto);
  }

  /// The same, with indexing deferred or not.
  public CollectionSpec withIndexingDeferred(boolean nowDeferred) {
    return new CollectionSpec(name, space, index, defaultEf, segmentPoints, nowDeferred, auto);
  }
}

package dev.kith.client;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// Of which points to make a mixture, and how. Start from [#of] and change what differs; what is
/// empty has a default of the server's.
///
/// @param ids the points, such as those that somebody liked, 1 to 10,000; one that is there twice
///   counts twice
/// @param maxComponents most components, in `[1, 64]`; 8 if empty
/// @param smoothing weight of the points against their neighbours, in `[0, 1]`; 0.8 if empty
/// @param neighbors of each point that have a say, in `[1, 1000]`; 10 if empty
/// @param minLsn the answer reflects at least this write, or fails; 0 for any
public record MixtureSpec(
    List<PointId> ids,
    OptionalInt maxComponents,
    OptionalDouble smoothing,
    OptionalInt neighbors,
    long minLsn) {
  public MixtureSpec {
    ids = List.copyOf(ids);
  }

  /// A mixture of points.
  public static MixtureSpec of(List<PointId> ids) {
    return new MixtureSpec(
        ids, OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.empty(), 0);
  }

  /// The same with another number of components at most.
  public MixtureSpec withMaxComponents(int count) {
    return new MixtureSpec(ids, OptionalInt.of(count), smoothing, neighbors, minLsn);
  }

  /// The same with another weight of the points against their neighbours.
  ///
  /// @param weight in `[0, 1]`; 1 for the points alone
  public MixtureSpec withSmoothing(double weight) {
    return new MixtureSpec(ids, maxComponents, OptionalDouble.of(weight), neighbors, minLsn);
  }

  /// The same, another number of neighbours of each point having a say.
  public MixtureSpec withNeighbors(int count) {
    return new MixtureSpec(ids, maxComponents, smoothing, OptionalInt.of(count), minLsn);
  }

  /// The same, reflecting at least one's own write.
  public MixtureSpec atLeast(WriteReceipt written) {
    return new MixtureSpec(ids, maxComponents, smoothing, neighbors, written.lsn());
  }
}

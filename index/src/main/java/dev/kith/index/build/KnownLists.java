package dev.kith.index.build;

import dev.kith.index.ivf.Partition;
import java.util.stream.IntStream;

/// Centroids to put the rows of a file around, and which of them some rows are known to be nearest
/// to.
///
/// @param listOf for rows by ordinal, from the first on, their lists, or [Partition#UNKNOWN]; may
///   be shorter than there are rows
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record KnownLists(Partition.Centroids centroids, int[] listOf) {

  /// Of these rows, in their order, the lists.
  int[] of(int[] ordinals) {
    return IntStream.of(ordinals)
        .map(ordinal -> ordinal < listOf.length ? listOf[ordinal] : Partition.UNKNOWN)
        .toArray();
  }
}

package dev.kith.index.ivf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kith.index.cluster.Clusters;
import dev.kith.index.cluster.SecondCentroids;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The rows that are in a second list besides the one that is their own, so that searches find them
/// that read only the other: see [SecondCentroids].
///
/// The *entries* of a list are its own rows, by position, and then those that are spilled to it, by
/// position as well. A value; the memory is borrowed.
///
/// @param starts for every list which of all spilled rows is its first, and one more at the end
/// @param positions of the spilled rows, list after list: a little-endian int each
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Spill(int[] starts, MemorySegment positions) {
  private static final ValueLayout.OfInt INT = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Rows that a thread deals with at a time.
  private static final int CHUNK = 1_530;

  /// Nothing is spilled.
  ///
  /// @param lists how many there are
  public static Spill none(int lists) {
    return new Spill(new int[lists + 1], MemorySegment.NULL);
  }

  /// Spills every row to a second list; none if there is no second one.
  ///
  /// @param sources for every position which of `rows` is there
  /// @param threads with the calling one
  /// @param arena frees the memory when it closes
  /// @throws InterruptedException if the calling thread is interrupted
  public static Spill of(
      Partition partition,
      VectorRows rows,
      int[] sources,
      int threads,
      Arena arena,
      Partition.Progress progress)
      throws InterruptedException {
    int lists = partition.centroids().capacity();
    if (lists == 1) {
      return none(lists);
    }
    int[] first = new int[sources.length];
    for (int list = 0; list < lists; list++) {
      Arrays.fill(first, partition.starts()[list], partition.starts()[list + 1], list);
    }
    int[] second = new int[sources.length];
    try (Arena scratch = Arena.ofShared()) {
      Clusters clusters =
          Clusters.of(
              Partition.isSpherical(rows.space()),
              Partition.points(partition.centroids()),
              lists,
              scratch);
      try (OrderedWork<SecondCentroids> workers =
          new OrderedWork<>(threads, () -> new SecondCentroids(clusters, scratch))) {
        workers.run(
            sources.length,
            CHUNK,
            (worker, from, to) ->
                worker.find(Partition.points(rows), sources, from, to, first, second),
            done -> progress.done((double) done / sources.length));
      }
    }
    return group(lists, second, arena);
  }

  private static Spill group(int lists, int[] second, Arena arena) {
    int[] starts = Partition.starts(second, lists);
    int[] next = starts.clone();
    MemorySegment positions = arena.allocate(INT, second.length);
    for (int position = 0; position < second.length; position++) {
      positions.setAtIndex(INT, next[second[position]]++, position);
    }
    return new Spill(starts, positions);
  }

  /// Number of spilled rows.
  public int size() {
    return starts[starts.length - 1];
  }

  /// The position of a spilled row.
  ///
  /// @param index in `[0, size())`
  int position(int index) {
    return positions.getAtIndex(INT, index);
  }

  /// For every position the list that its row is spilled to, or [Partition#UNKNOWN].
  ///
  /// @param rows how many there are
  int[] lists(int rows) {
    int[] lists = new int[rows];
    Arrays.fill(lists, Partition.UNKNOWN);
    for (int list = 0; list + 1 < starts.length; list++) {
      for (int index = starts[list]; index < starts[list + 1]; index++) {
        lists[position(index)] = list;
      }
    }
    return lists;
  }

  /// For every list the first of all entries that is its, and one more at the end.
  ///
  /// @param own the same of rows, as of a [Partition]
  public int[] entryStarts(int[] own) {
    int[] entries = new int[own.length];
    Arrays.setAll(entries, list -> own[list] + starts[list]);
    return entries;
  }

  /// The position of every entry, list after list.
  ///
  /// @param own as above
  int[] entries(int[] own) {
    int[] entries = new int[own[own.length - 1] + size()];
    int next = 0;
    for (int list = 0; list + 1 < own.length; list++) {
      for (int position = own[list]; position < own[list + 1]; position++) {
        entries[next++] = position;
      }
      for (int index = starts[list]; index < starts[list + 1]; index++) {
        entries[next++] = position(index);
      }
    }
    return entries;
  }
}

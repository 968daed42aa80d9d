package dev.kith.index.build;

import dev.kith.index.ivf.GrowingLists;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.store.Tombstones;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Rows of a growing segment in lists, and which of them are. Thread-safe.
final class SegmentLists {
  /// Rows, at most, by which to judge whether centroids still suit.
  private static final int DRIFT_SAMPLE = 4_096;

  private final GrowingLists lists;
  private final LinkQueue queue;

  /// @param lists empty ones
  /// @param capacity most rows
  SegmentLists(GrowingLists lists, int capacity) {
    this.lists = lists;
    this.queue = new LinkQueue(capacity);
  }

  GrowingLists lists() {
    return lists;
  }

  /// Every row below this is in a list.
  int linked() {
    return queue.linked();
  }

  /// How many rows are in lists.
  int linkedCount() {
    return queue.finished();
  }

  /// Puts the next few rows below `bound` into lists.
  ///
  /// @return false if all are, or are being put there
  boolean linkNext(int bound) {
    int[] batch = new int[GrowingLists.BATCH];
    int count = 0;
    int ordinal = queue.claim(bound);
    while (ordinal >= 0) {
      batch[count++] = ordinal;
      ordinal = count < batch.length ? queue.claim(bound) : -1;
    }
    if (count == 0) {
      return false;
    }
    lists.add(batch, count);
    for (int i = 0; i < count; i++) {
      queue.finish(batch[i]);
    }
    return true;
  }

  /// What a file of the live rows below `size` may keep: nothing if others would be learnt for it,
  /// many more or fewer for so many rows, or because they lie too far from these centroids.
  @Nullable KnownLists toKeep(IvfParams params, int size, Tombstones tombstones) {
    int[] sample =
        IntStream.iterate(0, row -> row < size, row -> row + Math.ceilDiv(size, DRIFT_SAMPLE))
            .filter(row -> !tombstones.isDead(row))
            .toArray();
    boolean keep =
        sample.length > 0
            && SegmentMerge.suits(lists.centroids(), params, size - tombstones.deadCount())
            && lists.drift(sample) <= SegmentMerge.MOST_DRIFT;
    return keep ? new KnownLists(lists.centroids(), lists.listsOf(size)) : null;
  }

  /// Bytes of memory in use.
  long bytes() {
    return lists.bytes();
  }

  /// Checks that every row is in one list that should be, while nobody adds any.
  ///
  /// @param violations takes what is wrong
  void verify(List<String> violations) {
    lists.verify(linked(), violations);
  }
}

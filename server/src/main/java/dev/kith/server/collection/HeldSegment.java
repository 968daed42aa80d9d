package dev.kith.server.collection;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.plan.SegmentReader;

/// One segment of a collection and the number of those who hold it.
///
/// Who takes a share gives it back; the last one frees the segment, and a freed segment cannot be
/// held again. So nobody probes, links or seals memory that is gone, without looking for it in any
/// loop.
abstract sealed class HeldSegment permits GrowingHold, SealedHold {
  private final Shares shares = new Shares();
  private final long number;
  private final long firstRow;

  HeldSegment(long number, long firstRow) {
    this.number = number;
    this.firstRow = firstRow;
  }

  /// Number of the segment within its collection.
  final long number() {
    return number;
  }

  /// First row that it answers for.
  final long firstRow() {
    return firstRow;
  }

  /// Last row that it answers for.
  abstract long lastRow();

  abstract SegmentReader reader();

  /// Ordinal of a row, or -1 if it is not in the segment.
  abstract int ordinalOf(long row);

  /// Which index it keeps.
  abstract IndexSpec index();

  /// @param policy the index that the collection wants now
  abstract SegmentStats stats(IndexSpec policy);

  /// Gives the memory back; runs once, after the last share.
  abstract void free();

  /// Takes a share, unless the segment was freed.
  public final boolean tryHold() {
    return shares.tryTake();
  }

  /// Gives a share back.
  public final void release() {
    if (shares.giveBack()) {
      free();
    }
  }
}

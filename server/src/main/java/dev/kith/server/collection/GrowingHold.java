package dev.kith.server.collection;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.hnsw.HnswScratch;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A segment in memory: the one that takes new rows, or one that is full and waits to be sealed.
final class GrowingHold extends HeldSegment implements LinkWork {
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final GrowingSegment segment;
  private final AtomicInteger linkers = new AtomicInteger();
  private volatile long lastRow = Long.MAX_VALUE;
  private volatile boolean linking;

  /// @param linking whether its rows are linked as they come, or not before they are asked for
  GrowingHold(long number, long firstRow, GrowingSegment segment, boolean linking) {
    super(number, firstRow);
    this.segment = segment;
    this.linking = linking;
  }

  /// Lets its rows be linked, or stops that at the next row of each linker.
  void setLinking(boolean now) {
    linking = now;
  }

  /// Whether its rows may be linked now.
  boolean isLinking() {
    return linking;
  }

  /// Waits until the last linker is done with its row after linking was stopped.
  void awaitLinkers() {
    while (!linking && linkers.get() > 0) {
      LockSupport.parkNanos(WAIT_NANOS);
    }
  }

  GrowingSegment segment() {
    return segment;
  }

  /// Takes no rows after this one.
  void end(long row) {
    lastRow = row;
  }

  @Override
  public boolean linkNext(HnswScratch scratch) {
    linkers.incrementAndGet(); // Before looking, so that awaitLinkers sees who has looked.
    try {
      return linking && segment.linkNext(scratch);
    } finally {
      linkers.decrementAndGet();
    }
  }

  @Override
  long lastRow() {
    return lastRow;
  }

  /// Rows from the first that is not linked on, which searches scan: those that are not linked, and
  /// some more where rows are linked out of turn.
  int unlinked() {
    return Math.max(0, segment.appended() - segment.linked());
  }

  @Override
  GrowingSegment reader() {
    return segment;
  }

  @Override
  int ordinalOf(long row) {
    return segment.ordinalOf(row);
  }

  @Override
  IndexSpec index() {
    return segment.index();
  }

  @Override
  SegmentStats stats(IndexSpec policy) {
    int dead = segment.tombstones().deadCount();
    long bytes = segment.bytes();
    return new SegmentStats(
        number(),
        false,
        segment.size() - dead,
        dead,
        Math.max(0, segment.appended() - segment.linkedCount()),
        bytes,
        bytes,
        OptionalDouble.empty(),
        false,
        Optional.empty(),
        !index().equals(policy),
        0);
  }

  @Override
  public String toString() {
    return "segment " + number();
  }

  @Override
  void free() {
    segment.close();
  }
}

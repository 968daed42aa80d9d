package dev.kith.index.build;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/// Deals out the rows to link, in their order or one that is set, and knows below which one all are
/// done. Thread-safe.
final class LinkQueue {
  private final AtomicInteger claimed = new AtomicInteger();
  private final AtomicInteger linked = new AtomicInteger();
  private final AtomicInteger finished = new AtomicInteger();
  private final AtomicLongArray done;
  private final int capacity;
  private final int linkedFrom;
  private final int linkedTo;

  /// Which row comes at which place; rows beyond its end come at their own.
  private volatile int[] order = {};

  LinkQueue(int capacity) {
    this(capacity, 0, 0);
  }

  /// @param linkedFrom first row that is linked from the beginning
  /// @param linkedTo row after the last of those
  LinkQueue(int capacity, int linkedFrom, int linkedTo) {
    this.capacity = capacity;
    this.linkedFrom = linkedFrom;
    this.linkedTo = linkedTo;
    this.done = new AtomicLongArray((capacity + 63) >>> 6);
    for (int row = linkedFrom; row < linkedTo; row++) {
      done.set(row >>> 6, done.get(row >>> 6) | (1L << row));
    }
    finished.set(linkedTo - linkedFrom);
    advance();
  }

  /// Deals out rows in this order, before any is claimed.
  ///
  /// @param order a permutation of the ordinals below its length
  /// @throws IllegalStateException if a row is claimed or linked
  void dealIn(int[] order) {
    if (isBegun()) {
      throw new IllegalStateException(
          "the order of linking must be set before the first row is linked: %d are claimed, %d linked"
              .formatted(claimed.get(), linkedTo - linkedFrom));
    }
    this.order = order;
  }

  /// Whether a row was claimed, or some are linked from the beginning.
  boolean isBegun() {
    return claimed.get() > 0 || linkedFrom < linkedTo;
  }

  /// Claims the next row below `bound`, or returns -1 if there is none. If an order is set, `bound`
  /// must not be below its length.
  int claim(int bound) {
    while (true) {
      int before = claimed.get();
      int next = before >= linkedFrom ? Math.max(before, linkedTo) : before;
      if (next >= bound) {
        return -1;
      }
      if (claimed.compareAndSet(before, next + 1)) {
        int[] order = this.order;
        return next < order.length ? order[next] : next;
      }
    }
  }

  /// Notes that a claimed row is linked.
  void finish(int row) {
    done.getAndAccumulate(row >>> 6, 1L << row, (word, bit) -> word | bit);
    finished.incrementAndGet();
    advance();
  }

  /// Whoever finishes the lowest row moves the mark over all that finished before it. If two finish
  /// at once, at least one of them sees both bits.
  private void advance() {
    int mark = linked.get();
    while (mark < capacity && isDone(mark)) {
      linked.compareAndSet(mark, mark + 1);
      mark = linked.get();
    }
  }

  /// Every row below this is linked.
  int linked() {
    return linked.get();
  }

  /// How many rows are linked, in whatever order.
  int finished() {
    return finished.get();
  }

  private boolean isDone(int row) {
    return (done.get(row >>> 6) & (1L << row)) != 0;
  }
}

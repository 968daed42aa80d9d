package dev.kith.index.build;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/// Deals out the rows to link, in order, and knows below which one all are done. Thread-safe.
final class LinkQueue {
  private final AtomicInteger claimed = new AtomicInteger();
  private final AtomicInteger linked = new AtomicInteger();
  private final AtomicLongArray done;
  private final int capacity;

  LinkQueue(int capacity) {
    this.capacity = capacity;
    this.done = new AtomicLongArray((capacity + 63) >>> 6);
  }

  /// Claims the next row below `bound`, or returns -1 if there is none.
  int claim(int bound) {
    while (true) {
      int next = claimed.get();
      if (next >= bound) {
        return -1;
      }
      if (claimed.compareAndSet(next, next + 1)) {
        return next;
      }
    }
  }

  /// Notes that a claimed row is linked.
  void finish(int row) {
    done.getAndAccumulate(row >>> 6, 1L << row, (word, bit) -> word | bit);
    // Whoever finishes the lowest row moves the mark over all that finished before it. If two
    // finish at once, at least one of them sees both bits.
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

  private boolean isDone(int row) {
    return (done.get(row >>> 6) & (1L << row)) != 0;
  }
}

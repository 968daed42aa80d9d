package dev.kith.server.collection;

import java.util.concurrent.atomic.AtomicInteger;

/// How many hold something that must be freed after the last of them. Thread-safe.
///
/// Starts with one share, its creator's. Once the last is given back, none can be taken.
final class Shares {
  private final AtomicInteger count = new AtomicInteger(1);

  /// Takes a share, unless the last one was given back.
  boolean tryTake() {
    return count.getAndUpdate(taken -> taken == 0 ? 0 : taken + 1) > 0;
  }

  /// Gives a share back and returns whether it was the last: the caller frees what was held.
  boolean giveBack() {
    int left = count.decrementAndGet();
    assert left >= 0 : "a share was given back once too often";
    return left == 0;
  }
}

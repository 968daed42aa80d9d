package dev.kith.server.rpc;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes of requests that may be worked on at a time. Thread-safe.
final class ByteBudget {
  private final long limit;
  private final AtomicLong used = new AtomicLong();

  ByteBudget(long limit) {
    this.limit = limit;
  }

  /// Takes `bytes` if they are left.
  boolean tryTake(long bytes) {
    if (used.addAndGet(bytes) > limit) {
      used.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /// Gives `bytes` back that were taken.
  void give(long bytes) {
    long left = used.addAndGet(-bytes);
    assert left >= 0 : "gave back more than was taken: " + left;
  }

  /// Bytes taken now.
  long used() {
    return used.get();
  }
}

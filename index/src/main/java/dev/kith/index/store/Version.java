package dev.kith.index.store;

import java.util.concurrent.atomic.AtomicInteger;

/// One version of a resource and the number of its holders; closes the resource after the last.
final class Version<R extends Resource> {
  final R resource;

  private final AtomicInteger holders = new AtomicInteger(1);

  Version(R resource) {
    this.resource = resource;
  }

  /// Adds a holder, unless there are none left.
  boolean tryRetain() {
    return holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  void release() {
    int left = holders.decrementAndGet();
    assert left >= 0 : "released more often than retained";
    if (left == 0) {
      resource.close();
    }
  }
}

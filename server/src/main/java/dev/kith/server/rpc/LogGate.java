package dev.kith.server.rpc;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// Lets one log line through a second, whatever happens, and counts those it holds back.
/// Thread-safe.
final class LogGate {
  private static final long INTERVAL_NANOS = 1_000_000_000;

  private final AtomicLong next = new AtomicLong(System.nanoTime());
  private final AtomicLong suppressed = new AtomicLong();

  /// Calls `line` with the number of lines held back since the last one, or counts this one.
  void pass(LongConsumer line) {
    long now = System.nanoTime();
    long due = next.get();
    if (now - due >= 0 && next.compareAndSet(due, now + INTERVAL_NANOS)) {
      line.accept(suppressed.getAndSet(0));
    } else {
      suppressed.incrementAndGet();
    }
  }
}

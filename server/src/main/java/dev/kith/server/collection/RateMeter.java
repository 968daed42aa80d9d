package dev.kith.server.collection;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How fast a count grows, over the last ten seconds of one phase of work. Thread-safe.
final class RateMeter {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MAX_READINGS = 100;

  private final ArrayDeque<Reading> readings = new ArrayDeque<>();
  private OptimizeHandle.@Nullable Phase phase;

  private record Reading(long nanos, long count) {}

  /// Takes a reading; the first of another phase, or of a smaller count, starts afresh.
  synchronized void at(long nanos, OptimizeHandle.Phase now, long count) {
    Reading last = readings.peekLast();
    if (phase != now || (last != null && count < last.count())) {
      readings.clear();
      phase = now;
    }
    readings.addLast(new Reading(nanos, count));
    while (readings.size() > MAX_READINGS || nanos - readings.getFirst().nanos() > WINDOW_NANOS) {
      readings.removeFirst();
    }
  }

  /// How much the count grows a second; 0 if that is not known for `asked`.
  synchronized double perSecond(OptimizeHandle.Phase asked) {
    if (phase != asked || readings.size() < 2) {
      return 0;
    }
    Reading first = readings.getFirst();
    Reading last = readings.getLast();
    double seconds = (last.nanos() - first.nanos()) / 1e9;
    return seconds > 0 ? (last.count() - first.count()) / seconds : 0;
  }
}

package dev.kith.bench.crash;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Numbers the operations of all collections of one server, and watches that its LSNs ascend.
final class Lsns {
  private final Map<Long, Long> operationOf = new HashMap<>();
  private long operations;
  private long highest;

  synchronized long nextOperation() {
    return ++operations;
  }

  synchronized long highest() {
    return highest;
  }

  /// Takes note of an acknowledgement; returns what is wrong with it, or null.
  synchronized @Nullable String acknowledged(Operation operation, long lsn) {
    Long other = operationOf.put(lsn, operation.number());
    highest = Math.max(highest, lsn);
    if (lsn <= operation.above()) {
      return "%s got LSN %d, but %d was acknowledged before it was sent"
          .formatted(operation, lsn, operation.above());
    }
    return other != null && other != operation.number()
        ? "operations %d and %d both got LSN %d".formatted(other, operation.number(), lsn)
        : null;
  }

  /// Starts over after a restart: writes that were rightly lost free their LSNs.
  synchronized void restart(long lsn) {
    operationOf.clear();
    highest = lsn;
  }
}

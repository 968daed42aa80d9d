package dev.kith.server.rpc;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Counts the calls that are open, and ends the long-lived ones when the server stops. Thread-safe.
final class ActiveCalls {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private final Set<Runnable> streams = ConcurrentHashMap.newKeySet();
  private int open;
  private volatile boolean draining;

  void opened() {
    lock.lock();
    try {
      open++;
    } finally {
      lock.unlock();
    }
  }

  void closed() {
    lock.lock();
    try {
      if (--open == 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Calls open now.
  int count() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  /// Whether the server is stopping.
  boolean isDraining() {
    return draining;
  }

  /// Remembers a stream that would not end by itself. `stop` is called once when the server stops,
  /// also if it already does.
  void register(Runnable stop) {
    streams.add(stop);
    if (draining && streams.remove(stop)) {
      stop.run();
    }
  }

  /// Forgets a stream that has ended.
  void forget(Runnable stop) {
    streams.remove(stop);
  }

  /// Asks the streams to end and waits until no call is open.
  ///
  /// @return false if calls were still open after `limit`
  boolean drain(Duration limit) throws InterruptedException {
    draining = true;
    for (Runnable stop : List.copyOf(streams)) {
      if (streams.remove(stop)) {
        stop.run();
      }
    }
    lock.lock();
    try {
      long left = limit.toNanos();
      while (open > 0 && left > 0) {
        left = idle.awaitNanos(left);
      }
      return open == 0;
    } finally {
      lock.unlock();
    }
  }
}

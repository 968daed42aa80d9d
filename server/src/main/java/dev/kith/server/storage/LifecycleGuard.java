package dev.kith.server.storage;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Keeps native handles open while they are in use.
///
/// Every call into native code happens between [#enter()] and [#exit()]; closing waits until all
/// have left and lets none in afterwards. A RocksDB handle used after it was closed is a
/// segmentation fault of the whole process, so this is a lock, not a flag.
final class LifecycleGuard {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final String name;
  private boolean closed;

  /// @param name what is guarded, for the message of those who come too late
  LifecycleGuard(String name) {
    this.name = name;
  }

  /// Enters; must be followed by [#exit()] on the same thread.
  ///
  /// @throws IllegalStateException if what is guarded was closed
  void enter() {
    if (!tryEnter()) {
      throw new IllegalStateException(name + " was used after it was closed");
    }
  }

  /// Enters unless closed; if true, must be followed by [#exit()] on the same thread.
  boolean tryEnter() {
    lock.readLock().lock();
    if (closed) {
      lock.readLock().unlock();
      return false;
    }
    return true;
  }

  void exit() {
    lock.readLock().unlock();
  }

  /// Waits until all have left, then runs `release` once; later calls do nothing.
  void close(Runnable release) {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        release.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}

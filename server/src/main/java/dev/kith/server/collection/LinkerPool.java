package dev.kith.server.collection;

import static java.lang.System.Logger.Level.ERROR;

import dev.kith.index.hnsw.HnswScratch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Threads that link rows into the graphs of all collections.
///
/// Each goes round the growing segments and links a few rows of each, so that a collection under
/// bulk load does not keep the others waiting. Segments whose linking is deferred are passed over.
/// They sleep when nothing is left.
final class LinkerPool implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LinkerPool.class.getName());

  /// Rows linked in one segment before turning to the next.
  private static final int TURN = 32;

  private final List<GrowingHold> segments = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long changes;
  private volatile boolean closed;

  LinkerPool(int threadCount) {
    for (int i = 0; i < threadCount; i++) {
      threads.add(Thread.ofPlatform().name("kith-linker-" + i).start(this::link));
    }
  }

  int threadCount() {
    return threads.size();
  }

  void add(GrowingHold segment) {
    segments.add(segment);
    wake();
  }

  void remove(GrowingHold segment) {
    segments.remove(segment);
  }

  /// Says that there are new rows, or rows that may be linked now.
  void wake() {
    lock.lock();
    try {
      changes++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void link() {
    HnswScratch scratch = new HnswScratch();
    long seen = 0;
    while (!closed) {
      boolean linked = false;
      for (GrowingHold segment : segments) {
        linked |= linkSome(segment, scratch);
      }
      if (!linked) {
        seen = awaitChange(seen);
      }
    }
  }

  private boolean linkSome(GrowingHold hold, HnswScratch scratch) {
    if (!hold.isLinking() || !hold.tryHold()) {
      return false;
    }
    try {
      int linked = 0;
      while (linked < TURN && !closed && hold.isLinking() && hold.segment().linkNext(scratch)) {
        linked++;
      }
      return linked > 0;
    } catch (RuntimeException bug) {
      // The rows stay in the tail, where they are found by scanning; go on with other segments.
      LOG.log(ERROR, "linking failed; segment " + hold.number() + " is left as it is", bug);
      segments.remove(hold);
      return false;
    } finally {
      hold.release();
    }
  }

  /// Waits until there was a change after `seen`, and returns the newest.
  private long awaitChange(long seen) {
    lock.lock();
    try {
      while (changes == seen && !closed) {
        changed.awaitUninterruptibly();
      }
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /// Stops after the rows under way. What is not linked stays in the tail.
  @Override
  public void close() {
    closed = true;
    wake();
    Threads.join(threads);
  }
}

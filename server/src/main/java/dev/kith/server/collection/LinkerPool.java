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
/// When nothing is left there, they help with merges; without any, they sleep.
final class LinkerPool implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LinkerPool.class.getName());

  /// Rows linked in one segment before turning to the next.
  private static final int TURN = 32;

  private final List<LinkWork> segments = new CopyOnWriteArrayList<>();
  private final List<LinkWork> merges = new CopyOnWriteArrayList<>();
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

  /// Helps to link these rows too, while no growing segment has any.
  void help(LinkWork merge) {
    merges.add(merge);
    wake();
  }

  /// Stops helping.
  void leave(LinkWork merge) {
    merges.remove(merge);
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
      if (!linkSome(segments, scratch) && !linkSome(merges, scratch)) {
        seen = awaitChange(seen);
      }
    }
  }

  /// Links a few rows of each, and returns whether there were any.
  private boolean linkSome(List<LinkWork> all, HnswScratch scratch) {
    boolean linked = false;
    for (LinkWork work : all) {
      linked |= linkSome(work, all, scratch);
    }
    return linked;
  }

  private boolean linkSome(LinkWork work, List<LinkWork> all, HnswScratch scratch) {
    if (!work.tryHold()) {
      return false;
    }
    try {
      int linked = 0;
      while (linked < TURN && !closed && work.linkNext(scratch)) {
        linked++;
      }
      return linked > 0;
    } catch (RuntimeException bug) {
      // Rows of a tail stay there, where they are found by scanning; go on with the others.
      LOG.log(ERROR, "linking failed; " + work + " is left as it is", bug);
      all.remove(work);
      return false;
    } finally {
      work.release();
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

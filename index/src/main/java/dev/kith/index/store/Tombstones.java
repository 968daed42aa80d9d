package dev.kith.index.store;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.Require;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/// Which ordinals of a segment are dead. Thread-safe and lock-free; the dead stay dead.
public final class Tombstones {
  private final int capacity;
  private final AtomicLongArray words;
  private final AtomicInteger deadCount = new AtomicInteger();
  private final OrdinalFilter alive = ordinal -> !isDead(ordinal);

  /// @param capacity ordinals, all alive at first; at least 0
  public Tombstones(int capacity) {
    this.capacity = Require.inRange("capacity", capacity, 0, Integer.MAX_VALUE);
    this.words = new AtomicLongArray((int) (((long) capacity + 63) >>> 6));
  }

  /// Marks `ordinal` as dead and returns whether it was alive. When it returns true, a search that
  /// starts later does not see the ordinal.
  ///
  /// @throws IndexOutOfBoundsException if there is no such ordinal
  public boolean kill(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    int word = ordinal >>> 6;
    long bit = 1L << ordinal;
    while (true) {
      long before = words.get(word);
      if ((before & bit) != 0) {
        return false;
      }
      if (words.compareAndSet(word, before, before | bit)) {
        deadCount.incrementAndGet();
        return true;
      }
    }
  }

  /// Whether `ordinal` is dead.
  ///
  /// @throws IndexOutOfBoundsException if it lies outside the words that hold the ordinals
  public boolean isDead(int ordinal) {
    return (words.getAcquire(ordinal >>> 6) & (1L << ordinal)) != 0;
  }

  /// How many are dead. While another thread is in [#kill], its ordinal may or may not be counted.
  public int deadCount() {
    return deadCount.get();
  }

  /// How many ordinals there are, dead or alive.
  public int capacity() {
    return capacity;
  }

  /// Accepts what is alive at the time it is asked.
  public OrdinalFilter alive() {
    return alive;
  }
}

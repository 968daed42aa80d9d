package dev.kith.bench.crash;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Everything that works against one life of a server, until it is struck.
final class Load implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MOST_SURPRISES = 50;

  /// Something that keeps a server busy. Lives longer than any server; each life calls [#work] on a
  /// thread of its own until [#isOver].
  interface Worker {
    /// Does one thing.
    ///
    /// @throws StatusRuntimeException if the server failed it and the worker has not dealt with it
    void work(Load load, Random random);

    /// Starts over with a new server. Called before the first [#work].
    default void begin() {}
  }

  private final Connection connection;
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<String> surprises = new ConcurrentLinkedQueue<>();
  private final AtomicLong searches = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong overloads = new AtomicLong();
  private volatile @Nullable Status lastFailure;
  private volatile boolean struck;
  private volatile boolean over;

  private Load(Connection connection) {
    this.connection = connection;
  }

  /// Sets the workers to work.
  static Load start(Connection connection, List<? extends Worker> workers, long seed) {
    Load load = new Load(connection);
    Random seeds = new Random(seed);
    for (Worker worker : workers) {
      Random random = new Random(seeds.nextLong());
      worker.begin();
      load.threads.add(
          Thread.ofPlatform()
              .name("load-" + load.threads.size())
              .start(() -> load.keepWorking(worker, random)));
    }
    return load;
  }

  Connection connection() {
    return connection;
  }

  boolean isOver() {
    return over;
  }

  /// Whether the blow has begun to fall.
  boolean isStruck() {
    return struck;
  }

  /// From now on, failures are expected.
  void strike() {
    struck = true;
  }

  /// Takes note of a failed call: expected after the blow, or when the server asks for patience.
  void failed(String what, StatusRuntimeException failure) {
    lastFailure = failure.getStatus();
    switch (failure.getStatus().getCode()) {
      case RESOURCE_EXHAUSTED -> {
        overloads.incrementAndGet();
        Pace.pauseMillis(20);
      }
      default -> {
        if (struck) {
          over = true;
        } else if (surprises.size() < MOST_SURPRISES) {
          surprises.add(what + ": " + failure.getStatus());
          Pace.pauseMillis(50);
        }
      }
    }
  }

  /// What the last call that failed was answered.
  @Nullable Status lastFailure() {
    return lastFailure;
  }

  void surprise(String what) {
    if (!struck && surprises.size() < MOST_SURPRISES) {
      surprises.add(what);
    }
  }

  void countWrite() {
    writes.incrementAndGet();
  }

  /// Lets the load run until so many writes were acknowledged, or the time is up. A blow that falls
  /// by the clock alone would meet an idle server on a busy machine.
  void awaitWrites(long count, Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    while (writes.get() < count && System.nanoTime() < end) {
      Pace.pauseMillis(1);
    }
  }

  void countSearch() {
    searches.incrementAndGet();
  }

  /// Searches answered.
  long searches() {
    return searches.get();
  }

  /// Calls that the server refused for lack of room.
  long overloads() {
    return overloads.get();
  }

  /// Failures before the blow. There should be none.
  List<String> surprises() {
    return List.copyOf(surprises);
  }

  private void keepWorking(Worker worker, Random random) {
    try {
      while (!over) {
        try {
          worker.work(this, random);
        } catch (StatusRuntimeException failure) {
          failed(worker.getClass().getSimpleName(), failure);
        }
      }
    } catch (RuntimeException bug) {
      surprises.add("a worker died: " + bug);
      System.getLogger("crash").log(System.Logger.Level.ERROR, "a worker died", bug);
    }
  }

  /// Ends the work and waits for every worker to have put its pen down.
  @Override
  public void close() {
    over = true;
    for (Thread thread : threads) {
      try {
        if (!thread.join(PATIENCE)) {
          throw new IllegalStateException(thread.getName() + " still works after " + PATIENCE);
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}

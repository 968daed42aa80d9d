package dev.kith.index.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public final class OrderedWorkTest {

  @ParameterizedTest
  @CsvSource({"0, 10, 2", "1, 10, 1", "10, 10, 2", "11, 10, 3", "1000, 7, 1", "1000, 7, 4"})
  void everyRowIsWorkedOnOnceAndHandedOnInOrder(int rows, int chunkRows, int threads)
      throws IOException {
    Thread caller = Thread.currentThread();
    List<Integer> handedOn = new ArrayList<>();
    try (OrderedWork<int[]> work = new OrderedWork<>(threads, () -> new int[chunkRows])) {
      for (int run = 0; run < 2; run++) {
        handedOn.clear();
        work.run(
            rows,
            chunkRows,
            (place, from, to) -> {
              for (int row = from; row < to; row++) {
                place[row - from] = 3 * row;
              }
            },
            (place, from, to) -> {
              assertSame(caller, Thread.currentThread());
              for (int row = from; row < to; row++) {
                handedOn.add(place[row - from]);
              }
            });
        assertEquals(rows, handedOn.size());
        for (int row = 0; row < rows; row++) {
          assertEquals(3 * row, handedOn.get(row));
        }
      }
    }
  }

  @Test
  void severalThreadsWorkAtATime() throws IOException {
    CountDownLatch together = new CountDownLatch(3);
    try (OrderedWork<Object> work = new OrderedWork<>(3, Object::new)) {
      work.run(
          6,
          1,
          (_, _, _) -> {
            together.countDown();
            await(together); // Ends only if three are here.
          },
          (_, _, _) -> {});
    }
  }

  @Test
  void aPlaceIsUsedByOneChunkAtATimeAndThereAreFew() throws IOException {
    AtomicInteger places = new AtomicInteger();
    try (OrderedWork<AtomicInteger> work =
        new OrderedWork<>(
            4,
            () -> {
              places.incrementAndGet();
              return new AtomicInteger();
            })) {
      work.run(
          500,
          1,
          (place, _, _) -> assertEquals(1, place.incrementAndGet()),
          (place, _, _) -> assertEquals(0, place.decrementAndGet()));
    }
    assertEquals(8, places.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void whatAnyWorkThrowsEndsAllAndLeavesNoThread(int threads) throws Exception {
    ConcurrentHashMap<Thread, Boolean> seen = new ConcurrentHashMap<>();
    List<Integer> handedOn = new ArrayList<>();
    IllegalStateException failure = new IllegalStateException("row 40");
    assertSame(
        failure,
        assertThrows(
            IllegalStateException.class,
            () ->
                run(
                    threads,
                    (_, from, to) -> {
                      seen.put(Thread.currentThread(), true);
                      if (from <= 40 && 40 < to) {
                        throw failure;
                      }
                    },
                    (_, from, _) -> handedOn.add(from))));
    assertEquals(List.of(0, 10, 20, 30), handedOn);
    seen.remove(Thread.currentThread());
    assertEnded(seen.keySet());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void whatTheOneWhoHandsOnThrowsEndsAllAndLeavesNoThread(int threads) throws Exception {
    ConcurrentHashMap<Thread, Boolean> seen = new ConcurrentHashMap<>();
    IOException failure = new IOException("full");
    assertSame(
        failure,
        assertThrows(
            IOException.class,
            () ->
                run(
                    threads,
                    (_, _, _) -> seen.put(Thread.currentThread(), true),
                    (_, from, _) -> {
                      if (from == 50) {
                        throw failure;
                      }
                    })));
    seen.remove(Thread.currentThread());
    assertEnded(seen.keySet());
  }

  @Test
  void anInterruptedCallerStopsAndStaysInterrupted() {
    CountDownLatch never = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    assertThrows(
        ClosedByInterruptException.class,
        () ->
            run(
                2,
                (_, _, _) -> {
                  if (Thread.currentThread().equals(caller)) {
                    caller.interrupt();
                  } else {
                    await(never); // Until the helpers are told to end.
                  }
                },
                (_, _, _) -> {}));
    assertTrue(Thread.interrupted());
  }

  private static void run(
      int threads, OrderedWork.Work<Object> work, OrderedWork.Result<Object, IOException> result)
      throws IOException {
    try (OrderedWork<Object> ordered = new OrderedWork<>(threads, Object::new)) {
      ordered.run(10_000, 10, work, result);
    }
  }

  /// A pool has ended a moment before its threads have.
  public static void assertEnded(Collection<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(10));
      assertFalse(thread.isAlive(), thread.getName());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException told) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.kith.index.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PublishedTest {

  @Test
  void anOldVersionStaysOpenUntilItsLastLeaseCloses() {
    Probe first = new Probe();
    Probe second = new Probe();
    try (Published<Probe> published = new Published<>(first)) {
      Lease<Probe> one = published.acquire();
      Lease<Probe> two = published.acquire();
      published.publish(second);
      assertSame(first, one.get());
      one.close();
      assertEquals(0, first.closed.get());
      two.close();
      assertEquals(1, first.closed.get());
      try (Lease<Probe> newest = published.acquire()) {
        assertSame(second, newest.get());
      }
      assertEquals(0, second.closed.get());
    }
    assertEquals(1, second.closed.get());
  }

  @Test
  void aVersionNobodyReadsClosesAtOnce() {
    Probe first = new Probe();
    try (Published<Probe> published = new Published<>(first)) {
      published.publish(new Probe());
      assertEquals(1, first.closed.get());
    }
  }

  @Test
  void closingALeaseTwiceGivesTheResourceBackOnce() {
    Probe probe = new Probe();
    Published<Probe> published = new Published<>(probe);
    Lease<Probe> lease = published.acquire();
    lease.close();
    lease.close();
    assertEquals(0, probe.closed.get());
    assertThrows(IllegalStateException.class, lease::get);
    published.close();
    published.close();
    assertEquals(1, probe.closed.get());
  }

  @Test
  void afterCloseNothingIsHandedOutOrLeaked() {
    Probe probe = new Probe();
    Probe late = new Probe();
    Published<Probe> published = new Published<>(probe);
    Lease<Probe> lease = published.acquire();
    published.close();
    assertEquals(0, probe.closed.get(), "still leased");
    assertThrows(IllegalStateException.class, published::acquire);
    assertThrows(IllegalStateException.class, () -> published.publish(late));
    assertEquals(1, late.closed.get());
    lease.close();
    assertEquals(1, probe.closed.get());
  }

  @Test
  void noLeasedVersionIsEverClosedWhileVersionsFlyBy() throws Exception {
    int versions = 20_000;
    List<Probe> all = new ArrayList<>();
    Probe first = new Probe();
    all.add(first);
    Published<Probe> published = new Published<>(first);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        readers.add(threads.submit(() -> readUntil(done, published)));
      }
      for (int i = 0; i < versions; i++) {
        Probe next = new Probe();
        all.add(next);
        published.publish(next);
      }
      done.set(true);
      for (Future<Integer> reader : readers) {
        assertTrue(reader.get() > 0);
      }
    }
    published.close();
    for (Probe probe : all) {
      assertEquals(1, probe.closed.get());
    }
  }

  private static int readUntil(AtomicBoolean done, Published<Probe> published) {
    int reads = 0;
    do {
      try (Lease<Probe> lease = published.acquire()) {
        Probe probe = lease.get();
        assertEquals(0, probe.closed.get());
        Thread.onSpinWait();
        assertEquals(0, probe.closed.get());
        reads++;
      }
    } while (!done.get());
    return reads;
  }

  /// Counts how often it was closed.
  private static final class Probe implements Resource {
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }
}

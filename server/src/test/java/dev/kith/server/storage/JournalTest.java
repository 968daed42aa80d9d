package dev.kith.server.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How entries become groups, and what happens to those that fail.
final class JournalTest {
  @TempDir Path folder;

  private Store store;
  private Journal journal;
  private final Recorder recorder = new Recorder();

  @BeforeEach
  void open() throws IOException {
    store = Store.open(folder.resolve("store"));
    journal = start(JournalLimits.DEFAULT);
  }

  private Journal start(JournalLimits limits) throws IOException {
    return Journal.start(store, FreeSpaceGate.of(folder, OptionalLong.of(0)), limits);
  }

  @AfterEach
  void close() {
    journal.close();
    store.close();
  }

  /// Remembers what its groups went through.
  private static final class Recorder implements Participant {
    private final List<String> heard = new ArrayList<>();
    private Runnable onWritten = () -> {};

    @Override
    public void complete(WriteSet writes) {
      heard.add("complete");
    }

    @Override
    public void written(boolean forced) {
      heard.add(forced ? "forced" : "written");
      onWritten.run();
    }

    @Override
    public void discarded() {
      heard.add("discarded");
    }
  }

  private static byte[] key(int number) {
    return new byte[] {'x', (byte) number};
  }

  /// Puts one key; refuses if told to; waits if told to.
  private final class Entry implements JournalEntry {
    private final int number;
    private final boolean forced;
    private final long bytes;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private Runnable before = () -> {};
    private boolean looksOnly;
    private long lsn;

    Entry(int number, boolean forced, long bytes) {
      this.number = number;
      this.forced = forced;
      this.bytes = bytes;
    }

    @Override
    public Participant participant() {
      return recorder;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public boolean forced() {
      return forced;
    }

    @Override
    public boolean grows() {
      return true;
    }

    @Override
    public void prepare(long newLsn, WriteSet writes) {
      before.run();
      lsn = newLsn;
      if (!looksOnly) {
        writes.put(Family.META, key(number), new byte[] {(byte) number});
      }
    }

    @Override
    public void acknowledge(boolean reached) {
      done.complete(reached);
    }

    @Override
    public void fail(RuntimeException failure) {
      done.completeExceptionally(failure);
    }
  }

  private Entry entry(int number, boolean forced) {
    return new Entry(number, forced, 10);
  }

  /// Keeps the committer busy until the latch opens, so that what is submitted meanwhile is one
  /// group.
  private Entry plug(CountDownLatch latch) throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    Entry plug = entry(99, false);
    plug.before =
        () -> {
          running.countDown();
          try {
            latch.await();
          } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
          }
        };
    journal.submit(plug);
    running.await();
    return plug;
  }

  @Test
  void anEntryThatOnlyLooksTakesNoLsnAndAsksNothingOfTheDisk() {
    entryAndWait(1, false);
    Entry looking = entry(2, false);
    looking.looksOnly = true;
    journal.submit(looking);
    assertEquals(false, looking.done.join());
    assertEquals(1, journal.lastLsn());
    assertEquals(1, MetaRecords.readLsn(store));
    assertEquals(List.of("complete", "written", "complete", "written"), recorder.heard);
    assertEquals(2, entryAndWait(3, false).lsn);
  }

  private Entry entryAndWait(int number, boolean forced) {
    Entry entry = entry(number, forced);
    journal.submit(entry);
    entry.done.join();
    return entry;
  }

  @Test
  void whatWaitsTogetherIsWrittenTogetherAndForcedIfOneOfItAsks() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    Entry plug = plug(latch);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      entries.add(entry(i, i == 7));
      journal.submit(entries.getLast());
    }
    latch.countDown();
    assertEquals(false, plug.done.join());
    for (int i = 0; i < 10; i++) {
      assertEquals(true, entries.get(i).done.join());
      assertEquals(i + 2, entries.get(i).lsn);
      assertArrayEquals(new byte[] {(byte) i}, store.get(Family.META, key(i)));
    }
    assertEquals(2, journal.groups());
    assertEquals(11, journal.lastLsn());
    assertEquals(List.of("complete", "written", "complete", "forced"), recorder.heard);
  }

  @Test
  void aRefusedEntryTakesNoLsnAndLeavesTheRestOfItsGroupAlone() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    plug(latch);
    Entry first = entry(1, false);
    Entry refused = entry(2, false);
    Entry last = entry(3, false);
    refused.before =
        () -> {
          throw new RefusedException(new Refusal.CollectionNotFound("gone"));
        };
    journal.submit(first);
    journal.submit(refused);
    journal.submit(last);
    latch.countDown();
    last.done.join();
    assertThrows(CompletionException.class, refused.done::join);
    assertEquals(first.lsn + 1, last.lsn);
    assertNull(store.get(Family.META, key(2)));
  }

  @Test
  void aFullQueueRefusesAndForgetsNothingItTook() throws Exception {
    journal.close();
    journal = start(new JournalLimits(3, 1000, 2, 1000));
    CountDownLatch latch = new CountDownLatch(1);
    plug(latch);
    List<Entry> taken = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      taken.add(entry(i, false));
      journal.submit(taken.getLast());
    }
    RefusedException refused =
        assertThrows(RefusedException.class, () -> journal.submit(entry(4, false)));
    assertInstanceOf(Refusal.Overloaded.class, refused.refusal());
    latch.countDown();
    taken.forEach(entry -> entry.done.join());
    assertEquals(3, journal.groups());
  }

  @Test
  void bytesThatWaitAreBoundedButAnEntryOfAnySizePassesAlone() throws Exception {
    journal.close();
    journal = start(new JournalLimits(100, 1000, 100, 1000));
    CountDownLatch latch = new CountDownLatch(1);
    plug(latch);
    Entry huge = new Entry(1, false, 5000);
    journal.submit(huge);
    assertThrows(RefusedException.class, () -> journal.submit(entry(2, false)));
    latch.countDown();
    huge.done.join();
  }

  @Test
  void closingWritesWhatWaitsAndTakesNothingMore() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    plug(latch);
    Entry waiting = entry(1, true);
    journal.submit(waiting);
    Thread closer = Thread.ofPlatform().start(journal::close);
    latch.countDown();
    closer.join();
    assertEquals(true, waiting.done.join());
    RefusedException refused =
        assertThrows(RefusedException.class, () -> journal.submit(entry(2, false)));
    assertInstanceOf(Refusal.NotServing.class, refused.refusal());
  }

  @Test
  void aFailureAfterTheWriteFencesTheJournalAndReadsGoOn() {
    recorder.onWritten =
        () -> {
          throw new IllegalStateException("memory is confused");
        };
    Entry entry = entry(1, true);
    journal.submit(entry);
    CompletionException failure = assertThrows(CompletionException.class, entry.done::join);
    Refusal refusal = assertInstanceOf(RefusedException.class, failure.getCause()).refusal();
    assertInstanceOf(Refusal.StoreFenced.class, refusal);
    assertEquals(
        refusal,
        assertThrows(RefusedException.class, () -> journal.submit(entry(2, true))).refusal());
    assertTrue(journal.fence().isPresent());
    assertArrayEquals(new byte[] {1}, store.get(Family.META, key(1)));
  }

  @Test
  void theLsnGoesOnWhereItWas() throws Exception {
    Entry first = entry(1, true);
    journal.submit(first);
    first.done.join();
    journal.close();
    store.close();
    open();
    assertEquals(1, journal.lastLsn());
    Entry second = entry(2, true);
    journal.submit(second);
    second.done.join();
    assertEquals(2, second.lsn);
  }
}

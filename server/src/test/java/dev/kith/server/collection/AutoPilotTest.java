package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Codec;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.trial.IndexTrial;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Collections whose index is chosen, by trials that say what the test wants.
final class AutoPilotTest {
  private static final IndexSpec LISTS =
      new IndexSpec.Ivf(new IvfParams(0, 5), new Codec.Rabitq(0));
  private static final Optional<AutoIndex> AUTO = Optional.of(new AutoIndex(OptionalInt.of(100)));

  @TempDir Path folder;

  /// Live rows that trials were about, in their order.
  private final List<Long> tried = Collections.synchronizedList(new ArrayList<>());

  /// Linked by nobody, so that loading is quick.
  private static CollectionSpec spec() {
    return Points.spec("c", Metric.EUCLIDEAN, 100_000)
        .withIndex(new IndexSpec.Flat())
        .withIndexingDeferred(true)
        .withAuto(AUTO);
  }

  private Catalog open(Trial trial) throws IOException {
    return Catalog.open(
        Points.config(folder),
        (segments, conditions, threads, scratch, step) -> {
          tried.add(rows(segments));
          assertEquals(new IndexTrial.Conditions(0.95, OptionalInt.of(100), 1), conditions);
          Files.writeString(scratch.resolve("1.kseg"), "a scratch file");
          return trial.run(segments, conditions, threads, scratch, step);
        });
  }

  private static long rows(List<? extends SegmentReader> segments) {
    return segments.stream().mapToLong(SegmentReader::liveCount).sum();
  }

  private static IndexTrial.Verdict verdict(
      List<? extends SegmentReader> segments, IndexSpec index) {
    List<IndexTrial.Candidate> candidates =
        List.of(
            new IndexTrial.Candidate(new IndexSpec.Flat(), 10, 1, 24),
            new IndexTrial.Candidate(index, 1_000, 0.96, 12));
    return new IndexTrial.Verdict(index, candidates, rows(segments), 500, 4.5, "It was said.");
  }

  private static Trial choosing(IndexSpec index) {
    return (segments, _, _, _, _) -> verdict(segments, index);
  }

  /// A trial that ends only when it is told to.
  private static Trial endless(CountDownLatch begun, CountDownLatch stopped) {
    return (_, _, _, _, step) -> {
      begun.countDown();
      try {
        while (true) {
          step.run();
          LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
      } catch (CancellationException cancelled) {
        stopped.countDown();
        throw cancelled;
      }
    };
  }

  private static void fill(Collection collection, int from, int to) {
    Random random = new Random(from);
    for (int at = from; at < to; at += 5_000) {
      Points.upsert(collection, Points.randomPoints(random, at, Math.min(5_000, to - at)));
    }
  }

  private static void await(BooleanSupplier condition) {
    Instant deadline = Instant.now().plusSeconds(60);
    while (!condition.getAsBoolean()) {
      assertTrue(Instant.now().isBefore(deadline), "it did not happen within a minute");
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  private static long decided(Collection collection) {
    return collection.info().choice().map(choice -> choice.verdict().rows()).orElse(0L);
  }

  /// What is left in the folders of all collections.
  private List<String> files() {
    try (Stream<Path> all = Files.walk(folder.resolve("segments"))) {
      return all.skip(1).map(file -> String.valueOf(file.getFileName())).toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void assertNoScratch() {
    await(() -> !files().contains("trial"));
  }

  @Test
  void aTrialRunsAtTwentyThousandPointsAndWhenTheyHaveQuadrupled() throws IOException {
    try (Catalog catalog = open(choosing(LISTS))) {
      Collection collection = catalog.create(spec());
      fill(collection, 0, 19_999);
      assertEquals(Optional.empty(), collection.info().choice());
      fill(collection, 19_999, 20_000);
      await(() -> decided(collection) == 20_000);
      assertEquals(LISTS, collection.info().spec().index());
      assertEquals(AUTO, collection.info().spec().auto());
      IndexChoice choice = collection.info().choice().orElseThrow();
      assertEquals(verdict(List.of(), LISTS).candidates(), choice.verdict().candidates());
      assertEquals(collection.lsn(), choice.lsn());
      fill(collection, 20_000, 79_999);
      fill(collection, 79_999, 80_000);
      await(() -> decided(collection) == 80_000);
      assertEquals(List.of(20_000L, 80_000L), tried);
      assertNoScratch();
    }
  }

  @Test
  void anOptimizationTriesOnceAndRebuildsForWhatIsChosen() throws IOException {
    try (Catalog catalog = open(choosing(LISTS))) {
      Collection collection = catalog.create(spec());
      fill(collection, 0, 999);
      collection.optimize().join();
      assertEquals(List.of(), tried);
      fill(collection, 999, 1_500);
      collection.optimize().join();
      assertEquals(List.of(1_500L), tried);
      assertEquals(LISTS, collection.info().spec().index());
      assertEquals(0, collection.stats().outdated());
      assertTrue(collection.stats().segments().stream().allMatch(each -> each.lists().isPresent()));
      collection.optimize().join(); // Nothing was written since.
      assertEquals(List.of(1_500L), tried);
      fill(collection, 1_500, 1_501);
      collection.optimize().join();
      assertEquals(List.of(1_500L, 1_501L), tried);
      assertEquals(List.of(), collection.verify());
      assertNoScratch();
    }
  }

  @Test
  void aChoiceOutlivesARestartWhichDoesNotRepeatItsTrial() throws IOException {
    CollectionInfo before;
    try (Catalog catalog = open(choosing(LISTS))) {
      Collection collection = catalog.create(spec());
      fill(collection, 0, 20_000);
      await(() -> decided(collection) == 20_000);
      before = collection.info();
    }
    try (Catalog catalog = open(choosing(new IndexSpec.Flat()))) {
      Collection collection = catalog.collection("c");
      assertEquals(before, collection.info());
      collection.optimize().join();
      assertEquals(List.of(20_000L), tried);
      assertEquals(before, catalog.create(spec()).info(), "asked for as it was the first time");
      assertThrows(RefusedException.class, () -> catalog.create(spec().withAuto(Optional.empty())));
    }
  }

  @Test
  void aTrialThatFailsLeavesTheIndexUntilTheNextIsDue() throws IOException {
    Trial failing =
        (_, _, _, _, _) -> {
          if (tried.size() == 1) {
            throw new IOException("no space left");
          }
          throw new IllegalStateException("a bug");
        };
    IndexSpec first = spec().index();
    try (Catalog catalog = open(failing)) {
      Collection collection = catalog.create(spec());
      fill(collection, 0, 20_000);
      await(() -> tried.size() == 1);
      fill(collection, 20_000, 20_100);
      await(
          () -> {
            collection.optimize().join(); // At first perhaps while the other trial ends.
            return tried.size() == 2;
          });
      assertEquals(List.of(20_000L, 20_100L), tried);
      assertEquals(first, collection.info().spec().index());
      assertEquals(Optional.empty(), collection.info().choice());
      assertNoScratch();
    }
    try (Catalog catalog = open(choosing(LISTS))) {
      await(() -> decided(catalog.collection("c")) == 20_100); // A restart is an occasion.
    }
  }

  @Test
  void aTrialEndsWhenTheCollectionIsDeletedAndLeavesNothing() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (Catalog catalog = open(endless(begun, stopped))) {
      Collection collection = catalog.create(spec());
      fill(collection, 0, 20_000);
      begun.await();
      assertTrue(catalog.delete("c"));
      stopped.await();
      await(() -> files().isEmpty());
    }
  }

  @Test
  void aTrialEndsWhenTheCatalogIsClosedAndIsRepeatedWhenItIsOpened() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (Catalog catalog = open(endless(begun, stopped))) {
      fill(catalog.create(spec()), 0, 20_000);
      begun.await();
    }
    assertEquals(0, stopped.getCount());
    assertFalse(files().contains("trial"));
    // As a crash would leave it.
    Path scratch = Files.createDirectories(folder.resolve("segments/1/trial"));
    Files.writeString(scratch.resolve("2.kseg"), "half a file");
    try (Catalog catalog = open(choosing(LISTS))) {
      Collection collection = catalog.collection("c");
      await(() -> decided(collection) == 20_000);
      assertNoScratch();
      assertEquals(20_000, collection.count());
    }
  }

  @Test
  void aFixedPolicyEndsTheTrialAndOneToChooseTriesAgain() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Trial endless = endless(begun, stopped);
    Trial first =
        (segments, conditions, threads, scratch, step) ->
            stopped.getCount() > 0
                ? endless.run(segments, conditions, threads, scratch, step)
                : verdict(segments, LISTS);
    try (Catalog catalog = open(first)) {
      Collection collection = catalog.create(spec());
      fill(collection, 0, 20_000);
      begun.await();
      catalog.update("c", now -> now.withIndex(new IndexSpec.Flat()).withAuto(Optional.empty()));
      stopped.await();
      fill(collection, 20_000, 20_001);
      catalog.update("c", now -> now.withAuto(AUTO));
      await(() -> decided(collection) == 20_001);
      assertEquals(LISTS, collection.info().spec().index());
      catalog.update("c", now -> now.withAuto(Optional.empty()));
      assertEquals(Optional.empty(), collection.info().choice());
      assertEquals(LISTS, collection.info().spec().index());
      assertEquals(2, tried.size());
    }
  }

  @Test
  void aCancelledOptimizationEndsItsTrialAndTheNextOneTriesAgain() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (Catalog catalog = open(endless(begun, stopped))) {
      Collection collection = catalog.create(spec());
      fill(collection, 0, 2_000);
      OptimizeHandle handle = collection.optimize();
      begun.await();
      assertEquals(OptimizeHandle.Phase.TRYING, handle.progress().phase());
      collection.cancelOptimization();
      stopped.await();
      await(
          () -> {
            collection.optimize(); // At first perhaps while the other trial ends.
            return tried.size() == 2;
          });
    }
  }
}

package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.server.collection.OptimizeHandle.Phase;
import dev.kith.server.collection.Points.Point;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeferredIndexingTest {
  @TempDir Path folder;

  private static CollectionSpec spec(int segmentPoints) {
    return Points.spec("c", Metric.COSINE, segmentPoints).withIndexingDeferred(true);
  }

  /// Slow to link, so that a cancellation meets it at work.
  private static CollectionSpec slow(int segmentPoints, boolean deferred) {
    return new CollectionSpec(
        "c",
        new VectorSpace(Points.DIMENSION, Metric.EUCLIDEAN),
        new IndexSpec.Hnsw(new HnswParams(48, 2_000, 1), Layout.COMPACT),
        50,
        segmentPoints,
        deferred);
  }

  private static List<Point> fill(Collection collection, int from, int count) {
    List<Point> points = Points.randomPoints(new Random(from), from, count);
    for (int at = 0; at < count; at += 1_000) {
      Points.upsert(collection, points.subList(at, Math.min(count, at + 1_000)));
    }
    return points;
  }

  private static void requireFound(Collection collection, List<Point> points) {
    for (Point point : points.subList(0, 20)) {
      assertEquals(point.id(), Points.search(collection, point.vector(), 1).getFirst().id());
    }
  }

  private static long linked(Collection collection) {
    CollectionStats stats = collection.stats();
    return stats.points() + stats.deadRows() - stats.unlinked();
  }

  private static void await(BooleanSupplier condition) {
    Instant deadline = Instant.now().plusSeconds(60);
    while (!condition.getAsBoolean()) {
      assertTrue(Instant.now().isBefore(deadline), "it did not happen within a minute");
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }

  @Test
  void nothingIsLinkedOrSealedBeforeItIsOptimizedAlsoAfterARestart() throws IOException {
    List<Point> points;
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(spec(500));
      points = fill(collection, 0, 2_200);
      assertEquals(2_200, collection.stats().unlinked());
      assertEquals(5, collection.stats().segments().size());
      requireFound(collection, points);
      assertEquals(List.of(), collection.verify());
    }
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.collection("c");
      assertTrue(collection.info().spec().indexingDeferred());
      assertEquals(2_200, collection.stats().unlinked());
      requireFound(collection, points);

      OptimizeHandle handle = collection.optimize();
      handle.join();
      assertEquals(Phase.FINISHED, handle.progress().phase());
      assertEquals(2_200, handle.report().linkedPoints());
      assertTrue(handle.report().recall().orElseThrow().recall() > 0.95);
      assertEquals(200, handle.report().recall().orElseThrow().queries());
      assertEquals(0, collection.stats().unlinked());
      assertTrue(collection.stats().segments().stream().allMatch(SegmentStats::sealed));
      requireFound(collection, points);
      assertEquals(List.of(), collection.verify());

      fill(collection, 10_000, 700);
      assertEquals(700, collection.stats().unlinked(), "deferred again after the optimization");
    }
  }

  @Test
  void aTailOfAnyLengthIsTakenUpToTheLimitOfMemoryAndThenRefusedForGood() throws IOException {
    long limit = 3_000 * GrowingSegment.unlinkedBytes(spec(1_000).space());
    EngineConfig config =
        new EngineConfig(
            folder,
            1,
            OptionalLong.of(0),
            10,
            limit,
            1_000,
            Residence.MAPPED,
            EngineConfig.DEFAULT_MERGE_DEAD_SHARE,
            Optional.empty(),
            Instant::now);
    try (Catalog catalog = Catalog.open(config)) {
      Collection collection = catalog.create(spec(1_000));
      fill(collection, 0, 3_000);
      assertTrue(collection.backoff().isEmpty());
      RefusedException refused =
          assertThrows(RefusedException.class, () -> fill(collection, 5_000, 1));
      Refusal.DeferredFull full = assertInstanceOf(Refusal.DeferredFull.class, refused.refusal());
      assertEquals(new Refusal.DeferredFull("c", 3_000, limit, limit), full);
      assertEquals(3_000, collection.count());
      collection.optimize().join();
      fill(collection, 5_000, 1);
    }
  }

  @Test
  void aCancelledOptimizationKeepsWhatIsLinkedAndTheNextOneGoesOnThere() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(slow(2_000, true));
      assertFalse(collection.cancelOptimization());
      List<Point> points = fill(collection, 0, 5_000);
      OptimizeHandle handle = collection.optimize();
      await(() -> linked(collection) > 300);
      assertTrue(collection.cancelOptimization());
      assertEquals(Phase.CANCELLED, handle.progress().phase());
      assertTrue(handle.isDone());
      long linked = linked(collection);
      assertTrue(linked > 300 && linked < 5_000, linked + " linked");
      long reported = handle.report().linkedPoints();
      assertTrue(Math.abs(linked - reported) <= 50, reported + " of " + linked);
      assertFalse(collection.cancelOptimization());
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      assertEquals(linked, linked(collection), "linked on after the cancellation");
      requireFound(collection, points);

      OptimizeHandle again = collection.optimize();
      again.join();
      assertEquals(Phase.FINISHED, again.progress().phase());
      assertEquals(5_000 - linked, again.report().linkedPoints());
      assertEquals(5_000, linked(collection));
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void whatWasSealedBeforeARestartIsNotLinkedAgain() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(slow(1_000, true));
      fill(collection, 0, 4_000);
      collection.optimize();
      await(() -> collection.stats().segments().stream().anyMatch(SegmentStats::sealed));
      collection.cancelOptimization();
    }
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.collection("c");
      long unlinked = collection.stats().unlinked();
      assertTrue(unlinked > 0 && unlinked <= 3_000, unlinked + " unlinked");
      OptimizeHandle handle = collection.optimize();
      handle.join();
      assertEquals(unlinked, handle.report().linkedPoints());
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void anOptimizationOfACollectionThatDefersNothingIsCancelledToo() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(slow(10_000, false));
      fill(collection, 0, 3_000);
      OptimizeHandle handle = collection.optimize();
      assertTrue(collection.cancelOptimization());
      assertEquals(Phase.CANCELLED, handle.progress().phase());
      await(() -> collection.stats().unlinked() == 0);
      assertTrue(collection.stats().segments().stream().noneMatch(SegmentStats::sealed));
      collection.optimize().join();
      assertTrue(collection.stats().segments().stream().allMatch(SegmentStats::sealed));
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void linkingAndSealingStartWhenTheyAreNoLongerDeferredAndStopWhenTheyAre() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(spec(1_000));
      fill(collection, 0, 2_500);
      catalog.update("c", spec -> spec.withIndexingDeferred(false));
      await(() -> collection.stats().unlinked() == 0);
      await(() -> collection.stats().segments().stream().filter(SegmentStats::sealed).count() == 2);
      catalog.update("c", spec -> spec.withIndexingDeferred(true));
      fill(collection, 2_500, 400);
      assertEquals(400, collection.stats().unlinked());
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void aCollectionThatIsDeletedEndsItsOptimization() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(slow(20_000, true));
      fill(collection, 0, 10_000);
      OptimizeHandle handle = collection.optimize();
      await(() -> linked(collection) > 50);
      assertTrue(catalog.delete("c"));
      handle.awaitEnd();
      catalog.create(slow(20_000, true));
    }
  }

  @Test
  void aStopEndsAnOptimizationAndItsMeasuring() throws IOException {
    List<OptimizeHandle> handles = new ArrayList<>();
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(slow(20_000, true));
      fill(collection, 0, 10_000);
      handles.add(collection.optimize());
      await(() -> linked(collection) > 50);
    }
    assertTrue(handles.getFirst().isDone());
  }
}

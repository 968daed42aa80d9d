package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.server.collection.Points.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A collection whose index is an inverted file, between one seal and the next.
final class GrowingListsTest {
  private static final SearchPlan USUAL = new SearchPlan(10, new Probe.Lists());

  @TempDir Path folder;

  private static CollectionSpec spec(int segmentPoints, boolean deferred) {
    return new CollectionSpec(
        "c",
        new VectorSpace(Points.DIMENSION, Metric.EUCLIDEAN),
        new IndexSpec.Ivf(new IvfParams(0, 3), new Codec.F32()),
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

  private static void await(BooleanSupplier condition) {
    Instant deadline = Instant.now().plusSeconds(60);
    while (!condition.getAsBoolean()) {
      assertTrue(Instant.now().isBefore(deadline), "it did not happen within a minute");
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }

  /// Distances that a search of the newest segment computes.
  private static long distances(Collection collection, float[] vector) {
    SearchScratch scratch = new SearchScratch();
    try (SearchSnapshot snapshot = collection.acquire();
        QueryBuffer query = new QueryBuffer(collection.info().spec().space())) {
      query.set(vector);
      SegmentReader newest = snapshot.segments().getLast();
      newest.probe(USUAL, query, new TopK(10), scratch);
    }
    return scratch.work().distanceComputations;
  }

  /// Ids of what a search reads, as it was measured to do.
  private static List<PointId> search(Collection collection, float[] vector) {
    List<PointId> found = new ArrayList<>();
    try (SearchSnapshot snapshot = collection.acquire();
        QueryBuffer query = new QueryBuffer(collection.info().spec().space())) {
      query.set(vector);
      for (SegmentReader segment : snapshot.segments()) {
        TopK hits = new TopK(10);
        segment.probe(USUAL, query, hits, new SearchScratch());
        int[] ordinals = new int[hits.size()];
        hits.drainTo(ordinals, new float[ordinals.length]);
        long[] labels = new long[ordinals.length];
        for (int i = 0; i < labels.length; i++) {
          labels[i] = segment.label(ordinals[i]);
        }
        for (StoredPoint point : snapshot.fetch(labels, false, false)) {
          found.add(Objects.requireNonNull(point).id());
        }
      }
    }
    return found;
  }

  @Test
  void whatIsWrittenAfterTheFirstSealIsReadFromListsAlsoAfterARestart() throws IOException {
    List<Point> points;
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(spec(100_000, false));
      fill(collection, 0, 2_000);
      collection.optimize().join();
      points = fill(collection, 10_000, 4_000);
      await(() -> collection.stats().unlinked() == 0);
      assertRead(collection, points);
    }
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.collection("c");
      await(() -> collection.stats().unlinked() == 0);
      assertRead(collection, points);
    }
  }

  private static void assertRead(Collection collection, List<Point> points) {
    SegmentStats newest = collection.stats().segments().getLast();
    assertFalse(newest.sealed());
    assertEquals(4_000, newest.points());
    for (Point point : points.subList(0, 20)) {
      long distances = distances(collection, point.vector());
      assertTrue(distances < 3_000, distances + " distances");
      assertTrue(search(collection, point.vector()).contains(point.id()));
    }
    assertEquals(List.of(), collection.verify());
  }

  @Test
  void whatIsDeletedOrWrittenAgainLeavesNothingBehind() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(spec(100_000, false));
      List<Point> points = new ArrayList<>(fill(collection, 0, 2_000));
      collection.optimize().join();
      points.addAll(fill(collection, 10_000, 3_000));
      await(() -> collection.stats().unlinked() == 0);
      List<Point> moved = new ArrayList<>();
      List<PointId> deleted = new ArrayList<>();
      for (int i = 0; i < points.size(); i += 10) {
        deleted.add(points.get(i).id());
        float[] elsewhere = points.get(i + 1).vector().clone();
        elsewhere[0] += 3;
        moved.add(new Point(points.get(i + 1).id(), elsewhere, null));
      }
      collection.delete(deleted, Durability.OS).join();
      Points.upsert(collection, moved);
      for (int i = 0; i < points.size(); i += 250) {
        assertFalse(search(collection, points.get(i).vector()).contains(points.get(i).id()));
        float[] before = points.get(i + 1).vector();
        assertFalse(search(collection, before).contains(points.get(i + 1).id()));
        assertTrue(search(collection, moved.get(i / 10).vector()).contains(points.get(i + 1).id()));
      }
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void rowsThatWereThereBeforeTheFirstListsArePutIntoListsToo() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(spec(10_000, false));
      List<Point> points = fill(collection, 0, 10_400);
      await(() -> collection.stats().segments().getFirst().sealed());
      await(() -> distances(collection, points.getLast().vector()) < 350);
      assertEquals(400, collection.stats().segments().getLast().points());
      assertTrue(search(collection, points.getLast().vector()).contains(points.getLast().id()));
      await(() -> collection.stats().unlinked() == 0);
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void whereIndexingIsDeferredRowsWaitUntilItIsOptimized() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(spec(100_000, true));
      fill(collection, 0, 2_000);
      assertEquals(0, collection.stats().unlinked(), "there are no lists to put them into");
      collection.optimize().join();
      List<Point> points = fill(collection, 10_000, 1_000);
      assertEquals(1_000, collection.stats().unlinked());
      assertEquals(1_000, distances(collection, points.getFirst().vector()));
      collection.optimize().join();
      assertEquals(0, collection.stats().unlinked());
      assertTrue(collection.stats().segments().stream().allMatch(SegmentStats::sealed));
      assertTrue(search(collection, points.getFirst().vector()).contains(points.getFirst().id()));
      assertEquals(List.of(), collection.verify());
    }
  }
}

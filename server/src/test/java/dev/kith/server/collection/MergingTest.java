package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.server.collection.Points.Point;
import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.DataFolder;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Sealed segments become fewer and lose their dead rows, and nobody who searches notices.
final class MergingTest {
  @TempDir Path folder;

  private Collection create(Catalog catalog, int segmentPoints) {
    return catalog.create(Points.spec("c", Metric.EUCLIDEAN, segmentPoints));
  }

  private static void seal(Collection collection, List<Point> points) {
    Points.upsert(collection, points);
    collection.optimize().join();
  }

  private static void delete(Collection collection, long from, long to) {
    List<PointId> ids = LongStream.range(from, to).mapToObj(Points::number).toList();
    assertEquals(to - from, collection.delete(ids, Durability.OS).join().points());
  }

  private List<Path> files() throws IOException {
    Path segments = folder.resolve("segments").resolve("1");
    if (!Files.exists(segments)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(segments)) {
      return files.toList();
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void segmentsStayFewHoweverOftenACollectionIsOptimized(Layout layout) throws IOException {
    Random random = new Random(1);
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("c", Metric.EUCLIDEAN, 5_000, layout));
      List<Point> points = Points.randomPoints(random, 0, 800);
      for (int i = 0; i < 80; i++) {
        seal(collection, points.subList(10 * i, 10 * i + 10));
        int segments = collection.stats().segments().size();
        assertTrue(segments <= 6, segments + " segments of " + 10 * (i + 1) + " points");
      }
      assertEquals(List.of(), collection.verify());
      assertEquals(collection.stats().segments().size(), files().size());
      for (Point point : points) {
        assertEquals(point.id(), Points.search(collection, point.vector(), 1).getFirst().id());
      }
      MergeStats stats = catalog.mergeStats();
      assertTrue(stats.merges() > 10, stats.toString());
      assertEquals(0, stats.failures());
      assertEquals(0, stats.removedRows());
    }
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.collection("c");
      assertEquals(0, collection.stats().rebuiltSegments());
      assertEquals(0, collection.stats().unlinked());
      assertEquals(800, collection.count());
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void noSegmentGetsMoreRowsThanItMayHave() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = create(catalog, 64);
      for (int i = 0; i < 20; i++) {
        seal(collection, Points.randomPoints(new Random(i), 25 * i, 25));
      }
      List<SegmentStats> segments = collection.stats().segments();
      assertTrue(segments.size() <= 12, segments.toString());
      segments.forEach(segment -> assertTrue(segment.points() <= 64, segment.toString()));
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void deadRowsGoWithTheirTombstonesWhenTheirShareIsReached() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = create(catalog, 1000);
      seal(collection, Points.randomPoints(new Random(2), 0, 200));
      delete(collection, 0, 39);
      collection.optimize().join();
      assertEquals(39, collection.stats().deadRows());
      delete(collection, 39, 40);
      collection.optimize().join();
      assertEquals(0, collection.stats().deadRows());
      assertEquals(40, catalog.mergeStats().removedRows());
      assertEquals(List.of(), collection.verify());
      delete(collection, 40, 41);
    }
    assertEquals(1, tombstones());
    try (Catalog catalog = Points.open(folder)) {
      assertEquals(1, catalog.collection("c").stats().deadRows());
      assertEquals(List.of(), catalog.collection("c").verify());
    }
  }

  private int tombstones() throws IOException {
    int count = 0;
    try (DataFolder data = DataFolder.open(folder);
        Store store = Store.open(data.store());
        Cursor cursor = store.cursor(Family.TOMBSTONES, Keys.first(1), Keys.end(1))) {
      for (; cursor.isValid(); cursor.next()) {
        count++;
      }
    }
    return count;
  }

  @Test
  void ofACollectionWithoutAPointNoSegmentIsLeft() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = create(catalog, 100);
      seal(collection, Points.randomPoints(new Random(3), 0, 250));
      delete(collection, 0, 250);
      collection.optimize().join();
      assertEquals(List.of(), collection.stats().segments());
      assertEquals(List.of(), files());
      assertEquals(List.of(), collection.verify());
      seal(collection, Points.randomPoints(new Random(4), 0, 10));
      assertEquals(List.of(), collection.verify());
    }
    assertEquals(0, tombstones());
    try (Catalog catalog = Points.open(folder)) {
      assertEquals(10, catalog.collection("c").count());
      assertEquals(List.of(), catalog.collection("c").verify());
    }
  }

  @Test
  void whoBeganToSearchBeforeAMergeGoesOnInTheOldSegments() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = create(catalog, 1000);
      List<Point> points = Points.randomPoints(new Random(5), 0, 300);
      seal(collection, points);
      List<Path> before = files();
      try (SearchSnapshot snapshot = collection.acquire()) {
        delete(collection, 0, 100);
        collection.optimize().join();
        assertEquals(200, collection.stats().segments().getFirst().points());
        assertEquals(300, hits(snapshot, points.getFirst()));
        assertTrue(files().containsAll(before));
        assertEquals(2, files().size());
      }
      assertTrue(Collections.disjoint(files(), before), before + " is still there");
      assertEquals(List.of(), collection.verify());
    }
  }

  /// How many points an exact search finds that asks for more than there are.
  private static int hits(SearchSnapshot snapshot, Point query) {
    PlanRunner runner = new PlanRunner();
    try (QueryBuffer buffer = new QueryBuffer(snapshot.segments().getFirst().space())) {
      buffer.set(query.vector());
      SearchPlan plan = new SearchPlan(1000, new Probe.Exact());
      assertTrue(runner.run(plan, buffer, snapshot.segments(), () -> false));
    }
    return runner.size();
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void whatDiesWhileAMergeRunsIsDeadAfterwards(Layout layout) throws Exception {
    Random random = new Random(7);
    try (Catalog catalog = Points.open(folder);
        ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Collection collection = catalog.create(Points.spec("c", Metric.EUCLIDEAN, 10_000, layout));
      List<Long> alive = new ArrayList<>();
      AtomicBoolean over = new AtomicBoolean();
      Future<?> optimizing =
          threads.submit(
              () -> {
                while (!over.get()) {
                  collection.optimize().join();
                }
              });
      // How much merges find to remove depends on when they run.
      for (int i = 0; i < 150 || (i < 10_000 && !hasRemovedMuch(catalog.mergeStats())); i++) {
        Points.upsert(collection, Points.randomPoints(random, 40 * i, 40));
        LongStream.range(40L * i, 40L * i + 40).forEach(alive::add);
        List<PointId> dying = new ArrayList<>();
        for (int j = 0; j < 30; j++) {
          dying.add(Points.number(alive.remove(random.nextInt(alive.size()))));
        }
        collection.delete(dying, Durability.OS).join();
      }
      over.set(true);
      optimizing.get();
      assertEquals(List.of(), collection.verify());
      assertEquals(alive.size(), collection.count());
      assertTrue(hasRemovedMuch(catalog.mergeStats()), catalog.mergeStats().toString());
    }
  }

  private static boolean hasRemovedMuch(MergeStats stats) {
    return stats.merges() >= 10 && stats.removedRows() > 300;
  }

  @Test
  void flatCollectionsMergeToo() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      CollectionSpec spec = Points.spec("c", Metric.DOT, 1000);
      Collection collection =
          catalog.create(new CollectionSpec("c", spec.space(), new IndexSpec.Flat(), 50, 1000));
      for (int i = 0; i < 8; i++) {
        seal(collection, Points.randomPoints(new Random(i), 20 * i, 30));
      }
      assertTrue(collection.stats().segments().size() <= 3);
      assertEquals(170, collection.count());
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void aCollectionDeletedWhileItIsMergedIsGone() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      for (int i = 0; i < 20; i++) {
        Collection collection = create(catalog, 10_000);
        seal(collection, Points.randomPoints(new Random(i), 0, 2000));
        Points.upsert(collection, Points.randomPoints(new Random(i), 2000, 1900));
        OptimizeHandle handle = collection.optimize();
        assertTrue(catalog.delete("c"));
        handle.done().handle((done, failure) -> done).join();
      }
      assertEquals(0, catalog.list("", 10).size());
    }
    try (Stream<Path> left = Files.list(folder.resolve("segments"))) {
      assertFalse(left.findAny().isPresent());
    }
  }

  @Test
  void anOptimizationTellsHowFarItsMergesAre() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = create(catalog, 10_000);
      seal(collection, Points.randomPoints(new Random(8), 0, 4000));
      Points.upsert(collection, Points.randomPoints(new Random(9), 4000, 3500));
      OptimizeHandle handle = collection.optimize();
      Set<OptimizeHandle.Phase> phases = EnumSet.noneOf(OptimizeHandle.Phase.class);
      while (!handle.isDone()) {
        OptimizeHandle.Progress progress = handle.progress();
        phases.add(progress.phase());
        assertTrue(progress.completed() <= progress.total(), progress.toString());
      }
      handle.join();
      assertTrue(phases.contains(OptimizeHandle.Phase.MERGING), phases.toString());
      assertEquals(1, collection.stats().segments().size());
      assertEquals(OptimizeHandle.Phase.FINISHED, handle.progress().phase());
    }
  }
}

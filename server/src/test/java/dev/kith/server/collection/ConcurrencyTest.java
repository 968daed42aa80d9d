package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.server.collection.Points.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Writers, deleters, searchers and an optimizer at the same time.
final class ConcurrencyTest {
  private static final int WRITERS = 3;
  private static final int POINTS_PER_WRITER = 40;
  private static final int ROUNDS = 60;

  @TempDir Path folder;

  @Test
  void everySearchFindsEveryPointThatExistsThroughoutOnceAndWritesAreReadByTheirWriters()
      throws Exception {
    try (Catalog catalog = Points.open(folder);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      Collection collection = catalog.create(Points.spec("busy", Metric.EUCLIDEAN, 100));
      Random random = new Random(5);
      List<Point> steady = Points.randomPoints(random, 1_000_000, 60);
      Points.upsert(collection, steady);
      AtomicBoolean over = new AtomicBoolean();
      List<Future<?>> background = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        background.add(threads.submit(searchUntil(over, collection, steady)));
      }
      background.add(threads.submit(optimizeUntil(over, collection)));
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        writers.add(threads.submit(writeAndRead(collection, writer)));
      }
      writers.add(threads.submit(overwrite(collection, steady)));
      for (Future<?> writer : writers) {
        writer.get();
      }
      over.set(true);
      for (Future<?> each : background) {
        each.get();
      }
      assertEquals(List.of(), collection.verify());
      assertEquals(WRITERS * POINTS_PER_WRITER / 2 + steady.size(), collection.count());
    }
  }

  private static Callable<Integer> searchUntil(
      AtomicBoolean over, Collection collection, List<Point> steady) {
    return () -> {
      int searches = 0;
      float[] query = steady.getFirst().vector();
      while (!over.get()) {
        List<StoredPoint> found = Points.search(collection, query, 10_000);
        Set<PointId> ids = new HashSet<>();
        for (StoredPoint point : found) {
          assertTrue(ids.add(point.id()), () -> point.id() + " was found twice");
        }
        for (Point point : steady) {
          assertTrue(ids.contains(point.id()), () -> point.id() + " was missed");
        }
        searches++;
      }
      return searches;
    };
  }

  private static Callable<Integer> optimizeUntil(AtomicBoolean over, Collection collection) {
    return () -> {
      int times = 0;
      while (!over.get()) {
        collection.optimize().join();
        times++;
      }
      return times;
    };
  }

  private static Callable<Integer> overwrite(Collection collection, List<Point> steady) {
    return () -> {
      Random random = new Random(77);
      for (int round = 0; round < 3 * ROUNDS; round++) {
        List<Point> some = new ArrayList<>();
        for (Point point : steady) {
          if (random.nextBoolean()) {
            some.add(Points.point(point.id(), random));
          }
        }
        some.add(steady.getFirst());
        Collections.shuffle(some, random);
        Points.upsert(collection, some);
      }
      return 0;
    };
  }

  private static Callable<Integer> writeAndRead(Collection collection, int writer) {
    return () -> {
      Random random = new Random(writer);
      for (int round = 0; round < ROUNDS; round++) {
        List<Point> points =
            Points.randomPoints(random, writer * POINTS_PER_WRITER, POINTS_PER_WRITER);
        WriteAck ack = Points.upsert(collection, points);
        Point last = points.getLast();
        StoredPoint read = collection.get(List.of(last.id()), true, true).getFirst();
        assertEquals(ack.lsn(), read.version());
        assertEquals(last.id(), Points.search(collection, last.vector(), 1).getFirst().id());
        List<PointId> half = points.stream().map(Point::id).limit(POINTS_PER_WRITER / 2).toList();
        assertEquals(half.size(), collection.delete(half, Durability.MEMORY).join().points());
        Set<PointId> deleted = new HashSet<>(half);
        for (StoredPoint hit : Points.search(collection, points.getFirst().vector(), 50)) {
          assertTrue(!deleted.contains(hit.id()), () -> hit.id() + " was found after its deletion");
        }
      }
      return 0;
    };
  }
}

package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.kith.index.Metric;
import dev.kith.index.build.Layout;
import dev.kith.server.collection.Points.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds a collection to a hash map: whatever is written, deleted, sealed, deferred, cancelled or
/// reopened, both hold the same points, and the collection finds nothing wrong with itself.
final class CollectionModelTest {
  @TempDir Path folder;

  private final Map<PointId, Point> model = new HashMap<>();
  private final Map<PointId, Long> versions = new HashMap<>();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void holdsWhatAHashMapHolds(long seed) throws IOException {
    run(seed, 120);
  }

  @Tag("long")
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void holdsWhatAHashMapHoldsForLong(long seed) throws IOException {
    run(seed, 800);
  }

  private void run(long seed, int steps) throws IOException {
    Random random = new Random(seed);
    // Six seeds in a row are every metric in every layout.
    Metric metric = List.of(Metric.values()).get((int) (seed % 3));
    Layout layout = List.of(Layout.values()).get((int) (seed % 2));
    Catalog catalog = Points.open(folder);
    Collection collection = catalog.create(Points.spec("model", metric, 64, layout));
    try {
      for (int step = 0; step < steps; step++) {
        int dice = random.nextInt(100);
        if (dice < 60) {
          upsert(collection, random);
        } else if (dice < 85) {
          delete(collection, random);
        } else if (dice < 90) {
          collection.optimize().join();
        } else if (dice < 92) {
          collection.optimize();
          collection.cancelOptimization();
        } else if (dice < 95) {
          boolean deferred = random.nextBoolean();
          catalog.update("model", spec -> spec.withIndexingDeferred(deferred));
        } else {
          catalog.close();
          catalog = Points.open(folder);
          collection = catalog.collection("model");
        }
        if (step % 10 == 0) {
          compare(collection, random);
        }
      }
      compare(collection, random);
    } finally {
      catalog.close();
    }
  }

  private void upsert(Collection collection, Random random) {
    List<Point> points = new ArrayList<>();
    for (int i = random.nextInt(30); i >= 0; i--) {
      points.add(Points.point(Points.randomId(random, 150), random));
    }
    WriteAck ack = Points.upsert(collection, points);
    Set<PointId> distinct = new HashSet<>();
    for (Point point : points) {
      distinct.add(point.id());
      model.put(point.id(), point);
      versions.put(point.id(), ack.lsn());
    }
    assertEquals(distinct.size(), ack.points());
  }

  private void delete(Collection collection, Random random) {
    List<PointId> ids = new ArrayList<>();
    for (int i = random.nextInt(10); i >= 0; i--) {
      ids.add(Points.randomId(random, 150));
    }
    long existed = ids.stream().distinct().filter(model::containsKey).count();
    ids.forEach(model::remove);
    assertEquals(existed, collection.delete(ids, Durability.OS).join().points());
  }

  private void compare(Collection collection, Random random) {
    assertEquals(List.of(), collection.verify());
    assertEquals(model.size(), collection.count());
    for (int n = 0; n < 150; n++) {
      PointId id = Points.randomId(new Random(n), 150);
      StoredPoint stored = collection.get(List.of(id), true, true).getFirst();
      Point expected = model.get(id);
      if (expected == null) {
        assertNull(stored);
      } else {
        assertSame(expected, stored);
      }
    }
    List<PointId> scanned = new ArrayList<>();
    try (PointScan scan = collection.scan(null, true, true)) {
      while (scan.hasNext()) {
        StoredPoint stored = scan.next();
        scanned.add(stored.id());
        assertSame(model.get(stored.id()), stored);
      }
    }
    assertEquals(
        model.keySet().stream()
            .sorted((a, b) -> Arrays.compareUnsigned(a.toKey(), b.toKey()))
            .toList(),
        scanned);
    float[] query = Points.point(Points.number(0), random).vector();
    List<PointId> nearest =
        Points.search(collection, query, 5).stream().map(StoredPoint::id).toList();
    assertEquals(nearestInModel(collection.info().spec().space().metric(), query, 5), nearest);
  }

  private void assertSame(@Nullable Point expected, @Nullable StoredPoint stored) {
    assertNotNull(stored);
    assertNotNull(expected, "the point was deleted");
    assertArrayEquals(Points.bytes(expected.vector()), stored.vector());
    assertArrayEquals(expected.payload(), stored.payload());
    assertEquals(versions.get(stored.id()), stored.version());
  }

  private List<PointId> nearestInModel(Metric metric, float[] query, int limit) {
    return model.values().stream()
        .sorted(
            (a, b) ->
                Double.compare(score(metric, query, b.vector()), score(metric, query, a.vector())))
        .limit(limit)
        .map(Point::id)
        .toList();
  }

  private static double score(Metric metric, float[] query, float[] vector) {
    double dot = 0;
    double norms = 0;
    double distance = 0;
    for (int i = 0; i < query.length; i++) {
      dot += (double) query[i] * vector[i];
      norms += (double) vector[i] * vector[i];
      distance += Math.pow((double) query[i] - vector[i], 2);
    }
    return switch (metric) {
      case COSINE -> dot / Math.sqrt(norms);
      case DOT -> dot;
      case EUCLIDEAN -> -distance;
    };
  }
}

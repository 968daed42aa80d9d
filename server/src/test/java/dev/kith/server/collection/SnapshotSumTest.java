package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Widths;
import dev.kith.index.plan.CollectionSum;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.server.collection.Points.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sums over what a snapshot sees.
final class SnapshotSumTest {
  private static final double TEMPERATURE = 0.5;

  @TempDir private Path folder;

  @Test
  void aSnapshotSumsUpTheVersionsThatItSeesThoughPointsAreWrittenAndDeletedMeanwhile_seed1()
      throws IOException {
    Random random = new Random(1);
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("some", Metric.EUCLIDEAN, 64));
      List<Point> points = Points.randomPoints(random, 0, 200);
      Points.upsert(collection, points);
      collection.delete(List.of(Points.number(3)), Durability.OS).join();
      try (SearchSnapshot snapshot = collection.acquire();
          QueryBuffer query = new QueryBuffer(collection.info().spec().space())) {
        query.set(points.getFirst().vector());
        Sums before = new Sums(snapshot.segments(), query);
        Sums filtered = new Sums(snapshot.segments(row -> row % 2 == 0), query);
        assertEquals(199, before.exact.rows());
        assertTrue(filtered.exact.rows() > 80 && filtered.exact.rows() < 120);
        // Newer versions, new points, and points that are gone.
        Points.upsert(collection, Points.randomPoints(random, 50, 300));
        collection.delete(List.of(Points.number(1), Points.number(2)), Durability.OS).join();
        before.assertSame(new Sums(snapshot.segments(), query));
        filtered.assertSame(new Sums(snapshot.segments(row -> row % 2 == 0), query));
        try (SearchSnapshot later = collection.acquire()) {
          assertEquals(347, new Sums(later.segments(), query).exact.rows());
        }
      }
    }
  }

  /// The sum, and an estimate that looks at all rows.
  private static final class Sums {
    private final CollectionSum exact;

    Sums(List<SegmentReader> segments, QueryBuffer query) {
      PlanRunner runner = new PlanRunner();
      Widths widths = new Widths.Usual();
      Probe probe = new Probe.Exact();
      SearchPlan plan = new SearchPlan(5, probe, widths, OptionalDouble.of(TEMPERATURE));
      assertTrue(runner.run(plan, query, segments, () -> false));
      exact = runner.sum();
      CollectionSum estimate =
          runner.estimateSum(TEMPERATURE, 10_000, query, widths, segments, () -> false);
      assertEquals(exact.sum().log(), estimate.sum().log(), 1e-6);
      assertEquals(exact.rows(), estimate.rows());
      assertEquals(0, estimate.standardError());
    }

    void assertSame(Sums other) {
      assertEquals(exact.sum().log(), other.exact.sum().log(), 1e-6);
      assertEquals(exact.rows(), other.exact.rows());
    }
  }
}

package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.server.collection.Points.Point;
import dev.kith.server.filter.FieldPath;
import dev.kith.server.filter.Filter;
import dev.kith.server.filter.RowFilter;
import dev.kith.server.filter.RowFilter.Tally;
import dev.kith.server.filter.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a filter asks of the snapshot that it is bound to.
final class RowFilterTest {
  private static final FieldPath N = FieldPath.parse("n");
  private static final Filter IS_ONE = new Filter.Match(N, Set.of(new Value.Whole(1)));

  @TempDir Path folder;

  private Catalog catalog;
  private SearchSnapshot snapshot;
  private List<Long> rows;

  /// Points 0 to 9, of which the odd ones have an `n` of 1 and the others one of 0.
  @BeforeEach
  void write() throws IOException {
    catalog = Points.open(folder);
    Collection collection = catalog.create(Points.spec("few", Metric.DOT, 64));
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      byte[] payload = "{\"n\": %d}".formatted(i % 2).getBytes(StandardCharsets.UTF_8);
      points.add(new Point(Points.number(i), new float[Points.DIMENSION], payload));
    }
    Points.upsert(collection, points);
    snapshot = collection.acquire();
    rows = snapshot.rows(points.stream().map(Point::id).toList());
    assertEquals(10, rows.size());
  }

  @AfterEach
  void close() throws IOException {
    snapshot.close();
    catalog.close();
  }

  private RowFilter bound(Filter filter) {
    return new RowFilter(filter, snapshot, () -> false);
  }

  private static Filter.Ids ids(long... numbers) {
    List<PointId> ids = new ArrayList<>();
    for (long number : numbers) {
      ids.add(Points.number(number));
    }
    return new Filter.Ids(ids);
  }

  @Test
  void eachPayloadIsReadOnceHoweverOftenARowIsAskedForAndByHoweverManyConditions() {
    RowFilter filter = bound(new Filter.All(List.of(IS_ONE, new Filter.Present(N), IS_ONE)));
    for (int turn = 0; turn < 3; turn++) {
      for (int i = 0; i < rows.size(); i++) {
        assertEquals(i % 2 == 1, filter.accepts(rows.get(i)));
      }
    }
    assertEquals(new Tally(10, 5, 10), filter.tally());
  }

  @Test
  void noPayloadIsReadWhereIdsDecide() {
    RowFilter filter = bound(new Filter.All(List.of(ids(1, 2), IS_ONE)));
    rows.forEach(filter::accepts);
    assertEquals(new Tally(10, 1, 2), filter.tally());
  }

  @Test
  void nothingIsReadOrAcceptedOnceNobodyWaits() {
    AtomicBoolean gone = new AtomicBoolean();
    RowFilter filter = new RowFilter(IS_ONE, snapshot, gone::get);
    assertTrue(filter.accepts(rows.get(1)));
    gone.set(true);
    assertFalse(filter.accepts(rows.get(3)));
    assertEquals(new Tally(1, 1, 1), filter.tally());
  }

  @Test
  void idsBoundWhatIsAcceptedThroughAllAnyAndDoubleNegation() {
    List<Long> some = List.of(rows.get(1), rows.get(2));
    assertEquals(Optional.of(some), bound(ids(2, 1, 1, 77)).within());
    assertEquals(Optional.of(some), bound(new Filter.All(List.of(IS_ONE, ids(1, 2)))).within());
    assertEquals(
        Optional.of(some), bound(new Filter.All(List.of(ids(1, 2, 3), ids(1, 2)))).within());
    assertEquals(
        Optional.of(some),
        bound(new Filter.Any(List.of(ids(2), new Filter.All(List.of(ids(1), IS_ONE))))).within());
    assertEquals(Optional.of(some), bound(new Filter.Not(new Filter.Not(ids(1, 2)))).within());
    assertEquals(Optional.of(List.of()), bound(ids(77)).within());
    assertEquals(Optional.empty(), bound(IS_ONE).within());
    assertEquals(Optional.empty(), bound(new Filter.Not(ids(1))).within());
    assertEquals(Optional.empty(), bound(new Filter.Any(List.of(ids(1), IS_ONE))).within());
  }
}

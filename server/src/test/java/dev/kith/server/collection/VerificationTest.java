package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.build.Layout;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.Tampering;
import dev.kith.server.storage.WriteSet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A check that finds nothing is worth what it would have found: every kind of damage is found.
@ParameterizedClass
@EnumSource(Layout.class)
final class VerificationTest {
  private static final int COLLECTION = 1;

  @TempDir Path folder;

  private final Layout layout;

  VerificationTest(Layout layout) {
    this.layout = layout;
  }

  @BeforeEach
  void fill() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("c", Metric.COSINE, 100, layout));
      Points.upsert(collection, Points.randomPoints(new Random(1), 0, 30));
      collection.optimize().join();
      Points.upsert(collection, Points.randomPoints(new Random(2), 30, 10));
      assertEquals(List.of(), collection.verify());
    }
  }

  private void assertFound(String expected, Consumer<WriteSet> damage) throws IOException {
    Tampering.change(folder, damage);
    try (Catalog catalog = Points.open(folder)) {
      List<String> violations = catalog.collection("c").verify();
      assertTrue(
          violations.stream().anyMatch(violation -> violation.contains(expected)),
          () -> "expected '%s' among %s".formatted(expected, violations));
    }
  }

  private static byte[] point(long id) {
    return Keys.point(COLLECTION, Points.number(id).toKey());
  }

  private static byte[] row(long id, long version) {
    float[] vector = {1, 2, 3, 4, 5, 6};
    return RowRecord.encode(
        version,
        Points.number(id).toKey(),
        MemorySegment.ofArray(Points.bytes(vector)),
        0,
        Points.DIMENSION * Float.BYTES);
  }

  @Test
  void aPointThatIsMissing() throws IOException {
    assertFound("the store has 39", writes -> writes.delete(Family.POINTS, point(5)));
  }

  @Test
  void aRowThatIsMissing() throws IOException {
    assertFound(
        "names row 5, which does not exist",
        writes -> writes.delete(Family.ROWS, Keys.row(COLLECTION, 5)));
  }

  @Test
  void aRowThatTheSealedSegmentHasOtherwise() throws IOException {
    assertFound(
        "row 5 has another vector",
        writes -> writes.put(Family.ROWS, Keys.row(COLLECTION, 5), row(5, 2)));
  }

  @Test
  void twoPointsOfOneRow() throws IOException {
    assertFound(
        "names row 6",
        writes -> writes.put(Family.POINTS, point(5), new PointRecord(2, 6).encode()));
  }

  @Test
  void aPayloadOfNothing() throws IOException {
    assertFound(
        "PAYLOADS has an entry for row 77",
        writes ->
            writes.put(Family.PAYLOADS, Keys.row(COLLECTION, 77), Records.payload(new byte[] {1})));
  }

  @Test
  void aLiveRowThatIsSaidToBeDead() throws IOException {
    assertFound(
        "row 5 is live in 0 segments",
        writes -> writes.put(Family.TOMBSTONES, Keys.row(COLLECTION, 5), Records.tombstone()));
  }

  @Test
  void aCountThatIsWrong() throws IOException {
    assertFound(
        "the count says 41 points",
        writes ->
            writes.put(
                Family.META,
                Keys.meta(Keys.STATE, COLLECTION),
                new StateRecord(41, 5, 40).encode()));
  }
}

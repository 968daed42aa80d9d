package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.server.collection.Points.Point;
import dev.kith.server.refusal.PointError;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.FolderInUseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a collection accepts, refuses and promises, request by request.
final class RequestsTest {
  private static final float NAN = Float.NaN;

  @TempDir Path folder;

  private static Refusal refusal(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return assertInstanceOf(RefusedException.class, cause).refusal();
  }

  private static Point point(long id, float[] vector, String payload) {
    return new Point(Points.number(id), vector, payload.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everyUnacceptablePointIsNamedAndNothingOfTheBatchIsWritten() throws IOException {
    float[] good = {1, 2, 3, 4, 5, 6};
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("c", Metric.COSINE, 100));
      UpsertBatch batch =
          Points.batch(
              List.of(
                  point(10, good, "{}"),
                  point(11, new float[] {1, NAN, 0, 0, 0, 0}, "{}"),
                  point(12, new float[] {1, 0, 0, Float.NEGATIVE_INFINITY, 0, 0}, "{}"),
                  point(13, new float[] {0, -0f, 0, 0, 0, 0}, "{}"),
                  point(14, good, "[1]"),
                  point(15, good, "{\"a\":1} {}"),
                  point(16, good, "{\"a\":"),
                  point(17, good, "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}"),
                  point(18, good, "{\"a\":\"" + "x".repeat(1 << 16) + "\"}"),
                  point(19, new float[] {Float.MIN_VALUE, 0, 0, 0, 0, 0}, "{\"a\":[{}]}")));
      Refusal.PointsRejected refused =
          assertInstanceOf(
              Refusal.PointsRejected.class,
              refusal(
                  assertThrows(
                      RefusedException.class, () -> collection.upsert(batch, Durability.OS))));
      assertEquals(
          List.of(1, 2, 3, 4, 5, 6, 7, 8),
          refused.points().stream().map(PointError::index).toList());
      assertEquals("11", refused.points().getFirst().id());
      assertTrue(
          refused.points().getFirst().problem().contains("coordinate 1"),
          refused.points().getFirst().problem());
      assertEquals(0, collection.count());
      assertEquals(List.of(), collection.verify());
    }
  }

  @Test
  void theLevelReachedIsAtLeastTheLevelAskedFor() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("c", Metric.DOT, 100));
      for (Durability asked : Durability.values()) {
        WriteAck ack =
            collection.upsert(Points.batch(Points.randomPoints(new Random(1), 0, 3)), asked).join();
        assertTrue(ack.reached().compareTo(asked) >= 0, asked + " reached " + ack.reached());
        assertEquals(3, ack.points());
        assertEquals(ack.lsn(), collection.lsn());
      }
      assertEquals(3, collection.count());
      assertEquals(new StoreStats(catalog.lsn(), catalog.lsn(), 0, false, false), catalog.stats());
    }
  }

  @Test
  void aRepeatedIngestBatchIsAcknowledgedAndNotWrittenAndAGapIsRefused() throws IOException {
    long version;
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("c", Metric.DOT, 100));
      assertEquals(OptionalLong.empty(), collection.ingestPosition("s"));
      WriteAck first = ingest(collection, 1, 0);
      version = ingest(collection, 2, 10).lsn();
      assertEquals(OptionalLong.of(2), collection.ingestPosition("s"));
      WriteAck repeated = ingest(collection, 1, 0);
      assertEquals(0, repeated.points());
      assertEquals(version, repeated.lsn());
      assertTrue(first.lsn() < version);
      CompletionException gap =
          assertThrows(CompletionException.class, () -> ingest(collection, 4, 20));
      assertEquals(new Refusal.IngestSequence("s", 3, 4), refusal(gap));
      assertEquals(20, collection.count());
    }
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.collection("c");
      assertEquals(OptionalLong.of(2), collection.ingestPosition("s"));
      assertEquals(0, ingest(collection, 2, 10).points());
      assertEquals(
          version, collection.get(List.of(Points.number(10)), false, false).getFirst().version());
      collection.endIngest("s").join();
      assertEquals(OptionalLong.empty(), collection.ingestPosition("s"));
      assertEquals(List.of(), collection.verify());
    }
  }

  private static WriteAck ingest(Collection collection, long sequence, int from) {
    return collection
        .upsert(
            Points.batch(Points.randomPoints(new Random(sequence), from, 10)),
            Durability.DISK,
            new IngestMark("s", sequence))
        .join();
  }

  @Test
  void anIngestSessionSilentForSevenDaysIsForgotten() throws IOException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    EngineConfig config =
        new EngineConfig(
            folder,
            1,
            OptionalLong.of(0),
            1000,
            1,
            1000,
            Residence.MAPPED,
            .2,
            Optional.empty(),
            now::get);
    try (Catalog catalog = Catalog.open(config)) {
      Collection collection = catalog.create(Points.spec("c", Metric.DOT, 100));
      ingest(collection, 1, 0);
      now.set(now.get().plus(Duration.ofDays(7)));
      assertEquals(OptionalLong.of(1), collection.ingestPosition("s"));
      now.set(now.get().plusSeconds(1));
      assertEquals(OptionalLong.empty(), collection.ingestPosition("s"));
      assertEquals(10, ingest(collection, 1, 0).points());
    }
  }

  @Test
  void aTailThatIsTooLongRefusesWritesWithATimeToTryAgain() throws IOException {
    EngineConfig config =
        new EngineConfig(
            folder,
            1,
            OptionalLong.of(0),
            1,
            1,
            1000,
            Residence.MAPPED,
            .2,
            Optional.empty(),
            Instant::now);
    try (Catalog catalog = Catalog.open(config)) {
      Collection collection = catalog.create(Points.spec("c", Metric.DOT, 100_000));
      int refused = 0;
      int accepted = 0;
      for (int round = 0; round < 200 || (accepted == 0 || refused == 0); round++) {
        try {
          Points.upsert(collection, Points.randomPoints(new Random(round), round * 100, 100));
          accepted++;
        } catch (RefusedException overloaded) {
          Refusal.Overloaded refusal =
              assertInstanceOf(Refusal.Overloaded.class, overloaded.refusal());
          assertFalse(refusal.retryAfter().isZero());
          refused++;
        }
      }
      assertTrue(refused > 0 && accepted > 0, refused + " refused, " + accepted + " accepted");
      assertEquals(accepted * 100L, collection.count());
    }
  }

  @Test
  void aFullDiskRefusesUpsertsAndLetsDeletesAndReadsPass() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Points.upsert(
          catalog.create(Points.spec("c", Metric.DOT, 100)),
          Points.randomPoints(new Random(1), 0, 5));
    }
    EngineConfig full =
        new EngineConfig(
            folder,
            1,
            OptionalLong.of(1L << 60),
            1000,
            1,
            1000,
            Residence.MAPPED,
            .2,
            Optional.empty(),
            Instant::now);
    try (Catalog catalog = Catalog.open(full)) {
      Collection collection = catalog.collection("c");
      RefusedException refused =
          assertThrows(
              RefusedException.class,
              () -> Points.upsert(collection, Points.randomPoints(new Random(1), 5, 5)));
      assertInstanceOf(Refusal.DiskFull.class, refused.refusal());
      assertEquals(5, collection.count());
      assertEquals(
          1, collection.delete(List.of(Points.number(0)), Durability.DISK).join().points());
      assertTrue(catalog.delete("c"));
    }
  }

  @Test
  void aScanNeitherRepeatsNorMissesAPointThatExistsThroughout() throws IOException {
    Random random = new Random(4);
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("c", Metric.DOT, 1000));
      Points.upsert(collection, Points.randomPoints(random, 0, 500));
      List<PointId> seen = new ArrayList<>();
      PointId last = null;
      boolean more = true;
      while (more) {
        // Resumed again and again, while points come, go and change around it.
        try (PointScan scan = collection.scan(last, false, true)) {
          for (int i = 0; i < 37 && scan.hasNext(); i++) {
            last = scan.next().id();
            seen.add(last);
          }
          more = scan.hasNext();
        }
        List<Point> changes = new ArrayList<>();
        List<PointId> deletions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          changes.add(Points.point(Points.number(random.nextInt(500)), random));
          changes.add(Points.point(Points.number(500 + random.nextInt(100)), random));
          deletions.add(Points.number(500 + random.nextInt(100)));
        }
        Points.upsert(collection, changes);
        collection.delete(deletions, Durability.OS).join();
      }
      Set<PointId> distinct = new HashSet<>(seen);
      assertEquals(seen.size(), distinct.size());
      for (int i = 0; i < 500; i++) {
        assertTrue(distinct.contains(Points.number(i)), "missed " + i);
      }
    }
  }

  @Test
  void aDeletedCollectionIsGoneWithItsFilesAndItsNameCanBeUsedAgain() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("c", Metric.DOT, 100));
      Points.upsert(collection, Points.randomPoints(new Random(1), 0, 150));
      collection.optimize().join();
      Path files = folder.resolve("segments").resolve("1");
      try (SearchSnapshot held = collection.acquire()) {
        assertTrue(catalog.delete("c"));
        assertFalse(catalog.delete("c"));
        assertTrue(Files.exists(files), "the files went before the last search");
        assertEquals(150, held.segments().stream().mapToInt(s -> s.size()).sum());
      }
      assertFalse(Files.exists(files), "the files are still there");
      assertInstanceOf(
          Refusal.CollectionNotFound.class,
          refusal(assertThrows(RefusedException.class, collection::acquire)));
      assertInstanceOf(
          Refusal.CollectionNotFound.class,
          refusal(
              assertThrows(
                  CompletionException.class,
                  () -> Points.upsert(collection, Points.randomPoints(new Random(1), 0, 1)))));
      Collection again = catalog.create(Points.spec("c", Metric.DOT, 100));
      assertEquals(0, again.count());
      assertEquals(2, again.info().number());
    }
  }

  @Test
  void definitionsAreKeptListedAndChangedInTheOrderOfNames() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      for (String name : List.of("b", "a", "c")) {
        catalog.create(Points.spec(name, Metric.DOT, 100));
      }
      assertEquals(
          catalog.collection("a").info().number(),
          catalog.create(Points.spec("a", Metric.DOT, 100)).info().number());
      assertInstanceOf(
          Refusal.CollectionExists.class,
          refusal(
              assertThrows(
                  RefusedException.class,
                  () -> catalog.create(Points.spec("a", Metric.COSINE, 100)))));
      catalog.update("b", spec -> spec.withDefaultEf(77));
    }
    try (Catalog catalog = Points.open(folder)) {
      assertEquals(
          List.of("b", "c"),
          catalog.list("a", 10).stream().map(c -> c.info().spec().name()).toList());
      assertEquals(77, catalog.collection("b").info().spec().defaultEf());
      assertEquals(100, catalog.collection("b").info().spec().segmentPoints());
    }
  }

  @Test
  void aFolderHasOneOwnerAtATime() throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      FolderInUseException refused =
          assertThrows(FolderInUseException.class, () -> Points.open(folder).close());
      assertTrue(refused.toString().contains(folder.toString()), refused.toString());
      assertEquals(0, catalog.list("", 10).size());
    }
    Points.open(folder).close();
  }

  @Test
  void useAfterCloseThrowsAndDoesNotCrash() throws IOException {
    Catalog catalog = Points.open(folder);
    Collection collection = catalog.create(Points.spec("c", Metric.DOT, 100));
    Points.upsert(collection, Points.randomPoints(new Random(1), 0, 5));
    PointScan scan = collection.scan(null, true, true);
    SearchSnapshot held = collection.acquire();
    catalog.close();
    catalog.close();
    assertThrows(IllegalStateException.class, scan::hasNext);
    assertThrows(
        IllegalStateException.class, () -> collection.get(List.of(Points.number(1)), true, true));
    assertInstanceOf(
        Refusal.NotServing.class,
        refusal(
            assertThrows(
                RefusedException.class,
                () -> Points.upsert(collection, Points.randomPoints(new Random(1), 0, 5)))));
    assertThrows(IllegalStateException.class, () -> held.fetch(new long[] {0}, true, true));
    scan.close();
    held.close();
  }
}

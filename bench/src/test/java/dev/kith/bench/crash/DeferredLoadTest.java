package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.CollectionSpec;
import dev.kith.client.CollectionStats;
import dev.kith.client.IndexSpec;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.KithException;
import dev.kith.client.Metric;
import dev.kith.client.OptimizeReport;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The bulk road through a real server: load with indexing deferred, optimize, cancel, go on, be
/// killed, go on.
final class DeferredLoadTest {
  private static final int DIMENSION = 16;
  private static final int ROWS = 12_000;
  private static final int SEGMENT = 2_000;

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.kith.bench.crash.KillTest#seeds")
  void anOptimizationGoesOnAfterACancellationAndAfterAKill(long seed) throws Exception {
    Path work = Folders.fresh("deferred-" + seed);
    Path data = Files.createDirectories(work.resolve("data"));
    Path log = work.resolve("server.log");
    // A tail that an ordinary load would be stopped at.
    Map<String, String> settings = Map.of("KITH_STORE_TAIL_POINTS", "100");
    try (ServerProcess server = ServerProcess.start(data, log, settings)) {
      server.awaitReady();
      try (KithClient client = KithClient.connect("127.0.0.1:" + server.port())) {
        KithCollection bulk =
            client.create(
                CollectionSpec.of("bulk", DIMENSION, Metric.EUCLIDEAN)
                    .withIndex(IndexSpec.hnsw(32, 400))
                    .withSegmentPoints(SEGMENT)
                    .withDeferredIndexing(true));
        load(bulk, new Random(seed));
        assertEquals(ROWS, bulk.stats().unlinkedPoints());
        assertEquals(10, bulk.search(PointId.of(7), SearchOptions.top(10)).hits().size());
        cancelHalfway(bulk);
        bulk.startOptimization();
        awaitSealed(bulk);
      }
      server.kill();
    }
    try (ServerProcess server = ServerProcess.start(data, log, settings)) {
      server.awaitReady();
      try (KithClient client = KithClient.connect("127.0.0.1:" + server.port())) {
        KithCollection bulk = client.collection("bulk");
        long unlinked = bulk.stats().unlinkedPoints();
        assertTrue(unlinked <= ROWS - SEGMENT, unlinked + " unlinked after a kill");
        OptimizeReport report = bulk.optimize(null);
        assertEquals(unlinked, report.linkedPoints());
        assertTrue(report.recall().orElseThrow().recall() > 0.95, report.toString());
        assertTrue(report.peakResidentBytes() > 1 << 20, report.toString());
        assertEquals(0, bulk.stats().unlinkedPoints());
        assertTrue(bulk.stats().segments().stream().allMatch(CollectionStats.Segment::sealed));
        assertEquals(List.of(), bulk.verify().violations());
        assertEquals(ROWS, bulk.count());
        assertFalse(bulk.cancelOptimization());
      }
    }
    Folders.delete(work);
  }

  private static void load(KithCollection collection, Random random) {
    for (int from = 0; from < ROWS; from += 1_000) {
      List<PointId> ids = new ArrayList<>();
      float[] rows = new float[1_000 * DIMENSION];
      for (int i = 0; i < 1_000; i++) {
        ids.add(PointId.of(from + i));
      }
      for (int i = 0; i < rows.length; i++) {
        rows[i] = (float) random.nextGaussian();
      }
      collection.upsert(PointBatch.of(ids, DIMENSION, rows));
    }
  }

  private static void cancelHalfway(KithCollection collection) {
    CompletableFuture<OptimizeReport> watched = collection.optimizeAsync(null);
    Instant deadline = Instant.now().plusSeconds(60);
    while (collection.stats().unlinkedPoints() > ROWS - 200) {
      assertTrue(Instant.now().isBefore(deadline), "nothing is linked after a minute");
      Pace.pauseMillis(5);
    }
    assertTrue(collection.cancelOptimization());
    CompletionException told = assertThrows(CompletionException.class, watched::join);
    assertTrue(told.getCause() instanceof KithException, told.toString());
    assertTrue(String.valueOf(told.getMessage()).contains("cancelled"), told.toString());
    long unlinked = collection.stats().unlinkedPoints();
    assertTrue(unlinked > 0, "all was linked before it was cancelled");
    Pace.pauseMillis(100);
    assertEquals(unlinked, collection.stats().unlinkedPoints(), "linked on");
  }

  private static void awaitSealed(KithCollection collection) {
    Instant deadline = Instant.now().plusSeconds(60);
    while (collection.stats().segments().stream().noneMatch(CollectionStats.Segment::sealed)) {
      assertTrue(Instant.now().isBefore(deadline), "nothing is sealed after a minute");
      Pace.pauseMillis(5);
    }
  }
}

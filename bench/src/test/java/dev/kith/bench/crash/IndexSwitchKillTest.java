package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.Codec;
import dev.kith.client.CollectionSpec;
import dev.kith.client.CollectionUpdate;
import dev.kith.client.IndexSpec;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.Metric;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that is killed while it rebuilds a collection for another index goes on with it.
final class IndexSwitchKillTest {
  private static final int DIMENSION = 16;
  private static final int ROWS = 6_000;
  private static final int SEGMENT = 1_000;

  private static final List<CollectionUpdate> CHANGES =
      List.of(
          CollectionUpdate.none().withIndex(IndexSpec.ivf()).withCodec(Codec.INT8),
          CollectionUpdate.none().withIndex(IndexSpec.hnsw(12, 100)).withCodec(Codec.F16));

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.kith.bench.crash.KillTest#seeds")
  void theNewPolicyAndEveryPointOutliveAKill(long seed) throws Exception {
    switchAndKill(seed, List.of(CHANGES.get((int) (seed & 1))));
  }

  @Tag("long")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.kith.bench.crash.KillTest#seeds")
  void onePolicyAfterAnotherAndEveryPointOutliveAKill(long seed) throws Exception {
    switchAndKill(seed, CHANGES);
  }

  private static void switchAndKill(long seed, List<CollectionUpdate> changes) throws Exception {
    Path work = Folders.fresh("switch-" + seed);
    Path data = Files.createDirectories(work.resolve("data"));
    Path log = work.resolve("server.log");
    Random random = new Random(seed);
    try (ServerProcess server = ServerProcess.start(data, log);
        KithClient client = connect(server)) {
      KithCollection points =
          client.create(
              CollectionSpec.of("switched", DIMENSION, Metric.EUCLIDEAN)
                  .withIndex(IndexSpec.hnsw(8, 100))
                  .withSegmentPoints(SEGMENT));
      load(points, 0, ROWS, random);
      points.optimize(null);
    }
    int rows = ROWS;
    for (CollectionUpdate change : changes) {
      try (ServerProcess server = ServerProcess.start(data, log);
          KithClient client = connect(server)) {
        client.update("switched", change);
        load(client.collection("switched"), rows, 100, random);
        rows += 100;
        awaitOutdated(client.collection("switched"), random.nextInt(ROWS));
        server.kill();
      }
      try (ServerProcess server = ServerProcess.start(data, log);
          KithClient client = connect(server)) {
        KithCollection points = client.collection("switched");
        assertSame(change, client.describe("switched").spec());
        assertEquals(rows, points.count());
        assertFound(points, rows, random);
        points.optimize(null);
        assertEquals(0, points.stats().outdatedPoints());
        assertEquals(List.of(), points.verify().violations());
        assertFound(points, rows, random);
      }
    }
    Folders.delete(work);
  }

  private static KithClient connect(ServerProcess server) throws Exception {
    server.awaitReady();
    return KithClient.connect("127.0.0.1:" + server.port());
  }

  private static void load(KithCollection collection, int first, int count, Random random) {
    for (int from = first; from < first + count; from += 1_000) {
      int to = Math.min(first + count, from + 1_000);
      List<PointId> ids = new ArrayList<>();
      for (int i = from; i < to; i++) {
        ids.add(PointId.of(i));
      }
      float[] rows = new float[(to - from) * DIMENSION];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = (float) random.nextGaussian();
      }
      collection.upsert(PointBatch.of(ids, DIMENSION, rows));
    }
  }

  /// Waits until at most so many points are left to be rebuilt.
  private static void awaitOutdated(KithCollection collection, int most) {
    Instant deadline = Instant.now().plusSeconds(60);
    while (collection.stats().outdatedPoints() > most) {
      assertTrue(Instant.now().isBefore(deadline), "not rebuilt after a minute");
      Pace.pauseMillis(2);
    }
  }

  private static void assertSame(CollectionUpdate change, CollectionSpec spec) {
    assertEquals(change.index().orElseThrow().getClass(), spec.index().getClass(), spec::toString);
    assertEquals(change.codec().orElse(Codec.F32), spec.codec().orElseThrow());
    if (change.index().orElseThrow() instanceof IndexSpec.Hnsw wanted
        && spec.index() instanceof IndexSpec.Hnsw found) {
      assertEquals(wanted.m(), found.m());
    }
  }

  /// Each of a sample of points finds itself.
  private static void assertFound(KithCollection collection, int rows, Random random) {
    int found = 0;
    for (int i = 0; i < 100; i++) {
      PointId id = PointId.of(random.nextInt(rows));
      float[] vector = Objects.requireNonNull(collection.get(List.of(id)).getFirst().vector());
      boolean itself =
          collection.search(vector, SearchOptions.top(1)).hits().getFirst().id().equals(id);
      found += itself ? 1 : 0;
    }
    assertTrue(found >= 95, found + " of 100 points find themselves");
  }
}

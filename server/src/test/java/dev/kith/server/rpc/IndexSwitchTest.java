package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.schema;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.Codec;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.GraphLayout;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.OptimizeCollectionResponse;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SegmentStats;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.server.testing.RunningServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A collection whose index policy changes while it lives.
final class IndexSwitchTest {
  private static final int DIMENSION = 24;
  private static final int LIMIT = 10;
  private static final String NAME = "switched";

  private static final IndexPolicy HNSW =
      IndexPolicy.newBuilder().setHnsw(HnswIndex.newBuilder().setM(12)).build();
  private static final IndexPolicy FAST =
      IndexPolicy.newBuilder()
          .setHnsw(HnswIndex.newBuilder().setM(12).setLayout(GraphLayout.GRAPH_LAYOUT_FAST))
          .build();
  private static final IndexPolicy IVF =
      IndexPolicy.newBuilder().setIvf(IvfIndex.getDefaultInstance()).build();
  private static final IndexPolicy FLAT =
      IndexPolicy.newBuilder().setFlat(FlatIndex.getDefaultInstance()).build();

  @TempDir Path folder;

  private final Random random = new Random(31);

  /// What the collection should hold.
  private final ConcurrentSkipListMap<Long, float[]> model = new ConcurrentSkipListMap<>();

  private static void create(RunningServer server) {
    server
        .collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName(NAME)
                .setVector(schema(DIMENSION, Metric.METRIC_EUCLIDEAN))
                .setIndex(HNSW.toBuilder().setSegmentPoints(1_000))
                .build());
  }

  private static Collection change(RunningServer server, IndexPolicy policy, Codec codec) {
    return server
        .collections()
        .updateCollection(
            UpdateCollectionRequest.newBuilder()
                .setName(NAME)
                .setIndex(policy)
                .setCodec(codec)
                .build())
        .getCollection();
  }

  private static GetCollectionStatsResponse stats(RunningServer server) {
    return server
        .collections()
        .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName(NAME).build());
  }

  private static void optimize(RunningServer server) {
    server
        .collections()
        .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName(NAME).build())
        .forEachRemaining(step -> {});
  }

  private void upsert(RunningServer server, Random draws, long first, int count) {
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = randomVector(draws);
      model.put(first + i, rows[i]);
    }
    server.upsert(NAME, first, rows);
  }

  private static float[] randomVector(Random draws) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) draws.nextGaussian();
    }
    return vector;
  }

  private static float distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return (float) Math.sqrt(sum);
  }

  private List<Long> nearest(float[] query) {
    return model.entrySet().stream()
        .sorted(Comparator.comparingDouble(entry -> distance(query, entry.getValue())))
        .limit(LIMIT)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<Hit> search(RunningServer server, float[] query, boolean exact) {
    return server
        .searches()
        .search(
            SearchRequest.newBuilder()
                .setCollection(NAME)
                .setVector(vector(query))
                .setOptions(SearchOptions.newBuilder().setLimit(LIMIT).setEf(200).setExact(exact))
                .build())
        .getHitsList();
  }

  /// Compares with the model: every invariant, exact searches, and the recall of others.
  private void assertAnswers(RunningServer server) {
    assertEquals(
        List.of(),
        server
            .collections()
            .verifyCollection(VerifyCollectionRequest.newBuilder().setName(NAME).build())
            .getViolationsList());
    assertEquals(model.size(), stats(server).getPointCount());
    int found = 0;
    int queries = 30;
    for (int i = 0; i < queries; i++) {
      float[] query = randomVector(random);
      List<Long> truth = nearest(query);
      assertEquals(
          truth, search(server, query, true).stream().map(hit -> hit.getId().getNumber()).toList());
      for (Hit hit : search(server, query, false)) {
        float[] stored = Objects.requireNonNull(model.get(hit.getId().getNumber()));
        assertEquals(-distance(query, stored), hit.getScore(), 1e-4);
        found += truth.contains(hit.getId().getNumber()) ? 1 : 0;
      }
    }
    double recall = found / (double) (queries * LIMIT);
    assertTrue(recall >= 0.9, () -> "recall " + recall);
  }

  /// Waits until the server has rebuilt everything without being asked to.
  private static void awaitRebuilt(RunningServer server) {
    Instant deadline = Instant.now().plusSeconds(60);
    while (stats(server).getOutdatedPointCount() > 0) {
      assertTrue(Instant.now().isBefore(deadline), "not rebuilt after a minute");
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void assertKind(RunningServer server, boolean lists, boolean codes) {
    for (SegmentStats segment : stats(server).getSegmentsList()) {
      assertFalse(segment.getOutdated(), segment::toString);
      assertEquals(segment.getSealed() && lists, segment.hasLists(), segment::toString);
      assertEquals(segment.getSealed() && codes, segment.hasRescoreFactor(), segment::toString);
    }
  }

  @Test
  void aCollectionGoesThroughAllKindsWhileItIsSearchedAndWritten() throws Exception {
    try (RunningServer server = new RunningServer(folder);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      create(server);
      upsert(server, random, 0, 2_500);
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger searches = new AtomicInteger();
      AtomicInteger writes = new AtomicInteger();
      Future<?> reader =
          threads.submit(
              () -> {
                Random draws = new Random(1);
                while (!over.get()) {
                  assertEquals(LIMIT, search(server, randomVector(draws), false).size());
                  searches.incrementAndGet();
                }
              });
      Future<?> writer =
          threads.submit(
              () -> {
                Random draws = new Random(2);
                while (!over.get()) {
                  upsert(server, draws, draws.nextInt(3_000), 20);
                  writes.incrementAndGet();
                }
              });
      change(server, IVF, Codec.CODEC_UNSPECIFIED);
      awaitRebuilt(server);
      change(server, FLAT, Codec.CODEC_UNSPECIFIED);
      awaitRebuilt(server);
      change(server, FAST, Codec.CODEC_UNSPECIFIED);
      awaitRebuilt(server);
      change(server, IVF, Codec.CODEC_PQ);
      change(server, HNSW, Codec.CODEC_INT8); // Right away.
      awaitRebuilt(server);
      int before = searches.get();
      int written = writes.get();
      Instant deadline = Instant.now().plusSeconds(30);
      while (searches.get() == before || writes.get() == written) {
        assertTrue(Instant.now().isBefore(deadline), "reads or writes stopped");
        LockSupport.parkNanos(1_000_000);
      }
      over.set(true);
      reader.get();
      writer.get();
      assertAnswers(server);
      assertKind(server, false, true);
    }
  }

  @Test
  void everySwitchLeavesRecallAndOutlivesARestart() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      create(server);
      upsert(server, random, 0, 2_300);
      optimize(server);
      assertAnswers(server);
    }
    List<IndexPolicy> policies = List.of(IVF, FLAT, HNSW, FAST);
    for (int i = 0; i < policies.size(); i++) {
      IndexPolicy policy = policies.get(i);
      try (RunningServer server = new RunningServer(folder)) {
        Collection changed = change(server, policy, Codec.CODEC_UNSPECIFIED);
        assertEquals(policy.getKindCase(), changed.getIndex().getKindCase());
        assertEquals(1_000, changed.getIndex().getSegmentPoints());
        upsert(server, random, 100L * i, 150); // Some replace what is sealed.
        assertAnswers(server); // While it is rebuilt.
      }
      try (RunningServer server = new RunningServer(folder)) {
        assertAnswers(server);
        optimize(server);
        assertEquals(0, stats(server).getOutdatedPointCount());
        assertKind(server, policy.hasIvf(), policy.hasIvf());
        assertAnswers(server);
      }
    }
  }

  @Test
  void aChangeToTheSamePolicyChangesNothing() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      create(server);
      upsert(server, random, 0, 1_200);
      optimize(server);
      upsert(server, random, 1_200, 10);
      List<Long> before = numbers(server);
      Collection first = change(server, HNSW, Codec.CODEC_UNSPECIFIED);
      assertEquals(first, change(server, HNSW, Codec.CODEC_F32));
      assertEquals(
          first,
          change(
              server,
              first.getIndex().toBuilder().clear().setHnsw(first.getIndex().getHnsw()).build(),
              Codec.CODEC_F32));
      assertEquals(0, stats(server).getOutdatedPointCount());
      assertEquals(before, numbers(server));
    }
  }

  private static List<Long> numbers(RunningServer server) {
    return stats(server).getSegmentsList().stream().map(SegmentStats::getNumber).toList();
  }

  @Test
  void aCodecIsChangedAloneAndTheRestOfThePolicyStays() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      create(server);
      upsert(server, random, 0, 1_500);
      optimize(server);
      Collection changed =
          server
              .collections()
              .updateCollection(
                  UpdateCollectionRequest.newBuilder()
                      .setName(NAME)
                      .setCodec(Codec.CODEC_INT8)
                      .build())
              .getCollection();
      assertEquals(12, changed.getIndex().getHnsw().getM());
      assertEquals(Codec.CODEC_INT8, changed.getVector().getCodec());
      awaitRebuilt(server);
      assertKind(server, false, true);
      assertAnswers(server);
    }
  }

  @Test
  void whatWaitsUnlinkedIsSealedAsTheNewPolicySaysWithoutBeingLinked() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      create(server);
      server
          .collections()
          .updateCollection(
              UpdateCollectionRequest.newBuilder().setName(NAME).setDeferIndexing(true).build());
      upsert(server, random, 0, 2_500);
      assertEquals(2_500, stats(server).getUnlinkedPointCount());
      change(server, IVF, Codec.CODEC_UNSPECIFIED);
      assertEquals(2_500, stats(server).getOutdatedPointCount());
      long linked =
          last(server
                  .collections()
                  .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName(NAME).build()))
              .getReport()
              .getLinkedPoints();
      assertEquals(0, linked);
      assertEquals(0, stats(server).getUnlinkedPointCount());
      assertKind(server, true, true);
      assertAnswers(server);
    }
  }

  private static OptimizeCollectionResponse last(Iterator<OptimizeCollectionResponse> steps) {
    OptimizeCollectionResponse last = steps.next();
    while (steps.hasNext()) {
      last = steps.next();
    }
    return last;
  }
}

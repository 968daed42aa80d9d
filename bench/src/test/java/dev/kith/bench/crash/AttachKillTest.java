package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.CollectionSpec;
import dev.kith.client.Hit;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.KithException;
import dev.kith.client.Metric;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.StoredPoint;
import dev.kith.client.file.NpyWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that is killed while it attaches an index folder has the whole collection afterwards or
/// nothing of it; and what it attaches is what it would have built.
final class AttachKillTest {
  private static final int DIMENSION = 24;
  private static final int ROWS = 8_000;

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.kith.bench.crash.KillTest#seeds")
  void aKilledAttachmentLeavesAllOrNothing(long seed) throws Exception {
    attach(seed, 3);
  }

  @Tag("long")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.kith.bench.crash.KillTest#seeds")
  void fortyKilledAttachmentsLeaveAllOrNothing(long seed) throws Exception {
    attach(seed, 40);
  }

  private static void attach(long seed, int kills) throws Exception {
    Random random = new Random(seed);
    Path work = Folders.fresh("attach-" + seed);
    Path data = Files.createDirectories(work.resolve("data"));
    Path attachable = Files.createDirectories(work.resolve("attachable"));
    float[] vectors = new float[ROWS * DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    build(work, attachable.resolve("made"), vectors);
    Map<String, String> settings = Map.of("KITH_STORE_ATTACH_FOLDER", attachable.toString());
    Path log = work.resolve("server.log");
    long longestMillis = attachWhole(data, log, settings, vectors, random);
    int whole = 0;
    for (int kill = 0; kill < kills; kill++) {
      try (ServerProcess server = ServerProcess.start(data, log, settings)) {
        server.awaitReady();
        try (KithClient client = KithClient.connect("127.0.0.1:" + server.port())) {
          CompletableFuture<?> attaching = client.attachAsync("killed", "made", null);
          Pace.pauseMillis(random.nextInt((int) longestMillis + 20));
          server.kill();
          attaching.handle((_, _) -> true).join();
        }
      }
      whole += checkAfterKill(data, log, settings, vectors) ? 1 : 0;
    }
    System.out.printf("attach, seed %d: %d kills, %d collections whole%n", seed, kills, whole);
    Folders.delete(work);
  }

  private static void build(Path work, Path out, float[] vectors) throws Exception {
    Path file = work.resolve("vectors.npy");
    NpyWriter.write(file, DIMENSION, vectors);
    StringWriter said = new StringWriter();
    int status =
        ToolProvider.findFirst("kith-index")
            .orElseThrow()
            .run(
                new PrintWriter(said),
                new PrintWriter(said),
                "build",
                file.toString(),
                "--out",
                out.toString(),
                "--segment-points",
                "3200",
                "--ef-construction",
                "60",
                "--threads",
                "1");
    assertEquals(0, status, said::toString);
  }

  /// Attaches, compares with a collection that was loaded, and returns how long attaching took.
  private static long attachWhole(
      Path data, Path log, Map<String, String> settings, float[] vectors, Random random)
      throws Exception {
    try (ServerProcess server = ServerProcess.start(data, log, settings)) {
      server.awaitReady();
      try (KithClient client = KithClient.connect("127.0.0.1:" + server.port())) {
        long start = System.nanoTime();
        client.attach("attached", "made", null);
        long millis = (System.nanoTime() - start) / 1_000_000;
        KithCollection attached = client.collection("attached");
        requireWhole(attached, vectors);
        KithCollection loaded =
            client.create(CollectionSpec.of("loaded", DIMENSION, Metric.COSINE));
        load(loaded, vectors);
        double agreed = 0;
        for (int query = 0; query < 50; query++) {
          float[] vector = new float[DIMENSION];
          for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
          }
          Set<PointId> truth = ids(loaded, vector, true);
          assertEquals(truth, ids(attached, vector, true));
          Set<PointId> found = ids(attached, vector, false);
          found.retainAll(truth);
          agreed += found.size() / 10.0;
        }
        assertTrue(agreed / 50 > 0.9, "recall@10 " + agreed / 50);
        client.delete("loaded");
        return millis;
      }
    }
  }

  private static Set<PointId> ids(KithCollection collection, float[] query, boolean exact) {
    SearchOptions options = SearchOptions.top(10);
    Set<PointId> ids = new HashSet<>();
    for (Hit hit : collection.search(query, exact ? options.exactly() : options).hits()) {
      ids.add(hit.id());
    }
    return ids;
  }

  private static void load(KithCollection collection, float[] vectors) {
    for (int from = 0; from < ROWS; from += 2_000) {
      List<PointId> ids = new ArrayList<>();
      float[] rows = new float[2_000 * DIMENSION];
      System.arraycopy(vectors, from * DIMENSION, rows, 0, rows.length);
      for (int i = 0; i < 2_000; i++) {
        ids.add(PointId.of(from + i));
      }
      collection.upsert(PointBatch.of(ids, DIMENSION, rows));
    }
  }

  /// @return whether the collection is there
  private static boolean checkAfterKill(
      Path data, Path log, Map<String, String> settings, float[] vectors) throws Exception {
    try (ServerProcess server = ServerProcess.start(data, log, settings)) {
      server.awaitReady();
      try (KithClient client = KithClient.connect("127.0.0.1:" + server.port())) {
        boolean there = client.list().stream().anyMatch(info -> info.name().equals("killed"));
        if (there) {
          requireWhole(client.collection("killed"), vectors);
          client.delete("killed");
        }
        // Files of the collection that was attached first, and of no other.
        assertEquals(1, client.list().size());
        try (Stream<Path> folders = Files.list(data.resolve("segments"))) {
          assertEquals(1, folders.count());
        }
        return there;
      } catch (CompletionException | KithException failure) {
        throw new IllegalStateException(server.logTail(), failure);
      }
    }
  }

  private static void requireWhole(KithCollection collection, float[] vectors) {
    assertEquals(List.of(), collection.verify().violations());
    assertEquals(ROWS, collection.count());
    assertEquals(0, collection.stats().unlinkedPoints());
    for (int row = 0; row < ROWS; row += 997) {
      StoredPoint stored = collection.get(List.of(PointId.of(row))).getFirst();
      float[] expected = new float[DIMENSION];
      System.arraycopy(vectors, row * DIMENSION, expected, 0, DIMENSION);
      assertArrayEquals(expected, stored.vector());
    }
  }
}

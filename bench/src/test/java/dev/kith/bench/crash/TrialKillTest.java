package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.CollectionInfo;
import dev.kith.client.CollectionSpec;
import dev.kith.client.IndexSpec;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.Metric;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/// A server that is killed while it tries indexes tries them again, and keeps nothing of the first.
final class TrialKillTest {
  private static final int DIMENSION = 8;
  private static final int ROWS = 20_000;
  private static final String NAME = "chosen";

  @Test
  void theTrialIsRepeatedAndWhatItDecidesOutlivesAKill() throws Exception {
    Path work = Folders.fresh("trial");
    Path data = Files.createDirectories(work.resolve("data"));
    Path log = work.resolve("server.log");
    Path scratch = data.resolve("segments/1/trial");
    CollectionInfo decided;
    try (ServerProcess server = ServerProcess.start(data, log);
        KithClient client = connect(server)) {
      KithCollection points =
          client.create(
              CollectionSpec.of(NAME, DIMENSION, Metric.EUCLIDEAN)
                  .withIndex(IndexSpec.auto())
                  .withDeferredIndexing(true));
      load(points);
      await(() -> Files.exists(scratch));
      server.kill();
    }
    assertTrue(Files.exists(scratch), "killed in the middle of the trial");
    try (ServerProcess server = ServerProcess.start(data, log);
        KithClient client = connect(server)) {
      await(() -> client.describe(NAME).choice().orElseThrow().trial().isPresent());
      decided = client.describe(NAME);
      assertEquals(ROWS, decided.points());
      await(() -> !Files.exists(scratch));
      server.kill();
    }
    try (ServerProcess server = ServerProcess.start(data, log);
        KithClient client = connect(server)) {
      assertEquals(decided, client.describe(NAME));
      assertFalse(decided.choice().orElseThrow().trial().orElseThrow().candidates().isEmpty());
      assertEquals(List.of(), client.collection(NAME).verify().violations());
    }
    Folders.delete(work);
  }

  private static KithClient connect(ServerProcess server) throws Exception {
    server.awaitReady();
    return KithClient.connect("127.0.0.1:" + server.port());
  }

  private static void load(KithCollection collection) {
    Random random = new Random(1);
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

  private static void await(BooleanSupplier condition) {
    Instant deadline = Instant.now().plusSeconds(300);
    while (!condition.getAsBoolean()) {
      assertTrue(Instant.now().isBefore(deadline), "it did not happen within five minutes");
      Pace.pauseMillis(2);
    }
  }
}

package dev.kith.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IngestTest {
  private static final int POINTS = 2_000;

  private FakeServer server;
  private KithClient client;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    client =
        KithClient.connect(
            server.address(),
            ClientOptions.standard()
                .withRetry(new RetryPolicy(12, Duration.ofMillis(1), Duration.ofMillis(5))));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static IngestOptions session(String name) {
    return IngestOptions.session(name).withBatches(20, 1 << 20);
  }

  private static PointBatch points(int from, int to) {
    return PointBatch.of(KithClientTest.numbers(from, to), 3, KithClientTest.ramp(3 * (to - from)));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void breaksAtRandomMomentsNeitherLoseNorRepeatAPoint(long seed) {
    Random random = new Random(seed);
    server.breakStreams(new Random(seed + 1000));
    server.refuse(id -> id % 97 == 5);
    List<PointRejection> rejections = Collections.synchronizedList(new ArrayList<>());
    IngestTotals totals;
    try (Ingest ingest =
        client.collection("c").ingest(session("load").onRejected(rejections::add))) {
      int from = 0;
      while (from < POINTS) {
        int to = Math.min(POINTS, from + 1 + random.nextInt(70));
        ingest.add(points(from, to));
        from = to;
      }
      totals = ingest.finish();
    }
    int refused = (POINTS - 5 + 96) / 97;
    Map<Long, Integer> writes = server.writesOfPoint();
    assertEquals(POINTS - refused, writes.size());
    assertTrue(writes.values().stream().allMatch(count -> count == 1), writes.toString());
    assertTrue(server.breaks() > 5, "only %d breaks".formatted(server.breaks()));
    assertEquals(Map.of(), server.sessions());
    // A rejection whose message was lost with a break after the write was durable stays untold.
    assertTrue(rejections.size() <= refused);
    assertEquals(rejections.size(), rejections.stream().map(PointRejection::id).distinct().count());
    assertEquals(rejections.size(), totals.rejected());
    assertEquals(POINTS, totals.written() + totals.rejected() + totals.skipped());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {21, 22, 23, 24, 25})
  void aLoadThatIsAbandonedAtAnyMomentIsResumedByTheNextProcess(long seed) {
    Random random = new Random(seed);
    long skipped = 0;
    for (int run = 0; run < 6; run++) {
      try (Ingest ingest = client.collection("c").ingest(session("load"))) {
        long stop = run == 5 ? POINTS : random.nextInt(POINTS);
        for (int from = 0; from < stop; from += 40) {
          ingest.add(points(from, from + 40));
        }
        if (run == 5) {
          IngestTotals totals = ingest.finish();
          skipped = totals.skipped();
          assertEquals(POINTS, totals.skipped() + totals.written());
        }
      }
    }
    assertTrue(skipped > 0);
    Map<Long, Integer> writes = server.writesOfPoint();
    assertEquals(POINTS, writes.size());
    assertTrue(writes.values().stream().allMatch(count -> count == 1), writes.toString());
  }

  @Test
  void totalsTellWhatIsDurable() {
    try (Ingest ingest = client.collection("c").ingest(session("load"))) {
      ingest.add(points(0, 100));
      IngestTotals flushed = ingest.flush();
      assertEquals(new IngestTotals(100, 0, 0, 5), flushed);
      assertEquals(5, ingest.durableBatches());
      ingest.add(points(100, 101));
      assertEquals(new IngestTotals(101, 0, 0, 6), ingest.finish());
      assertThrows(IllegalStateException.class, () -> ingest.add(points(0, 1)));
    }
  }

  @Test
  void rejectedPointsAreToldWithIdAndReason() {
    server.refuse(id -> id == 41);
    List<PointRejection> rejections = Collections.synchronizedList(new ArrayList<>());
    try (Ingest ingest =
        client.collection("c").ingest(session("load").onRejected(rejections::add))) {
      ingest.add(points(0, 100));
      assertEquals(new IngestTotals(99, 1, 0, 5), ingest.finish());
    }
    assertEquals(
        List.of(new PointRejection(3, 1, PointId.of(41), "coordinate 0 is NaN")), rejections);
  }

  @Test
  void aRefusalToStartIsThrownAtOnce() {
    server.failNext(FakeServer.notFound("c"));
    KithException failure =
        assertThrows(KithException.class, () -> client.collection("c").ingest(session("load")));
    assertEquals("there is no collection c", failure.getMessage());
    assertEquals(1, server.streams());
  }

  @Test
  void aServerThatStaysAwayEndsTheLoadAfterAllAttempts() {
    Ingest ingest = client.collection("c").ingest(session("load"));
    ingest.add(points(0, 20));
    ingest.flush();
    server.close();
    KithException failure =
        assertThrows(
            KithException.class,
            () -> {
              ingest.add(points(20, 40));
              ingest.finish();
            });
    assertEquals(KithException.Code.UNAVAILABLE, failure.code());
    ingest.close();
  }
}

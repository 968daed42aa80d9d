package dev.kith.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.UpsertRequest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KithClientTest {
  private static final ClientOptions IMPATIENT =
      ClientOptions.standard()
          .withRetry(new RetryPolicy(4, Duration.ofMillis(2), Duration.ofMillis(20)));

  private FakeServer server;
  private KithClient client;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    client = KithClient.connect(server.address(), IMPATIENT);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  static List<PointId> numbers(long from, long to) {
    return LongStream.range(from, to).mapToObj(PointId::of).toList();
  }

  static float[] ramp(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i + 0.5f;
    }
    return values;
  }

  @Test
  void vectorsTravelAsLittleEndianBytesFromArraysAndFromMemory() {
    KithCollection words = client.collection("words");
    words.upsert(PointBatch.of(PointId.of(1), new float[] {1, -2.5f}, Payload.of("{}")));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(8);
      row.set(PointBatch.LITTLE_ENDIAN_FLOAT, 0, 1f);
      row.set(PointBatch.LITTLE_ENDIAN_FLOAT, 4, -2.5f);
      words.upsert(PointBatch.of(numbers(2, 3), 2, row, null));
    }
    assertEquals("0000803f000020c0", hex(server.point(1)));
    assertEquals("0000803f000020c0", hex(server.point(2)));
    assertEquals("{}", server.point(1).payload().toStringUtf8());
    assertEquals("", server.point(2).payload().toStringUtf8());
  }

  private static String hex(FakeServer.Stored point) {
    return HexFormat.of().formatHex(point.vector().toByteArray());
  }

  @Test
  void aLargeBatchIsSentInPartsOfAtMostTheChunkSizeInOrder() {
    try (KithClient small = KithClient.connect(server.address(), IMPATIENT.withChunkBytes(4096))) {
      List<@Nullable Payload> payloads = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        payloads.add(Payload.of("{\"text\": \"%s\"}".formatted("x".repeat(i))));
      }
      WriteReceipt receipt =
          small
              .collection("c")
              .upsert(PointBatch.of(numbers(0, 500), 10, ramp(5000), payloads), Durability.OS);
      assertEquals(500, receipt.points());
      assertEquals(Durability.OS, receipt.durability());
      assertEquals(server.upserts().size(), receipt.lsn());
    }
    List<Long> order = new ArrayList<>();
    for (UpsertRequest request : server.upserts()) {
      assertTrue(request.getSerializedSize() <= 4096 + 64, "" + request.getSerializedSize());
      order.addAll(request.getPoints().getIds().getNumbers().getValuesList());
    }
    assertEquals(LongStream.range(0, 500).boxed().toList(), order);
    float[] first = ramp(5000);
    for (int i = 0; i < 500; i++) {
      float[] row = new float[10];
      server
          .point(i)
          .vector()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(row);
      assertArrayEquals(Arrays.copyOfRange(first, i * 10, i * 10 + 10), row);
    }
  }

  @Test
  void aBatchIsSentInPartsOfAtMostTenThousandPoints() {
    client.collection("c").upsert(PointBatch.of(numbers(0, 25_000), 1, ramp(25_000)));
    assertEquals(
        List.of(10_000, 10_000, 5_000),
        server.upserts().stream()
            .map(request -> request.getPoints().getIds().getNumbers().getValuesCount())
            .toList());
  }

  @Test
  void whenAPartFailsTheMessageSaysWhichPointsWereInIt() {
    server.failNext(FakeServer.invalid("points.ids", "too many"));
    KithException failure =
        assertThrows(
            KithException.class,
            () ->
                client.collection("c").upsert(PointBatch.of(numbers(0, 25_000), 1, ramp(25_000))));
    assertEquals("points [0, 10000): the request is unacceptable", failure.getMessage());
    assertEquals(List.of(new FieldViolation("points.ids", "too many")), failure.violations());
  }

  @Test
  void aCallIsRepeatedWhileTheServerIsUnavailableOrAsksToComeBack() {
    server.failNext(
        FakeServer.unavailable(),
        FakeServer.overloaded(Duration.ofMillis(30)),
        FakeServer.unavailable());
    long start = System.nanoTime();
    client.collection("c").upsert(PointBatch.of(numbers(0, 1), 1, ramp(1)));
    assertEquals(4, server.calls());
    assertTrue(System.nanoTime() - start >= Duration.ofMillis(30).toNanos());
  }

  @Test
  void aCallIsGivenUpAfterAsManyAttemptsAsThePolicySays() {
    for (int i = 0; i < 10; i++) {
      server.failNext(FakeServer.unavailable());
    }
    KithException failure =
        assertThrows(
            KithException.class,
            () -> client.collection("c").upsert(PointBatch.of(numbers(0, 1), 1, ramp(1))));
    assertEquals(4, server.calls());
    assertEquals(KithException.Code.UNAVAILABLE, failure.code());
    assertTrue(failure.retryable());
  }

  @Test
  void aRefusalIsNotRepeatedAndKeepsTheServersSentenceReasonAndValues() {
    server.failNext(FakeServer.notFound("c"));
    KithException failure =
        assertThrows(
            KithException.class,
            () -> client.collection("c").upsert(PointBatch.of(numbers(0, 1), 1, ramp(1))));
    assertEquals(1, server.calls());
    assertEquals("there is no collection c", failure.getMessage());
    assertEquals("ERROR_REASON_COLLECTION_NOT_FOUND", failure.reason());
    assertEquals(Map.of("name", "c"), failure.metadata());
    assertEquals(KithException.Code.NOT_FOUND, failure.code());
    assertFalse(failure.retryable());
  }

  @Test
  void exhaustionWithoutAPromiseToRecoverIsNotRepeated() {
    server.failNext(io.grpc.Status.RESOURCE_EXHAUSTED.withDescription("full").asRuntimeException());
    assertThrows(
        KithException.class,
        () -> client.collection("c").upsert(PointBatch.of(numbers(0, 1), 1, ramp(1))));
    assertEquals(1, server.calls());
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUpAtTheDeadline() {
    server.fallSilent();
    try (KithClient hasty =
        KithClient.connect(server.address(), IMPATIENT.withDeadline(Duration.ofMillis(200)))) {
      KithException failure =
          assertThrows(
              KithException.class,
              () -> hasty.collection("c").upsert(PointBatch.of(numbers(0, 1), 1, ramp(1))));
      assertEquals(KithException.Code.DEADLINE_EXCEEDED, failure.code());
      assertTrue(failure.getMessage().contains(server.address()), failure.getMessage());
    }
  }

  @Test
  void aServerThatIsNotThereIsNamedInOneSentence() {
    String address = server.address();
    server.close();
    KithException failure = assertThrows(KithException.class, () -> client.collection("c").count());
    assertTrue(
        failure.getMessage().startsWith("cannot reach the server at " + address),
        failure.getMessage());
  }

  @Test
  void cancellingADerivedFutureCancelsTheCallAndWhatWouldFollow() {
    server.fallSilent();
    CompletableFuture<Long> points =
        client
            .collection("c")
            .upsertAsync(PointBatch.of(numbers(0, 25_000), 1, ramp(25_000)), Durability.DISK)
            .thenApply(WriteReceipt::points);
    assertTrue(points.cancel(true));
    assertTrue(points.isCancelled());
    assertTrue(server.calls() <= 1);
  }

  @Test
  void futuresFailWithTheSameException() {
    server.failNext(FakeServer.notFound("c"));
    ExecutionException failure =
        assertThrows(
            ExecutionException.class,
            () ->
                client
                    .collection("c")
                    .upsertAsync(PointBatch.of(numbers(0, 1), 1, ramp(1)), Durability.DISK)
                    .get());
    KithException cause = (KithException) failure.getCause();
    assertNotNull(cause);
    assertEquals("there is no collection c", cause.getMessage());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aWalkThatBreaksAtRandomReturnsEveryPointOnce(long seed) {
    client.collection("c").upsert(PointBatch.of(numbers(0, 100), 2, ramp(200)));
    server.breakStreams(new Random(seed));
    List<PointId> seen = new ArrayList<>();
    try (PointScroll walk = client.collection("c").scroll(new SearchOptions.Fields(true, true))) {
      walk.stream().forEach(point -> seen.add(point.id()));
    }
    assertEquals(numbers(0, 100), seen);
    assertTrue(server.breaks() > 0);
  }

  @Test
  void aWalkCanBeLeftEarly() {
    client.collection("c").upsert(PointBatch.of(numbers(0, 100), 2, ramp(200)));
    try (PointScroll walk = client.collection("c").scroll(new SearchOptions.Fields(true, true))) {
      StoredPoint first = walk.next();
      assertEquals(PointId.of(0), first.id());
      assertArrayEquals(new float[] {0.5f, 1.5f}, first.vector());
      assertNull(first.payload());
    }
  }

  @Test
  void batchesWhoseColumnsDisagreeAreRefusedAtOnce() {
    assertThrows(IllegalArgumentException.class, () -> PointBatch.of(numbers(0, 2), 3, ramp(5)));
    assertThrows(IllegalArgumentException.class, () -> PointBatch.of(List.of(), 3, ramp(0)));
    assertThrows(
        IllegalArgumentException.class,
        () -> PointBatch.of(numbers(0, 2), 1, ramp(2), List.of(Payload.of("{}"))));
    assertThrows(
        IllegalArgumentException.class,
        () -> client.collection("c").searchBatch(List.of(ramp(2), ramp(3)), SearchOptions.top(1)));
  }

  @Test
  void idsAreWrittenAndReadBackAlike() {
    for (PointId id :
        List.of(
            PointId.of(0),
            PointId.of(-1),
            PointId.of(UUID.fromString("123e4567-e89b-12d3-a456-426614174000")),
            PointId.of("word"),
            PointId.of("7"),
            PointId.of("text:7"),
            PointId.of("a\nb"),
            PointId.of("123e4567-e89b-12d3-a456-426614174000"))) {
      assertEquals(id, PointId.parse(id.toString()));
      assertEquals(id, Wire.id(Wire.id(id)));
    }
    assertEquals("18446744073709551615", PointId.of(-1).toString());
    assertThrows(IllegalArgumentException.class, () -> PointId.of(""));
    assertThrows(IllegalArgumentException.class, () -> PointId.of("é".repeat(257)));
    assertThrows(IllegalArgumentException.class, () -> PointId.of("\ud800"));
    assertThrows(IllegalArgumentException.class, () -> PointId.parse("18446744073709551616"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":7600", "host:0", "host:65536", "host:x", "http://host", "a:1:2"})
  void anAddressThatIsNoneIsRefused(String address) {
    assertThrows(IllegalArgumentException.class, () -> KithClient.connect(address));
  }

  @Test
  void addressesHaveADefaultPort() {
    assertEquals(new HostAndPort("db", 7600), HostAndPort.parse("db", 7600));
    assertEquals(new HostAndPort("::1", 1), HostAndPort.parse("[::1]:1", 7600));
    assertEquals("[::1]:1", HostAndPort.parse("[::1]:1", 7600).toString());
  }

  @Test
  void delaysGrowToTheirLimitAndAreSpread() {
    RetryPolicy policy = new RetryPolicy(9, Duration.ofMillis(100), Duration.ofSeconds(1));
    for (int failures = 1; failures <= 100; failures++) {
      long full = Math.min(1000, 100L << Math.min(20, failures - 1));
      long delay = policy.delayAfter(failures).toMillis();
      assertTrue(delay >= full / 2 - 1 && delay <= full, failures + ": " + delay);
    }
  }
}

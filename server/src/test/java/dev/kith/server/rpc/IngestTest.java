package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.batch;
import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.info;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.CountPointsResponse;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.IngestAck;
import dev.kith.proto.v1.IngestBatch;
import dev.kith.proto.v1.IngestFinish;
import dev.kith.proto.v1.IngestFinished;
import dev.kith.proto.v1.IngestRejected;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStart;
import dev.kith.proto.v1.IngestStarted;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.TextIds;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IngestTest {
  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder, Map.of("store.tail-points", "3000"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /// One stream, as a test drives it.
  private final class Stream implements StreamObserver<IngestResponse> {
    private static final Object COMPLETED = "completed";
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private final StreamObserver<IngestRequest> requests = server.pointsAsync().ingest(this);

    @Override
    public void onNext(IngestResponse response) {
      events.add(response);
    }

    @Override
    public void onError(Throwable failure) {
      events.add(failure);
    }

    @Override
    public void onCompleted() {
      events.add(COMPLETED);
    }

    IngestStarted begin(String collection, String session) throws InterruptedException {
      start(collection, session);
      return next(IngestResponse::hasStarted).getStarted();
    }

    void start(String collection, String session) {
      requests.onNext(
          IngestRequest.newBuilder()
              .setStart(
                  IngestStart.newBuilder()
                      .setCollection(collection)
                      .setSession(session)
                      .setDurability(Durability.DURABILITY_OS))
              .build());
    }

    void send(long sequence, PointBatch points) {
      requests.onNext(
          IngestRequest.newBuilder()
              .setBatch(IngestBatch.newBuilder().setSequence(sequence).setPoints(points))
              .build());
    }

    void finish() {
      requests.onNext(
          IngestRequest.newBuilder().setFinish(IngestFinish.getDefaultInstance()).build());
    }

    /// The next response of a kind; others before it are skipped.
    IngestResponse next(Predicate<IngestResponse> kind) throws InterruptedException {
      while (true) {
        Object event = event();
        if (event instanceof IngestResponse response) {
          if (kind.test(response)) {
            return response;
          }
        } else {
          throw new AssertionError("ended early: " + event);
        }
      }
    }

    IngestAck ackOf(long sequence) throws InterruptedException {
      return next(response -> response.hasAck() && response.getAck().getSequence() >= sequence)
          .getAck();
    }

    StatusRuntimeException failure() throws InterruptedException {
      Object event = event();
      while (event instanceof IngestResponse) {
        event = event();
      }
      return assertInstanceOf(StatusRuntimeException.class, event);
    }

    void completed() throws InterruptedException {
      Object event = event();
      while (event instanceof IngestResponse) {
        event = event();
      }
      assertEquals(COMPLETED, event);
    }

    private Object event() throws InterruptedException {
      @Nullable Object event = events.poll(30, TimeUnit.SECONDS);
      assertNotNull(event, "nothing came in 30 s");
      return event;
    }
  }

  private CountPointsResponse count(String collection) {
    return server
        .points()
        .countPoints(CountPointsRequest.newBuilder().setCollection(collection).build());
  }

  private static PointBatch rows(long first, int count) {
    float[][] rows = new float[count][2];
    for (int i = 0; i < count; i++) {
      rows[i][0] = first + i;
    }
    return batch(first, rows);
  }

  @Test
  void batchesAreAcknowledgedInOrderAndFinishedTogether() throws Exception {
    server.create("load", 2, Metric.METRIC_EUCLIDEAN);
    Stream stream = new Stream();
    IngestStarted started = stream.begin("load", "s");
    assertEquals(0, started.getSequence());
    assertEquals(8, started.getWindow());
    assertEquals(10_000, started.getMaxBatchPoints());
    assertEquals(64 << 20, started.getMaxMessageBytes());
    for (int i = 1; i <= 40; i++) {
      stream.send(i, rows(i * 100L, 100));
    }
    IngestAck ack = stream.ackOf(40);
    assertTrue(ack.getDurability().getNumber() >= Durability.DURABILITY_OS_VALUE);
    assertEquals(4_000, count("load").getPointCount());
    assertTrue(count("load").getLsn() >= ack.getLsn());
    stream.finish();
    IngestFinished finished = stream.next(IngestResponse::hasFinished).getFinished();
    assertEquals(4_000, finished.getPointCount());
    assertEquals(0, finished.getRejectedCount());
    assertEquals(ack.getLsn(), finished.getLsn());
    stream.completed();
    Stream again = new Stream();
    assertEquals(0, again.begin("load", "s").getSequence(), "finish forgets the session");
    again.requests.onCompleted();
    again.completed();
  }

  @Test
  void aBrokenStreamIsResumedWithoutLossOrDuplicates() throws Exception {
    server.create("broken", 2, Metric.METRIC_EUCLIDEAN);
    Stream first = new Stream();
    first.begin("broken", "s");
    first.send(1, rows(0, 10));
    first.send(2, rows(10, 10));
    long lsn = first.ackOf(2).getLsn();
    first.requests.onError(new IllegalStateException("the client dies"));
    Stream second = new Stream();
    assertEquals(2, second.begin("broken", "s").getSequence());
    second.send(1, rows(0, 10)); // Sent again all the same: acknowledged, not written.
    assertTrue(second.ackOf(1).getLsn() >= lsn);
    second.send(3, rows(20, 10));
    second.ackOf(3);
    assertEquals(30, count("broken").getPointCount());
    second.requests.onCompleted();
    second.completed();
    Stream third = new Stream();
    assertEquals(3, third.begin("broken", "s").getSequence());
    third.finish();
    assertEquals(0, third.next(IngestResponse::hasFinished).getFinished().getPointCount());
  }

  @Test
  void aSessionGoesToTheStreamThatAsksLast() throws Exception {
    server.create("taken", 2, Metric.METRIC_EUCLIDEAN);
    Stream first = new Stream();
    first.begin("taken", "s");
    first.send(1, rows(0, 10));
    first.ackOf(1);
    Stream second = new Stream();
    assertEquals(1, second.begin("taken", "s").getSequence());
    assertEquals(Code.ABORTED, first.failure().getStatus().getCode());
    second.send(2, rows(10, 10));
    second.ackOf(2);
    second.finish();
    second.next(IngestResponse::hasFinished);
  }

  @Test
  void singleBadPointsAreRejectedAndTheOthersWritten() throws Exception {
    server.create("some", 2, Metric.METRIC_EUCLIDEAN);
    Stream stream = new Stream();
    stream.begin("some", "s");
    PointBatch mixed =
        PointBatch.newBuilder()
            .setIds(
                PointIds.newBuilder()
                    .setTexts(
                        TextIds.newBuilder()
                            .addValues("a")
                            .addValues("")
                            .addValues("c")
                            .addValues("d")
                            .addValues("e")))
            .setVectors(
                RunningServer.matrix(
                    new float[][] {{1, 1}, {2, 2}, {Float.NaN, 3}, {4, 4}, {5, 5}}))
            .addPayloads(ByteString.copyFromUtf8("{\"n\":1}"))
            .addPayloads(ByteString.EMPTY)
            .addPayloads(ByteString.EMPTY)
            .addPayloads(ByteString.copyFromUtf8("not json"))
            .addPayloads(ByteString.copyFromUtf8("{\"n\":5}"))
            .build();
    stream.send(1, mixed);
    IngestRejected rejected = stream.next(IngestResponse::hasRejected).getRejected();
    assertEquals(1, rejected.getSequence());
    assertEquals(
        List.of(1, 2, 3), rejected.getErrorsList().stream().map(e -> e.getIndex()).toList());
    assertEquals("c", rejected.getErrors(1).getId().getText());
    stream.ackOf(1);
    assertEquals(2, count("some").getPointCount());
    stream.send(2, batch(0, new float[][] {{Float.NaN, 1}})); // None is left: still acknowledged.
    stream.ackOf(2);
    stream.send(3, rows(0, 1));
    stream.ackOf(3);
    stream.finish();
    IngestFinished finished = stream.next(IngestResponse::hasFinished).getFinished();
    assertEquals(3, finished.getPointCount());
    assertEquals(4, finished.getRejectedCount());
  }

  @Test
  void aLongTailSlowsTheStreamAndLosesNothing() throws Exception {
    server.create("slow", 32, Metric.METRIC_EUCLIDEAN);
    Stream stream = new Stream();
    stream.begin("slow", "s");
    java.util.Random random = new java.util.Random(7);
    for (int i = 1; i <= 30; i++) {
      float[][] rows = new float[500][32];
      for (float[] row : rows) {
        for (int d = 0; d < row.length; d++) {
          row[d] = random.nextFloat();
        }
      }
      stream.send(i, batch(i * 500L, rows));
    }
    stream.ackOf(30);
    assertEquals(15_000, count("slow").getPointCount());
    stream.finish();
    assertEquals(15_000, stream.next(IngestResponse::hasFinished).getFinished().getPointCount());
  }

  @Test
  void gapsEndTheStream() throws Exception {
    server.create("gap", 2, Metric.METRIC_EUCLIDEAN);
    Stream stream = new Stream();
    stream.begin("gap", "s");
    stream.send(2, rows(0, 1));
    StatusRuntimeException failure = stream.failure();
    assertEquals(Code.FAILED_PRECONDITION, failure.getStatus().getCode());
    assertEquals("ERROR_REASON_INGEST_SEQUENCE", info(failure).getReason());
    assertEquals("1", info(failure).getMetadataOrThrow("expected"));
    Stream zero = new Stream();
    zero.begin("gap", "s");
    zero.send(0, rows(0, 1));
    assertEquals(Code.FAILED_PRECONDITION, zero.failure().getStatus().getCode());
  }

  @Test
  void messagesOutOfPlaceAreRefusedByField() throws Exception {
    server.create("order", 2, Metric.METRIC_EUCLIDEAN);
    Stream early = new Stream();
    early.send(1, rows(0, 1));
    assertEquals("start", field(early.failure()));
    Stream twice = new Stream();
    twice.begin("order", "s");
    twice.start("order", "s");
    assertEquals("start", field(twice.failure()));
    Stream empty = new Stream();
    empty.requests.onNext(IngestRequest.getDefaultInstance());
    assertEquals("message", field(empty.failure()));
    Stream nothing = new Stream();
    nothing.requests.onCompleted();
    assertEquals("start", field(nothing.failure()));
    Stream session = new Stream();
    session.start("order", "a/b");
    assertEquals("start.session", field(session.failure()));
    Stream missing = new Stream();
    missing.start("nowhere", "s");
    assertEquals(Code.NOT_FOUND, missing.failure().getStatus().getCode());
    Stream shape = new Stream();
    shape.begin("order", "t");
    shape.send(1, rows(0, 2).toBuilder().addPayloads(ByteString.EMPTY).build());
    assertEquals("batch.points.payloads", field(shape.failure()));
  }
}

package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.info;
import static dev.kith.server.testing.RunningServer.numbers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeleteCollectionRequest;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.ScrollRequest;
import dev.kith.proto.v1.ScrollResponse;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ScrollTest {
  private static final int COUNT = 5_000;

  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    server.create("walk", 2, Metric.METRIC_EUCLIDEAN);
    server.upsert("walk", 0, new float[COUNT][2]);
    server.create("other", 2, Metric.METRIC_EUCLIDEAN);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static ScrollRequest.Builder request() {
    return ScrollRequest.newBuilder().setCollection("walk");
  }

  private List<ScrollResponse> scroll(ScrollRequest.Builder request) {
    List<ScrollResponse> responses = new ArrayList<>();
    server.points().scroll(request.build()).forEachRemaining(responses::add);
    return responses;
  }

  private static List<Long> ids(List<ScrollResponse> responses) {
    return responses.stream()
        .flatMap(response -> response.getPointsList().stream())
        .map(point -> point.getId().getNumber())
        .toList();
  }

  private static List<Long> range(long from, long to) {
    return java.util.stream.LongStream.range(from, to).boxed().toList();
  }

  @Test
  void aWalkMeetsEveryPointOnceInTheOrderOfIds() {
    List<ScrollResponse> responses = scroll(request());
    assertEquals(range(0, COUNT), ids(responses));
    assertTrue(responses.getLast().getEnd());
    assertEquals(1, responses.stream().filter(ScrollResponse::getEnd).count());
    assertFalse(responses.getFirst().getPoints(0).hasVector());
  }

  @Test
  void aWalkGoesOnWhereItsCursorSays() {
    List<Long> all = new ArrayList<>();
    ByteString cursor = ByteString.EMPTY;
    boolean end = false;
    while (!end) {
      List<ScrollResponse> part = scroll(request().setCursor(cursor).setLimit(617));
      all.addAll(ids(part));
      cursor = part.getLast().getCursor();
      end = part.getLast().getEnd();
    }
    assertEquals(range(0, COUNT), all);
    List<ScrollResponse> after = scroll(request().setCursor(cursor));
    assertEquals(List.of(), ids(after));
    assertTrue(after.getLast().getEnd());
  }

  @Test
  void anEmptyCollectionEndsAtOnce() {
    List<ScrollResponse> responses = scroll(request().setCollection("other"));
    assertEquals(1, responses.size());
    assertTrue(responses.getFirst().getEnd());
    assertEquals(0, responses.getFirst().getPointsCount());
  }

  @Test
  void damagedForeignAndInventedCursorsAreRefused() {
    ByteString cursor = scroll(request().setLimit(1)).getLast().getCursor();
    List<ByteString> bad = new ArrayList<>();
    for (int bit = 0; bit < cursor.size() * 8; bit++) {
      byte[] bytes = cursor.toByteArray();
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      bad.add(ByteString.copyFrom(bytes));
    }
    for (int length = 1; length < cursor.size(); length++) {
      bad.add(cursor.substring(0, length));
    }
    bad.add(cursor.concat(ByteString.copyFrom(new byte[1])));
    bad.add(ByteString.copyFrom(new byte[1 << 20]));
    bad.forEach(
        one -> {
          StatusRuntimeException failure =
              assertThrows(StatusRuntimeException.class, () -> scroll(request().setCursor(one)));
          assertEquals(Code.INVALID_ARGUMENT, failure.getStatus().getCode());
          assertEquals("ERROR_REASON_INVALID_CURSOR", info(failure).getReason());
        });
    StatusRuntimeException foreign =
        assertThrows(
            StatusRuntimeException.class,
            () -> scroll(request().setCollection("other").setCursor(cursor)));
    assertEquals("ERROR_REASON_INVALID_CURSOR", info(foreign).getReason());
  }

  @Test
  void aCursorDoesNotOutliveItsCollection() {
    server.create("brief", 2, Metric.METRIC_EUCLIDEAN);
    server.upsert("brief", 0, new float[10][2]);
    ByteString cursor = scroll(request().setCollection("brief").setLimit(3)).getLast().getCursor();
    server
        .collections()
        .deleteCollection(DeleteCollectionRequest.newBuilder().setName("brief").build());
    server
        .collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName("brief")
                .setVector(RunningServer.schema(2, Metric.METRIC_EUCLIDEAN))
                .build());
    assertThrows(
        StatusRuntimeException.class,
        () -> scroll(request().setCollection("brief").setCursor(cursor)));
  }

  @Test
  void pointsThatExistThroughoutAreMetOnceWhileOthersComeAndGo() {
    server.create("moving", 2, Metric.METRIC_EUCLIDEAN);
    server.upsert("moving", 0, new float[2_000][2]);
    List<Long> met = new ArrayList<>();
    ByteString cursor = ByteString.EMPTY;
    boolean end = false;
    long fresh = 100_000;
    while (!end) {
      List<ScrollResponse> part =
          scroll(request().setCollection("moving").setCursor(cursor).setLimit(100));
      met.addAll(ids(part));
      cursor = part.getLast().getCursor();
      end = part.getLast().getEnd();
      server.upsert("moving", 500, new float[900][2]); // Overwritten, before and behind.
      if (fresh < 100_020) {
        server.upsert("moving", fresh++, new float[1][2]);
      }
      server
          .points()
          .deletePoints(
              DeletePointsRequest.newBuilder()
                  .setCollection("moving")
                  .setIds(numbers(1_999L))
                  .build());
    }
    List<Long> throughout = met.stream().filter(id -> id < 1_999).toList();
    assertEquals(range(0, 1_999), throughout);
  }

  @Test
  void aSlowReaderCostsNoMemoryAndHoldsNothingUp() throws Exception {
    server.create("large", 1_024, Metric.METRIC_EUCLIDEAN);
    ByteString payload = ByteString.copyFromUtf8("{\"text\":\"" + "x".repeat(16_000) + "\"}");
    for (int chunk = 0; chunk < 20; chunk++) {
      PointBatch.Builder points =
          RunningServer.batch(chunk * 100L, new float[100][1_024]).toBuilder();
      for (int i = 0; i < 100; i++) {
        points.addPayloads(payload);
      }
      server
          .points()
          .upsert(UpsertRequest.newBuilder().setCollection("large").setPoints(points).build());
    }
    ScrollRequest all = request().setCollection("large").setWithVector(true).build(); // 40 MB each
    int readers = 20;
    List<SlowReader> slow = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      SlowReader reader = new SlowReader();
      server.pointsAsync().scroll(all, reader);
      slow.add(reader);
    }
    for (SlowReader reader : slow) {
      assertTrue(reader.first.await(20, TimeUnit.SECONDS));
    }
    long used = usedHeap();
    // Others are served meanwhile, and what is buffered does not grow.
    for (int i = 0; i < 50; i++) {
      assertEquals(COUNT, ids(scroll(request())).size());
    }
    long grown = usedHeap() - used;
    assertTrue(grown < 100L << 20, "heap grew by " + grown);
    for (SlowReader reader : slow) {
      assertTrue(reader.messages.get() <= 2, "got " + reader.messages);
      reader.resume();
    }
    for (SlowReader reader : slow) {
      assertTrue(reader.done.await(60, TimeUnit.SECONDS), "a slow reader never got to the end");
      assertEquals(2_000, reader.points.get());
    }
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /// Takes one message and then none until told to.
  private static final class SlowReader
      implements ClientResponseObserver<ScrollRequest, ScrollResponse> {
    final CountDownLatch first = new CountDownLatch(1);
    final CountDownLatch done = new CountDownLatch(1);
    final AtomicInteger messages = new AtomicInteger();
    final AtomicInteger points = new AtomicInteger();
    private final AtomicReference<@Nullable ClientCallStreamObserver<ScrollRequest>> call =
        new AtomicReference<>();
    private volatile boolean resumed;

    @Override
    public void beforeStart(ClientCallStreamObserver<ScrollRequest> stream) {
      stream.disableAutoRequestWithInitial(1);
      call.set(stream);
    }

    void resume() {
      resumed = true;
      request();
    }

    private void request() {
      ClientCallStreamObserver<ScrollRequest> stream = call.get();
      if (stream != null) {
        stream.request(1);
      }
    }

    @Override
    public void onNext(ScrollResponse response) {
      messages.incrementAndGet();
      for (Point point : response.getPointsList()) {
        assert point.getVector().getData().size() == 4_096;
        points.incrementAndGet();
      }
      first.countDown();
      if (resumed) {
        request();
      }
    }

    @Override
    public void onError(Throwable failure) {
      done.countDown();
    }

    @Override
    public void onCompleted() {
      done.countDown();
    }
  }

  @Test
  void aReaderThatLeavesEndsItsWalk() {
    Iterator<ScrollResponse> walk = server.points().scroll(request().build());
    walk.next();
    io.grpc.Context.CancellableContext context = io.grpc.Context.current().withCancellation();
    context.run(
        () -> {
          Iterator<ScrollResponse> cancelled = server.points().scroll(request().build());
          cancelled.next();
          context.cancel(null);
        });
    assertEquals(COUNT, ids(scroll(request())).size());
  }
}

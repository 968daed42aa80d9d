package dev.kith.client;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.kith.proto.v1.IngestAck;
import dev.kith.proto.v1.IngestBackoff;
import dev.kith.proto.v1.IngestBatch;
import dev.kith.proto.v1.IngestFinished;
import dev.kith.proto.v1.IngestRejected;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStarted;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointError;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.ScrollRequest;
import dev.kith.proto.v1.ScrollResponse;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.UpsertResponse;
import dev.kith.proto.v1.Vector;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A server of points that behaves as the contract says and fails when it is told to. Single
/// collection; ids are numbers.
final class FakeServer extends PointServiceGrpc.PointServiceImplBase implements AutoCloseable {

  /// One stored version of a point.
  record Stored(long version, ByteString vector, ByteString payload) {}

  private final Server server;
  private final TreeMap<Long, Stored> points = new TreeMap<>(Long::compareUnsigned);
  private final Map<Long, Integer> writesOfPoint = new HashMap<>();
  private final Map<String, Long> sessions = new HashMap<>();
  private final ArrayDeque<RuntimeException> failures = new ArrayDeque<>();
  private final List<UpsertRequest> upserts = new ArrayList<>();
  private long lsn;
  private int calls;
  private int breaks;
  private int streams;
  private @Nullable Random breaking;
  private Predicate<Long> refused = _ -> false;
  private boolean silent;

  FakeServer() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .maxInboundMessageSize(64 << 20)
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  synchronized void failNext(RuntimeException... next) {
    failures.addAll(List.of(next));
  }

  /// Breaks streams at random moments, by a seed.
  synchronized void breakStreams(Random random) {
    breaking = random;
  }

  synchronized void refuse(Predicate<Long> ids) {
    refused = ids;
  }

  /// Answers nothing from now on.
  synchronized void fallSilent() {
    silent = true;
  }

  synchronized int calls() {
    return calls;
  }

  synchronized int breaks() {
    return breaks;
  }

  synchronized int streams() {
    return streams;
  }

  synchronized List<UpsertRequest> upserts() {
    return List.copyOf(upserts);
  }

  synchronized Stored point(long id) {
    return Objects.requireNonNull(points.get(id), () -> "no point " + id);
  }

  synchronized Map<Long, Integer> writesOfPoint() {
    return new HashMap<>(writesOfPoint);
  }

  synchronized Map<String, Long> sessions() {
    return new HashMap<>(sessions);
  }

  static StatusRuntimeException unavailable() {
    return io.grpc.Status.UNAVAILABLE.withDescription("going away").asRuntimeException();
  }

  static StatusRuntimeException overloaded(Duration retryAfter) {
    return status(
        Code.RESOURCE_EXHAUSTED,
        "the search queue is full (256)",
        Any.pack(
            RetryInfo.newBuilder()
                .setRetryDelay(
                    com.google.protobuf.Duration.newBuilder()
                        .setSeconds(retryAfter.toSeconds())
                        .setNanos(retryAfter.toNanosPart()))
                .build()));
  }

  static StatusRuntimeException notFound(String name) {
    return status(
        Code.NOT_FOUND,
        "there is no collection " + name,
        Any.pack(
            ErrorInfo.newBuilder()
                .setDomain("kith.dev")
                .setReason("ERROR_REASON_COLLECTION_NOT_FOUND")
                .putMetadata("name", name)
                .build()));
  }

  static StatusRuntimeException invalid(String field, String problem) {
    return status(
        Code.INVALID_ARGUMENT,
        "the request is unacceptable",
        Any.pack(ErrorInfo.newBuilder().setReason("ERROR_REASON_INVALID_FIELD").build()),
        Any.pack(
            BadRequest.newBuilder()
                .addFieldViolations(
                    BadRequest.FieldViolation.newBuilder().setField(field).setDescription(problem))
                .build()));
  }

  private static StatusRuntimeException status(Code code, String message, Any... details) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addAllDetails(List.of(details))
            .build());
  }

  @Override
  public synchronized void upsert(UpsertRequest request, StreamObserver<UpsertResponse> answer) {
    calls++;
    if (silent) {
      return;
    }
    RuntimeException failure = failures.pollFirst();
    if (failure != null) {
      answer.onError(failure);
      return;
    }
    upserts.add(request);
    write(request.getPoints(), _ -> false);
    answer.onNext(
        UpsertResponse.newBuilder()
            .setLsn(lsn)
            .setDurability(request.getDurability())
            .setPointCount(request.getPoints().getIds().getNumbers().getValuesCount())
            .build());
    answer.onCompleted();
  }

  private void write(PointBatch batch, Predicate<Long> leaveOut) {
    lsn++;
    int rowBytes = batch.getVectors().getDimension() * Float.BYTES;
    List<Long> ids = batch.getIds().getNumbers().getValuesList();
    for (int i = 0; i < ids.size(); i++) {
      if (leaveOut.test(ids.get(i))) {
        continue;
      }
      points.put(
          ids.get(i),
          new Stored(
              lsn,
              batch.getVectors().getData().substring(i * rowBytes, (i + 1) * rowBytes),
              batch.getPayloadsCount() == 0 ? ByteString.EMPTY : batch.getPayloads(i)));
      writesOfPoint.merge(ids.get(i), 1, Integer::sum);
    }
  }

  @Override
  public synchronized void scroll(ScrollRequest request, StreamObserver<ScrollResponse> answer) {
    streams++;
    boolean start = request.getCursor().isEmpty();
    long after = start ? 0 : Long.parseLong(request.getCursor().toStringUtf8());
    List<Map.Entry<Long, Stored>> rest =
        List.copyOf((start ? points : points.tailMap(after, false)).entrySet());
    for (int from = 0; from < rest.size(); from += 3) {
      if (breakNow()) {
        answer.onError(unavailable());
        return;
      }
      ScrollResponse.Builder message = ScrollResponse.newBuilder();
      for (Map.Entry<Long, Stored> one : rest.subList(from, Math.min(rest.size(), from + 3))) {
        message.addPoints(
            Point.newBuilder()
                .setId(dev.kith.proto.v1.PointId.newBuilder().setNumber(one.getKey()))
                .setVersion(one.getValue().version())
                .setVector(Vector.newBuilder().setData(one.getValue().vector()))
                .setPayload(one.getValue().payload()));
        message.setCursor(ByteString.copyFromUtf8(one.getKey().toString()));
      }
      answer.onNext(message.setEnd(from + 3 >= rest.size()).build());
    }
    answer.onCompleted();
  }

  private boolean breakNow() {
    boolean now = breaking != null && breaking.nextInt(6) == 0;
    breaks += now ? 1 : 0;
    return now;
  }

  @Override
  public StreamObserver<IngestRequest> ingest(StreamObserver<IngestResponse> answer) {
    return new Loading(answer);
  }

  private final class Loading implements StreamObserver<IngestRequest> {
    private final StreamObserver<IngestResponse> answer;
    private String session = "";
    private boolean broken;
    private long written;

    Loading(StreamObserver<IngestResponse> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(IngestRequest message) {
      synchronized (FakeServer.this) {
        if (broken) {
          return;
        }
        switch (message.getMessageCase()) {
          case START -> {
            streams++;
            session = message.getStart().getSession();
            RuntimeException failure = failures.pollFirst();
            if (failure != null) {
              fail(failure);
              return;
            }
            long durable = sessions.computeIfAbsent(session, _ -> 0L);
            send(
                IngestResponse.newBuilder()
                    .setStarted(
                        IngestStarted.newBuilder()
                            .setSequence(durable)
                            .setWindow(4)
                            .setMaxBatchPoints(10_000)
                            .setMaxMessageBytes(64 << 20)));
          }
          case BATCH -> batch(message.getBatch());
          case FINISH -> {
            sessions.remove(session);
            if (breakNow()) {
              fail(unavailable());
              return;
            }
            send(
                IngestResponse.newBuilder()
                    .setFinished(IngestFinished.newBuilder().setLsn(lsn).setPointCount(written)));
            answer.onCompleted();
            broken = true;
          }
          case MESSAGE_NOT_SET -> throw new AssertionError("an empty message");
        }
      }
    }

    private void batch(IngestBatch batch) {
      if (breakNow()) {
        fail(unavailable());
        return;
      }
      long durable = sessions.getOrDefault(session, 0L);
      if (batch.getSequence() > durable + 1) {
        fail(
            io.grpc.Status.FAILED_PRECONDITION
                .withDescription("batch %d after %d".formatted(batch.getSequence(), durable))
                .asRuntimeException());
        return;
      }
      if (batch.getSequence() == durable + 1) {
        write(batch.getPoints(), refused);
        sessions.put(session, batch.getSequence());
      }
      List<Long> ids = batch.getPoints().getIds().getNumbers().getValuesList();
      IngestRejected.Builder rejected =
          IngestRejected.newBuilder().setSequence(batch.getSequence());
      for (int i = 0; i < ids.size(); i++) {
        if (refused.test(ids.get(i))) {
          rejected.addErrors(PointError.newBuilder().setIndex(i).setProblem("coordinate 0 is NaN"));
        }
      }
      if (rejected.getErrorsCount() > 0) {
        send(IngestResponse.newBuilder().setRejected(rejected));
      }
      // After the write and before its ack: the moment that makes resuming hard.
      if (breakNow()) {
        fail(unavailable());
        return;
      }
      if (breaking != null && breaking.nextInt(8) == 0) {
        send(IngestResponse.newBuilder().setBackoff(IngestBackoff.newBuilder().setDelayMs(3)));
      }
      send(
          IngestResponse.newBuilder()
              .setAck(
                  IngestAck.newBuilder()
                      .setSequence(sessions.getOrDefault(session, 0L))
                      .setLsn(lsn)));
    }

    private void send(IngestResponse.Builder message) {
      answer.onNext(message.build());
    }

    private void fail(RuntimeException failure) {
      broken = true;
      answer.onError(failure);
    }

    @Override
    public void onError(Throwable gone) {
      synchronized (FakeServer.this) {
        broken = true;
      }
    }

    @Override
    public void onCompleted() {}
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

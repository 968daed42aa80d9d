package dev.kith.server.rpc;

import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.CountPointsResponse;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.DeletePointsResponse;
import dev.kith.proto.v1.GetPointsRequest;
import dev.kith.proto.v1.GetPointsResponse;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.ScrollRequest;
import dev.kith.proto.v1.ScrollResponse;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.UpsertResponse;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.Durability;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.StoredPoint;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.rpc.PointMessages.ReadBatch;
import dev.kith.server.search.AnswerSize;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Serves reads and writes of points: translate, delegate, answer. Decides nothing.
final class PointRpc extends PointServiceGrpc.PointServiceImplBase {
  private static final int READ_AT_ONCE = 128;

  private final IngestServices services;
  private final PointIdMessages ids;
  private final CallPool pool;

  PointRpc(IngestServices services, PointIdMessages ids, CallPool pool) {
    this.services = services;
    this.ids = ids;
    this.pool = pool;
  }

  @Override
  public void upsert(UpsertRequest request, StreamObserver<UpsertResponse> responses) {
    new Answer<>(responses).fromFuture(pool, () -> upsert(request));
  }

  private CompletableFuture<UpsertResponse> upsert(UpsertRequest request) {
    Collection collection = collection(request.getCollection());
    Durability durability =
        PointMessages.durability(request.getDurability(), request.getDurabilityValue());
    ReadBatch batch =
        services
            .points()
            .batch("points", request.getPoints(), collection.info().spec().space().dimension());
    if (!batch.unreadable().isEmpty()) {
      int reported = Math.min(batch.unreadable().size(), Refusal.PointsRejected.MAX_REPORTED);
      throw new RefusedException(
          new Refusal.PointsRejected(batch.unreadable().subList(0, reported)));
    }
    return collection
        .upsert(batch.whole(), durability)
        .thenApply(
            ack ->
                UpsertResponse.newBuilder()
                    .setLsn(ack.lsn())
                    .setDurability(PointMessages.write(ack.reached()))
                    .setPointCount(ack.points())
                    .build());
  }

  @Override
  public StreamObserver<IngestRequest> ingest(StreamObserver<IngestResponse> responses) {
    IngestStream stream =
        new IngestStream(services, (ServerCallStreamObserver<IngestResponse>) responses);
    stream.open();
    return stream;
  }

  @Override
  public void getPoints(GetPointsRequest request, StreamObserver<GetPointsResponse> responses) {
    new Answer<>(responses).from(pool, () -> getPoints(request));
  }

  private GetPointsResponse getPoints(GetPointsRequest request) {
    Collection collection = collection(request.getCollection());
    long reached = Math.max(collection.lsn(), services.catalog().lsn());
    if (Long.compareUnsigned(request.getMinLsn(), reached) > 0) {
      throw new RefusedException(new Refusal.LsnNotReached(request.getMinLsn(), reached));
    }
    List<PointId> asked = ids.all("ids", request.getIds());
    boolean vectors = !request.hasWithVector() || request.getWithVector();
    boolean payloads = !request.hasWithPayload() || request.getWithPayload();
    AnswerSize size = new AnswerSize("ids", services.limits().messageBytes());
    GetPointsResponse.Builder response = GetPointsResponse.newBuilder();
    for (int from = 0; from < asked.size(); from += READ_AT_ONCE) {
      List<PointId> some = asked.subList(from, Math.min(asked.size(), from + READ_AT_ONCE));
      List<@Nullable StoredPoint> points = collection.get(some, vectors, payloads);
      for (int i = 0; i < some.size(); i++) {
        StoredPoint point = points.get(i);
        if (point == null) {
          response.addMissing(PointIdMessages.write(some.get(i)));
        } else {
          size.add(point);
          response.addPoints(PointMessages.write(point));
        }
      }
    }
    return response.build();
  }

  @Override
  public void deletePoints(
      DeletePointsRequest request, StreamObserver<DeletePointsResponse> responses) {
    new Answer<>(responses).fromFuture(pool, () -> deletePoints(request));
  }

  private CompletableFuture<DeletePointsResponse> deletePoints(DeletePointsRequest request) {
    Fields.notYet(request.hasFilter(), "filter");
    Collection collection = collection(request.getCollection());
    Durability durability =
        PointMessages.durability(request.getDurability(), request.getDurabilityValue());
    return collection
        .delete(ids.all("ids", request.getIds()), durability)
        .thenApply(
            ack ->
                DeletePointsResponse.newBuilder()
                    .setLsn(ack.lsn())
                    .setDurability(PointMessages.write(ack.reached()))
                    .setPointCount(ack.points())
                    .build());
  }

  @Override
  public void scroll(ScrollRequest request, StreamObserver<ScrollResponse> responses) {
    ServerCallStreamObserver<ScrollResponse> call =
        (ServerCallStreamObserver<ScrollResponse>) responses;
    ScrollStream stream = new ScrollStream(pool, services.calls(), call);
    call.setOnReadyHandler(stream::wake);
    call.setOnCancelHandler(stream::cancelled);
    stream.start(
        () -> {
          Fields.notYet(request.hasFilter(), "filter");
          Collection collection = collection(request.getCollection());
          return new ScrollStream.Walk(
              collection,
              ScrollCursor.read(request.getCursor(), collection.info().number()),
              request.hasLimit() ? request.getLimit() : -1,
              request.hasWithVector() && request.getWithVector(),
              !request.hasWithPayload() || request.getWithPayload());
        });
  }

  @Override
  public void countPoints(
      CountPointsRequest request, StreamObserver<CountPointsResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () -> {
              Fields.notYet(request.hasFilter(), "filter");
              Collection collection = collection(request.getCollection());
              long lsn = collection.lsn();
              return CountPointsResponse.newBuilder()
                  .setPointCount(collection.count())
                  .setLsn(lsn)
                  .build();
            });
  }

  private Collection collection(String name) {
    return services.catalog().collection(Fields.requireName("collection", name));
  }
}

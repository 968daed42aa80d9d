package dev.kith.server.rpc;

import dev.kith.proto.v1.AttachCollectionRequest;
import dev.kith.proto.v1.AttachCollectionResponse;
import dev.kith.proto.v1.CancelOptimizationRequest;
import dev.kith.proto.v1.CancelOptimizationResponse;
import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.CreateCollectionResponse;
import dev.kith.proto.v1.DeleteCollectionRequest;
import dev.kith.proto.v1.DeleteCollectionResponse;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.GetCollectionResponse;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.ListCollectionsRequest;
import dev.kith.proto.v1.ListCollectionsResponse;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.OptimizeCollectionResponse;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.UpdateCollectionResponse;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.proto.v1.VerifyCollectionResponse;
import dev.kith.server.collection.Catalog;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.config.Limits;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// Serves collections: translate, delegate, answer. Decides nothing.
final class CollectionRpc extends CollectionServiceGrpc.CollectionServiceImplBase {
  private static final int DEFAULT_PAGE = 100;
  private static final int MAX_PAGE = 1_000;
  private static final int MAX_VIOLATIONS = 1_000;

  private final Catalog catalog;
  private final CollectionMessages messages;
  private final Limits limits;
  private final CallPool pool;
  private final ActiveCalls calls;

  CollectionRpc(Catalog catalog, Limits limits, CallPool pool, ActiveCalls calls) {
    this.catalog = catalog;
    this.messages = new CollectionMessages(limits);
    this.limits = limits;
    this.pool = pool;
    this.calls = calls;
  }

  @Override
  public void createCollection(
      CreateCollectionRequest request, StreamObserver<CreateCollectionResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () -> {
              CollectionSpec spec = messages.spec(request);
              requireRoom(spec.name());
              return CreateCollectionResponse.newBuilder()
                  .setCollection(CollectionMessages.write(catalog.create(spec).info()))
                  .build();
            });
  }

  @Override
  public void attachCollection(
      AttachCollectionRequest request, StreamObserver<AttachCollectionResponse> responses) {
    AttachStream stream =
        new AttachStream(
            pool, calls, (ServerCallStreamObserver<AttachCollectionResponse>) responses);
    stream.start(
        (progress, stop) -> {
          Fields fields = new Fields();
          String name = fields.name("name", request.getName());
          String folder = fields.name("folder", request.getFolder());
          fields.refuseIfWrong();
          requireRoom(name);
          return catalog.attach(name, folder, progress, stop);
        });
  }

  private void requireRoom(String name) {
    if (catalog.find(name).isEmpty()
        && catalog.list("", limits.collections()).size() >= limits.collections()) {
      throw Fields.invalid(
          "name",
          "the server holds %d collections, as many as it may; delete one first"
              .formatted(limits.collections()));
    }
  }

  @Override
  public void getCollection(
      GetCollectionRequest request, StreamObserver<GetCollectionResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () ->
                GetCollectionResponse.newBuilder()
                    .setCollection(CollectionMessages.write(collection(request.getName()).info()))
                    .build());
  }

  @Override
  public void listCollections(
      ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> responses) {
    new Answer<>(responses).from(pool, () -> list(request));
  }

  private ListCollectionsResponse list(ListCollectionsRequest request) {
    Fields fields = new Fields();
    int size =
        request.hasPageSize()
            ? fields.number("page_size", request.getPageSize(), 1, MAX_PAGE)
            : DEFAULT_PAGE;
    String after = request.getPageToken();
    if (!after.isEmpty()) {
      fields.name("page_token", after); // The token is the name of the last collection.
    }
    fields.refuseIfWrong();
    List<Collection> page = catalog.list(after, size + 1);
    ListCollectionsResponse.Builder response = ListCollectionsResponse.newBuilder();
    for (Collection collection : page.subList(0, Math.min(size, page.size()))) {
      response.addCollections(CollectionMessages.write(collection.info()));
    }
    if (page.size() > size) {
      response.setNextPageToken(page.get(size - 1).info().spec().name());
    }
    return response.build();
  }

  @Override
  public void updateCollection(
      UpdateCollectionRequest request, StreamObserver<UpdateCollectionResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () ->
                UpdateCollectionResponse.newBuilder()
                    .setCollection(CollectionMessages.write(update(request).info()))
                    .build());
  }

  private Collection update(UpdateCollectionRequest request) {
    String name = Fields.requireName("name", request.getName());
    return catalog.update(name, spec -> CollectionMessages.updated(spec, request));
  }

  @Override
  public void deleteCollection(
      DeleteCollectionRequest request, StreamObserver<DeleteCollectionResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () ->
                DeleteCollectionResponse.newBuilder()
                    .setExisted(catalog.delete(Fields.requireName("name", request.getName())))
                    .build());
  }

  @Override
  public void getCollectionStats(
      GetCollectionStatsRequest request, StreamObserver<GetCollectionStatsResponse> responses) {
    new Answer<>(responses)
        .from(pool, () -> CollectionMessages.write(collection(request.getName()).stats()));
  }

  @Override
  public void optimizeCollection(
      OptimizeCollectionRequest request, StreamObserver<OptimizeCollectionResponse> responses) {
    OptimizeStream stream =
        new OptimizeStream(
            pool, calls, (ServerCallStreamObserver<OptimizeCollectionResponse>) responses);
    stream.start(() -> collection(request.getName()).optimize());
  }

  @Override
  public void cancelOptimization(
      CancelOptimizationRequest request, StreamObserver<CancelOptimizationResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () ->
                CancelOptimizationResponse.newBuilder()
                    .setWasRunning(collection(request.getName()).cancelOptimization())
                    .build());
  }

  @Override
  public void verifyCollection(
      VerifyCollectionRequest request, StreamObserver<VerifyCollectionResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () -> {
              Collection collection = collection(request.getName());
              List<String> violations = collection.verify();
              return VerifyCollectionResponse.newBuilder()
                  .addAllViolations(
                      violations.subList(0, Math.min(MAX_VIOLATIONS, violations.size())))
                  .setPointCount(collection.count())
                  .build();
            });
  }

  private Collection collection(String name) {
    return catalog.collection(Fields.requireName("name", name));
  }
}

package dev.kith.client;

import dev.kith.proto.v1.AttachCollectionRequest;
import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.DeleteCollectionRequest;
import dev.kith.proto.v1.DeleteCollectionResponse;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.ListCollectionsRequest;
import dev.kith.proto.v1.ListCollectionsResponse;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A connection to a Kith server. Thread-safe; one for a whole application is enough.
///
/// ```java
/// try (KithClient kith = KithClient.connect("127.0.0.1:7600")) {
///   KithCollection words = kith.create(CollectionSpec.of("words", 3, Metric.COSINE));
///   words.upsert(PointBatch.of(PointId.of(1), new float[] {1, 0, 0}, null));
///   SearchResult result = words.search(new float[] {1, 0, 0}, SearchOptions.top(10));
/// }
/// ```
///
/// Every method that waits has a twin ending in `Async` whose future fails with the [KithException]
/// that the method would throw; cancelling the future cancels the call.
public final class KithClient implements AutoCloseable {
  private static final int DEFAULT_PORT = 7600;

  private final Rpc rpc;

  private KithClient(Rpc rpc) {
    this.rpc = rpc;
  }

  /// Connects with standard options. Returns at once: a server that is not there is noticed by the
  /// first call.
  ///
  /// @param address `host`, `host:port` or `[ipv6]:port`; port 7600 if left out
  /// @throws IllegalArgumentException if it is none of these
  public static KithClient connect(String address) {
    return connect(address, ClientOptions.standard());
  }

  /// Connects with other options.
  public static KithClient connect(String address, ClientOptions options) {
    HostAndPort target = HostAndPort.parse(address, DEFAULT_PORT);
    ChannelCredentials credentials =
        options.tls() ? TlsChannelCredentials.create() : InsecureChannelCredentials.create();
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress(target.host(), target.port(), credentials)
            .maxInboundMessageSize(options.maxResponseBytes())
            .keepAliveTime(options.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
            .userAgent("kith-java")
            .build();
    return new KithClient(new Rpc(channel, target.toString(), options));
  }

  /// Over a channel made by a test.
  static KithClient over(ManagedChannel channel, ClientOptions options) {
    return new KithClient(new Rpc(channel, "test", options));
  }

  /// Creates a collection. Succeeds if it exists with the same definition.
  ///
  /// @throws KithException `ALREADY_EXISTS` if it exists with another definition
  public KithCollection create(CollectionSpec spec) {
    Rpc.await(createAsync(spec));
    return collection(spec.name());
  }

  /// As [#create], without waiting.
  public CompletableFuture<CollectionInfo> createAsync(CollectionSpec spec) {
    return rpc.call(CollectionServiceGrpc.getCreateCollectionMethod(), CollectionWire.create(spec))
        .thenApply(response -> CollectionWire.info(response.getCollection()));
  }

  /// A handle on a collection, whether it exists or not; costs nothing.
  public KithCollection collection(String name) {
    return new KithCollection(rpc, name);
  }

  /// Describes a collection.
  ///
  /// @throws KithException `NOT_FOUND` if there is none of that name
  public CollectionInfo describe(String name) {
    return Rpc.await(describeAsync(name));
  }

  /// As [#describe], without waiting.
  public CompletableFuture<CollectionInfo> describeAsync(String name) {
    return rpc.call(
            CollectionServiceGrpc.getGetCollectionMethod(),
            GetCollectionRequest.newBuilder().setName(name).build())
        .thenApply(response -> CollectionWire.info(response.getCollection()));
  }

  /// All collections, in the order of their names.
  public List<CollectionInfo> list() {
    return Rpc.await(listAsync());
  }

  /// As [#list], without waiting.
  public CompletableFuture<List<CollectionInfo>> listAsync() {
    return listFrom("", new ArrayList<>());
  }

  private CompletableFuture<List<CollectionInfo>> listFrom(
      String pageToken, List<CollectionInfo> found) {
    CompletableFuture<ListCollectionsResponse> page =
        rpc.call(
            CollectionServiceGrpc.getListCollectionsMethod(),
            ListCollectionsRequest.newBuilder().setPageSize(1000).setPageToken(pageToken).build());
    return page.thenCompose(
        response -> {
          response.getCollectionsList().forEach(one -> found.add(CollectionWire.info(one)));
          return response.getNextPageToken().isEmpty()
              ? CompletableFuture.completedFuture(List.copyOf(found))
              : listFrom(response.getNextPageToken(), found);
        });
  }

  /// Changes what may change while a collection lives.
  public CollectionInfo update(String name, CollectionUpdate update) {
    return Rpc.await(updateAsync(name, update));
  }

  /// As [#update], without waiting.
  public CompletableFuture<CollectionInfo> updateAsync(String name, CollectionUpdate update) {
    return rpc.call(
            CollectionServiceGrpc.getUpdateCollectionMethod(), CollectionWire.update(name, update))
        .thenApply(response -> CollectionWire.info(response.getCollection()));
  }

  /// Makes a collection of an index folder on the server's machine, as `kith index build` makes
  /// them, without linking its points again. All of it or nothing.
  ///
  /// @param folder name of a folder in the server's `store.attach-folder`
  /// @param progress told of progress on the calling thread; may be null
  public CollectionInfo attach(
      String name, String folder, @Nullable Consumer<AttachProgress> progress) {
    return Attaching.run(
        rpc,
        AttachCollectionRequest.newBuilder().setName(name).setFolder(folder).build(),
        progress == null ? _ -> {} : progress);
  }

  /// As [#attach], on a thread of its own.
  public CompletableFuture<CollectionInfo> attachAsync(
      String name, String folder, @Nullable Consumer<AttachProgress> progress) {
    return CompletableFuture.supplyAsync(
        () -> attach(name, folder, progress), Thread::startVirtualThread);
  }

  /// Deletes a collection and all its points.
  ///
  /// @return whether there was one. After a retry the answer may be false although this call
  ///   deleted it
  public boolean delete(String name) {
    return Rpc.await(deleteAsync(name));
  }

  /// As [#delete], without waiting.
  public CompletableFuture<Boolean> deleteAsync(String name) {
    return rpc.call(
            CollectionServiceGrpc.getDeleteCollectionMethod(),
            DeleteCollectionRequest.newBuilder().setName(name).build())
        .thenApply(DeleteCollectionResponse::getExisted);
  }

  /// Waits up to five seconds for running calls, then ends them.
  @Override
  public void close() {
    rpc.close();
  }
}

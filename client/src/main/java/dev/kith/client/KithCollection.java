package dev.kith.client;

import dev.kith.proto.v1.CancelOptimizationRequest;
import dev.kith.proto.v1.CancelOptimizationResponse;
import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.CountPointsResponse;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GetPointsRequest;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchServiceGrpc;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.VerifyCollectionRequest;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The points of one collection. Thread-safe; lives as long as the client it came from.
public final class KithCollection {

  /// A check reads everything; a collection that takes longer than this is better checked offline.
  private static final Duration VERIFY_DEADLINE = Duration.ofHours(4);

  private final Rpc rpc;
  private final String name;

  KithCollection(Rpc rpc, String name) {
    this.rpc = rpc;
    this.name = name;
  }

  /// Its name.
  public String name() {
    return name;
  }

  /// Writes points durably (on disk), replacing those whose ids exist.
  ///
  /// @throws KithException if a point is unacceptable, with a violation for each
  public WriteReceipt upsert(PointBatch points) {
    return upsert(points, Durability.DISK);
  }

  /// Writes points, replacing those whose ids exist. A batch too large for one message is sent in
  /// parts, one after another, each all or nothing: if one fails, those before it are written.
  ///
  /// @throws KithException if a point is unacceptable, with a violation for each
  public WriteReceipt upsert(PointBatch points, Durability durability) {
    return Rpc.await(upsertAsync(points, durability));
  }

  /// As [#upsert], without waiting; the batch may not change until the future is done.
  public CompletableFuture<WriteReceipt> upsertAsync(PointBatch points, Durability durability) {
    return upsertFrom(
        0, points, durability, new WriteReceipt(0, Durability.DISK, 0), new Cancellation());
  }

  private CompletableFuture<WriteReceipt> upsertFrom(
      int from,
      PointBatch points,
      Durability durability,
      WriteReceipt before,
      Cancellation cancellation) {
    int to = points.chunkEnd(from, rpc.options().chunkBytes(), ClientOptions.MAX_CHUNK_POINTS);
    UpsertRequest request =
        UpsertRequest.newBuilder()
            .setCollection(name)
            .setPoints(Wire.batch(points, from, to))
            .setDurability(Wire.durability(durability))
            .build();
    CompletableFuture<WriteReceipt> part =
        rpc.call(PointServiceGrpc.getUpsertMethod(), request, cancellation)
            .thenApply(
                response ->
                    combined(
                        before,
                        response.getLsn(),
                        Wire.durability(response.getDurability()),
                        response.getPointCount()));
    if (to - from < points.size()) {
      part =
          part.exceptionallyCompose(
              failure ->
                  CompletableFuture.failedFuture(
                      rpc.read(Rpc.cause(failure))
                          .exception()
                          .prefixed("points [%d, %d): ".formatted(from, to))));
    }
    return to == points.size()
        ? part
        : part.thenCompose(receipt -> upsertFrom(to, points, durability, receipt, cancellation));
  }

  private static WriteReceipt combined(
      WriteReceipt before, long lsn, Durability durability, long points) {
    return new WriteReceipt(
        lsn,
        before.durability().compareTo(durability) < 0 ? before.durability() : durability,
        before.points() + points);
  }

  /// Deletes points by id, durably (on disk). Ids that do not exist are no error.
  ///
  /// @return the receipt, with how many existed
  public WriteReceipt delete(List<PointId> ids) {
    return delete(ids, Durability.DISK);
  }

  /// Deletes points by id.
  public WriteReceipt delete(List<PointId> ids, Durability durability) {
    return Rpc.await(deleteAsync(ids, durability));
  }

  /// As [#delete(List, Durability)], without waiting.
  public CompletableFuture<WriteReceipt> deleteAsync(List<PointId> ids, Durability durability) {
    return deleteFrom(
        0,
        List.copyOf(ids),
        durability,
        new WriteReceipt(0, Durability.DISK, 0),
        new Cancellation());
  }

  private CompletableFuture<WriteReceipt> deleteFrom(
      int from,
      List<PointId> ids,
      Durability durability,
      WriteReceipt before,
      Cancellation cancellation) {
    int to = Math.min(ids.size(), from + ClientOptions.MAX_CHUNK_POINTS);
    DeletePointsRequest request =
        DeletePointsRequest.newBuilder()
            .setCollection(name)
            .setIds(Wire.ids(ids.subList(from, to)))
            .setDurability(Wire.durability(durability))
            .build();
    CompletableFuture<WriteReceipt> part =
        rpc.call(PointServiceGrpc.getDeletePointsMethod(), request, cancellation)
            .thenApply(
                response ->
                    combined(
                        before,
                        response.getLsn(),
                        Wire.durability(response.getDurability()),
                        response.getPointCount()));
    return to == ids.size()
        ? part
        : part.thenCompose(receipt -> deleteFrom(to, ids, durability, receipt, cancellation));
  }

  /// Reads points with vectors and payloads, in the order of the ids; those that do not exist are
  /// left out.
  public List<StoredPoint> get(List<PointId> ids) {
    return get(ids, new SearchOptions.Fields(true, true));
  }

  /// Reads points.
  public List<StoredPoint> get(List<PointId> ids, SearchOptions.Fields fields) {
    return Rpc.await(getAsync(ids, fields));
  }

  /// As [#get(List, SearchOptions.Fields)], without waiting.
  public CompletableFuture<List<StoredPoint>> getAsync(
      List<PointId> ids, SearchOptions.Fields fields) {
    return getFrom(0, List.copyOf(ids), fields, new ArrayList<>(), new Cancellation());
  }

  private CompletableFuture<List<StoredPoint>> getFrom(
      int from,
      List<PointId> ids,
      SearchOptions.Fields fields,
      List<StoredPoint> found,
      Cancellation cancellation) {
    int to = Math.min(ids.size(), from + ClientOptions.MAX_CHUNK_POINTS);
    GetPointsRequest request =
        GetPointsRequest.newBuilder()
            .setCollection(name)
            .setIds(Wire.ids(ids.subList(from, to)))
            .setWithVector(fields.vector())
            .setWithPayload(fields.payload())
            .build();
    return rpc.call(PointServiceGrpc.getGetPointsMethod(), request, cancellation)
        .thenCompose(
            response -> {
              response.getPointsList().forEach(point -> found.add(Wire.point(point)));
              return to == ids.size()
                  ? CompletableFuture.completedFuture(List.copyOf(found))
                  : getFrom(to, ids, fields, found, cancellation);
            });
  }

  /// Live points, exactly.
  public long count() {
    return Rpc.await(countAsync());
  }

  /// As [#count], without waiting.
  public CompletableFuture<Long> countAsync() {
    return rpc.call(
            PointServiceGrpc.getCountPointsMethod(),
            CountPointsRequest.newBuilder().setCollection(name).build())
        .thenApply(CountPointsResponse::getPointCount);
  }

  /// Walks through all points in the order of their ids. A point that exists throughout is returned
  /// exactly once, whatever is written meanwhile; a broken connection is resumed. Close it if you
  /// do not read to the end.
  public PointScroll scroll(SearchOptions.Fields fields) {
    return new PointScroll(rpc, name, fields);
  }

  /// Finds the points nearest to a vector, best first.
  ///
  /// @param query of the collection's dimension; where it has prefixes as they are ([Basis#AS_IS]),
  ///   one of their widths will do, and points are compared and scored by as many of their first
  ///   coordinates alone
  public SearchResult search(float[] query, SearchOptions options) {
    return Rpc.await(searchAsync(query, options));
  }

  /// As [#search(float\[\], SearchOptions)], without waiting.
  public CompletableFuture<SearchResult> searchAsync(float[] query, SearchOptions options) {
    return search(SearchRequest.newBuilder().setVector(Wire.vector(query)), options);
  }

  /// Finds the points nearest to a vector of little-endian floats, best first.
  public SearchResult search(MemorySegment query, SearchOptions options) {
    return Rpc.await(searchAsync(query, options));
  }

  /// As [#search(MemorySegment, SearchOptions)], without waiting.
  public CompletableFuture<SearchResult> searchAsync(MemorySegment query, SearchOptions options) {
    return search(SearchRequest.newBuilder().setVector(Wire.vector(query)), options);
  }

  /// Finds the points nearest to a stored point, which is not itself returned.
  public SearchResult search(PointId like, SearchOptions options) {
    return Rpc.await(searchAsync(like, options));
  }

  /// As [#search(PointId, SearchOptions)], without waiting.
  public CompletableFuture<SearchResult> searchAsync(PointId like, SearchOptions options) {
    return search(SearchRequest.newBuilder().setPoint(Wire.id(like)), options);
  }

  private CompletableFuture<SearchResult> search(
      SearchRequest.Builder request, SearchOptions options) {
    return rpc.call(
            SearchServiceGrpc.getSearchMethod(),
            request.setCollection(name).setOptions(SearchWire.options(options)).build())
        .thenApply(SearchWire::result);
  }

  /// Answers several queries of one dimension, as [#search] would each, in their order.
  public List<SearchResult> searchBatch(List<float[]> queries, SearchOptions options) {
    return Rpc.await(searchBatchAsync(queries, options));
  }

  /// As [#searchBatch], without waiting.
  ///
  /// @throws IllegalArgumentException if the queries are of different dimensions
  public CompletableFuture<List<SearchResult>> searchBatchAsync(
      List<float[]> queries, SearchOptions options) {
    Wire.requireOneDimension(queries);
    return Rpc.inParts(queries, (part, cancellation) -> search(part, options, cancellation));
  }

  private CompletableFuture<List<SearchResult>> search(
      List<float[]> queries, SearchOptions options, Cancellation cancellation) {
    SearchBatchRequest request =
        SearchBatchRequest.newBuilder()
            .setCollection(name)
            .setVectors(Wire.matrix(queries))
            .setOptions(SearchWire.options(options))
            .build();
    return rpc.call(SearchServiceGrpc.getSearchBatchMethod(), request, cancellation)
        .thenApply(SearchWire::results);
  }

  /// Counts what the collection holds and what it costs.
  public CollectionStats stats() {
    return Rpc.await(statsAsync());
  }

  /// As [#stats], without waiting.
  public CompletableFuture<CollectionStats> statsAsync() {
    return rpc.call(
            CollectionServiceGrpc.getGetCollectionStatsMethod(),
            GetCollectionStatsRequest.newBuilder().setName(name).build())
        .thenApply(CollectionWire::stats);
  }

  /// Links every point into the index and seals the growing segments, however long that takes. A
  /// broken connection is resumed; the work goes on meanwhile. Goes on where a cancelled or
  /// interrupted optimization stopped.
  ///
  /// @param progress told of progress on the calling thread; may be null
  /// @throws KithException with `CANCELLED` if somebody cancels the optimization
  public OptimizeReport optimize(@Nullable Consumer<OptimizeProgress> progress) {
    return new Optimization(rpc, name).follow(progress == null ? _ -> {} : progress);
  }

  /// As [#optimize], on a thread of its own. Cancelling the future does not stop the server's work:
  /// [#cancelOptimization] does.
  public CompletableFuture<OptimizeReport> optimizeAsync(
      @Nullable Consumer<OptimizeProgress> progress) {
    return CompletableFuture.supplyAsync(() -> optimize(progress), Thread::startVirtualThread);
  }

  /// Starts an optimization and returns when the server is at it, or is done already.
  public OptimizeProgress startOptimization() {
    return new Optimization(rpc, name).start();
  }

  /// Stops the optimization under way at the next point, and returns when it has stopped. What is
  /// linked or sealed stays so.
  ///
  /// @return whether there was one. After a retry the answer may be false although this call
  ///   stopped it
  public boolean cancelOptimization() {
    return Rpc.await(cancelOptimizationAsync());
  }

  /// As [#cancelOptimization], without waiting.
  public CompletableFuture<Boolean> cancelOptimizationAsync() {
    return rpc.call(
            CollectionServiceGrpc.getCancelOptimizationMethod(),
            CancelOptimizationRequest.newBuilder().setName(name).build())
        .thenApply(CancelOptimizationResponse::getWasRunning);
  }

  /// Checks the invariants of the collection; costs a full scan.
  public VerifyReport verify() {
    return Rpc.await(verifyAsync());
  }

  /// As [#verify], without waiting.
  public CompletableFuture<VerifyReport> verifyAsync() {
    return rpc.call(
            CollectionServiceGrpc.getVerifyCollectionMethod(),
            VerifyCollectionRequest.newBuilder().setName(name).build(),
            VERIFY_DEADLINE,
            new Cancellation())
        .thenApply(
            response -> new VerifyReport(response.getViolationsList(), response.getPointCount()));
  }

  /// Its models of relevance.
  public KithRelevance relevance() {
    return new KithRelevance(rpc, name);
  }

  /// What is made of neighbours beyond a list of them.
  public KithRanking ranking() {
    return new KithRanking(rpc, name);
  }

  /// Begins or resumes a bulk load.
  public Ingest ingest(IngestOptions options) {
    return Ingest.open(rpc, name, options);
  }
}

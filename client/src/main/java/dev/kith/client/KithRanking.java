package dev.kith.client;

import dev.kith.proto.v1.ClassifyBatchRequest;
import dev.kith.proto.v1.ClassifyRequest;
import dev.kith.proto.v1.RankServiceGrpc;
import dev.kith.proto.v1.SolveQueryLatentRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// What is made of the neighbours in one collection beyond a list of them: classes, mixtures of
/// interests, and what a scorer would like. Nothing here changes the collection. Thread-safe; lives
/// as long as the client it came from.
public final class KithRanking {
  private final Rpc rpc;
  private final String collection;

  KithRanking(Rpc rpc, String collection) {
    this.rpc = rpc;
    this.collection = collection;
  }

  /// Tells which values of a payload field the neighbours of a vector have: the shares of the
  /// neighbours added up by value.
  ///
  /// @param query as of [KithCollection#search(float\[\], SearchOptions)]
  public Classification classify(float[] query, ClassifyOptions options) {
    return Rpc.await(classifyAsync(query, options));
  }

  /// As [#classify(float\[\], ClassifyOptions)], without waiting.
  public CompletableFuture<Classification> classifyAsync(float[] query, ClassifyOptions options) {
    return classify(ClassifyRequest.newBuilder().setVector(Wire.vector(query)), options);
  }

  /// Tells which values of a payload field the neighbours of a stored point have, which has no say
  /// itself: leave-one-out.
  public Classification classify(PointId like, ClassifyOptions options) {
    return Rpc.await(classifyAsync(like, options));
  }

  /// As [#classify(PointId, ClassifyOptions)], without waiting.
  public CompletableFuture<Classification> classifyAsync(PointId like, ClassifyOptions options) {
    return classify(ClassifyRequest.newBuilder().setPoint(Wire.id(like)), options);
  }

  private CompletableFuture<Classification> classify(
      ClassifyRequest.Builder request, ClassifyOptions options) {
    return rpc.call(
            RankServiceGrpc.getClassifyMethod(),
            request.setCollection(collection).setOptions(ClassifyWire.options(options)).build())
        .thenApply(ClassifyWire::classification);
  }

  /// Classifies several vectors of one dimension, as [#classify(float\[\], ClassifyOptions)] would
  /// each, in their order.
  public List<Classification> classifyBatch(List<float[]> queries, ClassifyOptions options) {
    return Rpc.await(classifyBatchAsync(queries, options));
  }

  /// As [#classifyBatch], without waiting.
  ///
  /// @throws IllegalArgumentException if the queries are of different dimensions
  public CompletableFuture<List<Classification>> classifyBatchAsync(
      List<float[]> queries, ClassifyOptions options) {
    Wire.requireOneDimension(queries);
    return classifyInParts(
        queries, part -> ClassifyBatchRequest.newBuilder().setVectors(Wire.matrix(part)), options);
  }

  /// Classifies several stored points, as [#classify(PointId, ClassifyOptions)] would each, in
  /// their order: none has a say in its own class.
  public List<Classification> classifyPoints(List<PointId> points, ClassifyOptions options) {
    return Rpc.await(classifyPointsAsync(points, options));
  }

  /// As [#classifyPoints], without waiting.
  public CompletableFuture<List<Classification>> classifyPointsAsync(
      List<PointId> points, ClassifyOptions options) {
    return classifyInParts(
        List.copyOf(points),
        part -> ClassifyBatchRequest.newBuilder().setPoints(Wire.ids(part)),
        options);
  }

  private <Q> CompletableFuture<List<Classification>> classifyInParts(
      List<Q> queries,
      Function<List<Q>, ClassifyBatchRequest.Builder> request,
      ClassifyOptions options) {
    return Rpc.inParts(
        queries,
        (part, cancellation) ->
            rpc.call(
                    RankServiceGrpc.getClassifyBatchMethod(),
                    request
                        .apply(part)
                        .setCollection(collection)
                        .setOptions(ClassifyWire.options(options))
                        .build(),
                    cancellation)
                .thenApply(ClassifyWire::classifications));
  }

  /// Finds points near several vectors or stored points, as many for each as its weight says.
  ///
  /// @param options how to search for each; its limit is of all hits together. Relevance cuts the
  ///   hits of each, and shares are those of the mixture
  public MixtureResult searchMixture(Mixture mixture, SearchOptions options) {
    return Rpc.await(searchMixtureAsync(mixture, options));
  }

  /// As [#searchMixture], without waiting.
  public CompletableFuture<MixtureResult> searchMixtureAsync(
      Mixture mixture, SearchOptions options) {
    return rpc.call(
            RankServiceGrpc.getSearchMixtureMethod(),
            MixtureWire.search(mixture, options).setCollection(collection).build())
        .thenApply(MixtureWire::result);
  }

  /// Makes a mixture of some points, such as those that somebody liked: groups them, and smooths
  /// groups and weights by the points' neighbours.
  public BuiltMixture buildMixture(MixtureSpec spec) {
    return Rpc.await(buildMixtureAsync(spec));
  }

  /// As [#buildMixture], without waiting.
  public CompletableFuture<BuiltMixture> buildMixtureAsync(MixtureSpec spec) {
    return rpc.call(
            RankServiceGrpc.getBuildMixtureMethod(),
            MixtureWire.build(spec).setCollection(collection).build())
        .thenApply(MixtureWire::built);
  }

  /// Finds what a scorer would like, from its scores for a few points: solves for the vector whose
  /// inner products with the stored vectors come nearest to them, and finds the points with the
  /// largest of all (Yadav et al., ANNCUR, 2022). The collection holds latents of the points under
  /// this scorer and compares by [Metric#DOT].
  ///
  /// @param options how to search with the solution. Points that were scored are not found
  public LatentResult solveQueryLatent(LatentSpec spec, SearchOptions options) {
    return Rpc.await(solveQueryLatentAsync(spec, options));
  }

  /// As [#solveQueryLatent], without waiting.
  public CompletableFuture<LatentResult> solveQueryLatentAsync(
      LatentSpec spec, SearchOptions options) {
    SolveQueryLatentRequest.Builder request =
        SolveQueryLatentRequest.newBuilder()
            .setCollection(collection)
            .setIds(Wire.ids(List.copyOf(spec.scores().keySet())))
            .addAllScores(spec.scores().values())
            .setOptions(SearchWire.options(options));
    spec.ridge().ifPresent(request::setRidge);
    spec.towards().ifPresent(vector -> request.setTowards(Wire.vector(vector)));
    return rpc.call(RankServiceGrpc.getSolveQueryLatentMethod(), request.build())
        .thenApply(
            response ->
                new LatentResult(
                    SearchWire.result(response.getHeader(), response.getHitsList()),
                    Wire.floats(response.getLatent()),
                    response.getRmsError()));
  }
}

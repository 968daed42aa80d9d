package dev.kith.client;

import dev.kith.proto.v1.DeleteModelRequest;
import dev.kith.proto.v1.DeleteModelResponse;
import dev.kith.proto.v1.EvaluateModelRequest;
import dev.kith.proto.v1.EvaluateModelResponse;
import dev.kith.proto.v1.EvaluationSpec;
import dev.kith.proto.v1.GetModelRequest;
import dev.kith.proto.v1.ListModelsRequest;
import dev.kith.proto.v1.RelevanceServiceGrpc;
import dev.kith.proto.v1.SetDefaultModelRequest;
import dev.kith.proto.v1.TrainModelRequest;
import dev.kith.proto.v1.TrainModelResponse;
import dev.kith.proto.v1.Unjudged;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The models of relevance of one collection. Thread-safe; lives as long as the client it came
/// from.
public final class KithRelevance {
  private final Rpc rpc;
  private final String collection;

  KithRelevance(Rpc rpc, String collection) {
    this.rpc = rpc;
    this.collection = collection;
  }

  /// Trains a model from judged queries and keeps it under its name, however long that takes.
  /// Without queries, of kinds that need none, keeps a rule of thumb that knows what the points
  /// look like.
  ///
  /// An interrupt of the calling thread ends the training, and nothing is kept. A call that breaks
  /// is not repeated.
  ///
  /// @param queries read once, as fast as the server takes them
  /// @param progress told of progress on the calling thread; may be null
  /// @throws KithException if a judgment is unacceptable, with the field at fault, if there are too
  ///   few, or if the server is training another model
  public TrainedModel train(
      ModelSpec spec,
      Iterator<JudgedQuery> queries,
      @Nullable Consumer<TrainingProgress> progress) {
    Consumer<TrainingProgress> told = progress == null ? _ -> {} : progress;
    TrainModelResponse last =
        new JudgedCall<TrainModelRequest, TrainModelResponse>(
                rpc,
                RelevanceServiceGrpc.getTrainModelMethod(),
                judged -> TrainModelRequest.newBuilder().setQueries(judged).build())
            .run(
                TrainModelRequest.newBuilder()
                    .setSpec(RelevanceWire.spec(collection, spec))
                    .build(),
                queries,
                TrainModelResponse::hasModel,
                answer -> told.accept(RelevanceWire.progress(answer)));
    return new TrainedModel(
        RelevanceWire.model(last.getModel()), RelevanceWire.report(last.getReport()));
  }

  /// As [#train], on a thread of its own.
  public CompletableFuture<TrainedModel> trainAsync(
      ModelSpec spec,
      Iterator<JudgedQuery> queries,
      @Nullable Consumer<TrainingProgress> progress) {
    return CompletableFuture.supplyAsync(
        () -> train(spec, queries, progress), Thread::startVirtualThread);
  }

  /// Judges a model, beside raw, platt, zscore, gap and fixed_k, by queries that it was not trained
  /// on.
  ///
  /// @param model its name; if empty, the default
  /// @param unjudgedLeftOut whether candidates that nobody judged are left out; else they are not
  ///   relevant
  /// @param queries read once
  /// @param progress told of progress on the calling thread; may be null
  public RelevanceReport evaluate(
      String model,
      boolean unjudgedLeftOut,
      Iterator<JudgedQuery> queries,
      @Nullable Consumer<TrainingProgress> progress) {
    Consumer<TrainingProgress> told = progress == null ? _ -> {} : progress;
    EvaluationSpec spec =
        EvaluationSpec.newBuilder()
            .setCollection(collection)
            .setModel(model)
            .setUnjudged(
                unjudgedLeftOut ? Unjudged.UNJUDGED_LEFT_OUT : Unjudged.UNJUDGED_NOT_RELEVANT)
            .build();
    EvaluateModelResponse last =
        new JudgedCall<EvaluateModelRequest, EvaluateModelResponse>(
                rpc,
                RelevanceServiceGrpc.getEvaluateModelMethod(),
                judged -> EvaluateModelRequest.newBuilder().setQueries(judged).build())
            .run(
                EvaluateModelRequest.newBuilder().setSpec(spec).build(),
                queries,
                EvaluateModelResponse::hasReport,
                answer -> told.accept(RelevanceWire.progress(answer)));
    return RelevanceWire.report(last.getReport());
  }

  /// As [#evaluate], on a thread of its own.
  public CompletableFuture<RelevanceReport> evaluateAsync(
      String model,
      boolean unjudgedLeftOut,
      Iterator<JudgedQuery> queries,
      @Nullable Consumer<TrainingProgress> progress) {
    return CompletableFuture.supplyAsync(
        () -> evaluate(model, unjudgedLeftOut, queries, progress), Thread::startVirtualThread);
  }

  /// The models in the order of their names, those that are there without training among them.
  public List<RelevanceModel> list() {
    return Rpc.await(listAsync());
  }

  /// As [#list], without waiting.
  public CompletableFuture<List<RelevanceModel>> listAsync() {
    return rpc.call(
            RelevanceServiceGrpc.getListModelsMethod(),
            ListModelsRequest.newBuilder().setCollection(collection).build())
        .thenApply(
            response -> response.getModelsList().stream().map(RelevanceWire::model).toList());
  }

  /// A model.
  ///
  /// @param model its name; if empty, the default
  /// @param numbers whether to return all its numbers too
  /// @throws KithException with `FAILED_PRECONDITION` if there is none of that name
  public RelevanceModel get(String model, boolean numbers) {
    return Rpc.await(getAsync(model, numbers));
  }

  /// As [#get], without waiting.
  public CompletableFuture<RelevanceModel> getAsync(String model, boolean numbers) {
    return rpc.call(
            RelevanceServiceGrpc.getGetModelMethod(),
            GetModelRequest.newBuilder()
                .setCollection(collection)
                .setModel(model)
                .setWithParameters(numbers)
                .build())
        .thenApply(response -> RelevanceWire.model(response.getModel()));
  }

  /// Deletes a model. Searches that name it are refused from then on.
  ///
  /// @return whether there was one. After a retry the answer may be false although this call
  ///   deleted it
  public boolean delete(String model) {
    return Rpc.await(deleteAsync(model));
  }

  /// As [#delete], without waiting.
  public CompletableFuture<Boolean> deleteAsync(String model) {
    return rpc.call(
            RelevanceServiceGrpc.getDeleteModelMethod(),
            DeleteModelRequest.newBuilder().setCollection(collection).setModel(model).build())
        .thenApply(DeleteModelResponse::getExisted);
  }

  /// Says which model a search takes that names none.
  ///
  /// @param model its name; if empty, there is no default any more
  public void setDefault(String model) {
    Rpc.await(setDefaultAsync(model));
  }

  /// As [#setDefault], without waiting.
  public CompletableFuture<Void> setDefaultAsync(String model) {
    return rpc.call(
            RelevanceServiceGrpc.getSetDefaultModelMethod(),
            SetDefaultModelRequest.newBuilder().setCollection(collection).setModel(model).build())
        .thenApply(_ -> null);
  }
}

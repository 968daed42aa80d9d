package dev.kith.server.rpc;

import dev.kith.proto.v1.DeleteModelRequest;
import dev.kith.proto.v1.DeleteModelResponse;
import dev.kith.proto.v1.EvaluateModelRequest;
import dev.kith.proto.v1.EvaluateModelResponse;
import dev.kith.proto.v1.EvaluationSpec;
import dev.kith.proto.v1.GetModelRequest;
import dev.kith.proto.v1.GetModelResponse;
import dev.kith.proto.v1.JudgedQueries;
import dev.kith.proto.v1.ListModelsRequest;
import dev.kith.proto.v1.ListModelsResponse;
import dev.kith.proto.v1.RelevanceModel;
import dev.kith.proto.v1.RelevanceServiceGrpc;
import dev.kith.proto.v1.SetDefaultModelRequest;
import dev.kith.proto.v1.SetDefaultModelResponse;
import dev.kith.proto.v1.TrainModelRequest;
import dev.kith.proto.v1.TrainModelResponse;
import dev.kith.proto.v1.TrainingSpec;
import dev.kith.server.collection.Catalog;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.KeptModel;
import dev.kith.server.collection.RelevanceModels;
import dev.kith.server.relevance.JudgedQuery;
import dev.kith.server.relevance.RelevanceTrainer;
import dev.kith.server.relevance.TrainingPhase;
import dev.kith.server.relevance.TrainingRequest;
import dev.kith.server.relevance.TrainingWatch;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// Serves models of relevance: translate, delegate, answer. Decides nothing.
final class RelevanceRpc extends RelevanceServiceGrpc.RelevanceServiceImplBase {
  private final Catalog catalog;
  private final CallPool pool;
  private final JudgedStream.Services services;

  RelevanceRpc(Catalog catalog, CallPool pool, JudgedStream.Services services) {
    this.catalog = catalog;
    this.pool = pool;
    this.services = services;
  }

  @Override
  public StreamObserver<TrainModelRequest> trainModel(
      StreamObserver<TrainModelResponse> responses) {
    return new JudgedStream<>(
            services, new TrainCall(), (ServerCallStreamObserver<TrainModelResponse>) responses)
        .open();
  }

  @Override
  public StreamObserver<EvaluateModelRequest> evaluateModel(
      StreamObserver<EvaluateModelResponse> responses) {
    return new JudgedStream<>(
            services,
            new EvaluateCall(),
            (ServerCallStreamObserver<EvaluateModelResponse>) responses)
        .open();
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () -> {
              RelevanceModels models =
                  collection("collection", request.getCollection()).relevance();
              String preferred = models.defaultName();
              ListModelsResponse.Builder response = ListModelsResponse.newBuilder();
              models
                  .list()
                  .forEach(model -> response.addModels(RelevanceMessages.write(model, preferred)));
              return response.build();
            });
  }

  @Override
  public void getModel(GetModelRequest request, StreamObserver<GetModelResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () -> {
              RelevanceModels models =
                  collection("collection", request.getCollection()).relevance();
              KeptModel model = models.find(request.getModel());
              RelevanceModel.Builder message =
                  RelevanceMessages.write(model, models.defaultName()).toBuilder();
              if (request.getWithParameters()) {
                message.setParameters(RelevanceMessages.parameters(model.trained().model()));
              }
              return GetModelResponse.newBuilder().setModel(message).build();
            });
  }

  @Override
  public void deleteModel(
      DeleteModelRequest request, StreamObserver<DeleteModelResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () -> {
              String name = Fields.requireName("model", request.getModel());
              RelevanceModels models =
                  collection("collection", request.getCollection()).relevance();
              if (models.isRule(name)) {
                throw Fields.invalid(
                    "model", "%s is there without training and cannot be deleted".formatted(name));
              }
              return DeleteModelResponse.newBuilder().setExisted(models.delete(name)).build();
            });
  }

  @Override
  public void setDefaultModel(
      SetDefaultModelRequest request, StreamObserver<SetDefaultModelResponse> responses) {
    new Answer<>(responses)
        .from(
            pool,
            () -> {
              collection("collection", request.getCollection())
                  .relevance()
                  .setDefault(request.getModel());
              return SetDefaultModelResponse.getDefaultInstance();
            });
  }

  private Collection collection(String field, String name) {
    return catalog.collection(Fields.requireName(field, name));
  }

  private static JudgedQueries queries(boolean isThem, JudgedQueries queries) {
    if (!isThem) {
      throw Fields.invalid("part", "must be the spec in the first message, then queries");
    }
    return queries;
  }

  /// A training.
  private final class TrainCall
      implements JudgedStream.Call<TrainModelRequest, TrainModelResponse> {

    @Override
    public JudgedStream.Job<TrainModelResponse> open(TrainModelRequest first) {
      if (!first.hasSpec()) {
        throw Fields.invalid("spec", "is required: it must be the first message");
      }
      TrainingSpec spec = first.getSpec();
      Collection collection = collection("spec.collection", spec.getCollection());
      TrainingRequest request = RelevanceMessages.request(spec, collection);
      collection.relevance().requireRoom(request.name());
      return new TrainJob(collection, request);
    }

    @Override
    public JudgedQueries queries(TrainModelRequest message) {
      return RelevanceRpc.queries(message.hasQueries(), message.getQueries());
    }
  }

  private record TrainJob(Collection collection, TrainingRequest request)
      implements JudgedStream.Job<TrainModelResponse> {

    @Override
    public int candidates() {
      return request.candidates();
    }

    @Override
    public TrainModelResponse run(List<JudgedQuery> queries, TrainingWatch watch) {
      RelevanceTrainer.Trained trained =
          RelevanceTrainer.train(collection, request, queries, watch);
      return TrainModelResponse.newBuilder()
          .setPhase(dev.kith.proto.v1.TrainingPhase.TRAINING_PHASE_FINISHED)
          .setCompleted(queries.size())
          .setTotal(queries.size())
          .setModel(RelevanceMessages.write(trained.model(), collection.relevance().defaultName()))
          .setReport(RelevanceMessages.write(trained.report()))
          .build();
    }

    @Override
    public TrainModelResponse progress(TrainingPhase phase, long done, long total) {
      return TrainModelResponse.newBuilder()
          .setPhase(
              switch (phase) {
                case RECEIVING -> dev.kith.proto.v1.TrainingPhase.TRAINING_PHASE_RECEIVING;
                case SEARCHING -> dev.kith.proto.v1.TrainingPhase.TRAINING_PHASE_SEARCHING;
                case FITTING -> dev.kith.proto.v1.TrainingPhase.TRAINING_PHASE_FITTING;
                case PROFILING -> dev.kith.proto.v1.TrainingPhase.TRAINING_PHASE_PROFILING;
              })
          .setCompleted(done)
          .setTotal(total)
          .build();
    }
  }

  /// An evaluation.
  private final class EvaluateCall
      implements JudgedStream.Call<EvaluateModelRequest, EvaluateModelResponse> {

    @Override
    public JudgedStream.Job<EvaluateModelResponse> open(EvaluateModelRequest first) {
      if (!first.hasSpec()) {
        throw Fields.invalid("spec", "is required: it must be the first message");
      }
      EvaluationSpec spec = first.getSpec();
      Collection collection = collection("spec.collection", spec.getCollection());
      return new EvaluateJob(
          collection,
          collection.relevance().find(spec.getModel()),
          RelevanceMessages.isIrrelevant(
              "spec.unjudged", spec.getUnjudged(), spec.getUnjudgedValue()));
    }

    @Override
    public JudgedQueries queries(EvaluateModelRequest message) {
      return RelevanceRpc.queries(message.hasQueries(), message.getQueries());
    }
  }

  private record EvaluateJob(Collection collection, KeptModel model, boolean unjudgedIsIrrelevant)
      implements JudgedStream.Job<EvaluateModelResponse> {

    @Override
    public int candidates() {
      return model.trained().candidates();
    }

    @Override
    public EvaluateModelResponse run(List<JudgedQuery> queries, TrainingWatch watch) {
      return EvaluateModelResponse.newBuilder()
          .setCompleted(queries.size())
          .setTotal(queries.size())
          .setReport(
              RelevanceMessages.write(
                  RelevanceTrainer.evaluate(
                      collection, model, unjudgedIsIrrelevant, queries, watch)))
          .build();
    }

    @Override
    public EvaluateModelResponse progress(TrainingPhase phase, long done, long total) {
      boolean isSearching = phase == TrainingPhase.SEARCHING;
      return EvaluateModelResponse.newBuilder()
          .setCompleted(isSearching ? done : 0)
          .setTotal(isSearching ? total : done)
          .build();
    }
  }
}

package dev.kith.client;

import dev.kith.proto.v1.DeleteModelRequest;
import dev.kith.proto.v1.DeleteModelResponse;
import dev.kith.proto.v1.EvaluateModelRequest;
import dev.kith.proto.v1.EvaluateModelResponse;
import dev.kith.proto.v1.GetModelRequest;
import dev.kith.proto.v1.GetModelResponse;
import dev.kith.proto.v1.JudgedQueries;
import dev.kith.proto.v1.ListModelsRequest;
import dev.kith.proto.v1.ListModelsResponse;
import dev.kith.proto.v1.ModelKind;
import dev.kith.proto.v1.ModelParameters;
import dev.kith.proto.v1.ModelQuality;
import dev.kith.proto.v1.RelevanceModel;
import dev.kith.proto.v1.RelevanceReport;
import dev.kith.proto.v1.RelevanceServiceGrpc;
import dev.kith.proto.v1.SetDefaultModelRequest;
import dev.kith.proto.v1.SetDefaultModelResponse;
import dev.kith.proto.v1.Threshold;
import dev.kith.proto.v1.TrainModelRequest;
import dev.kith.proto.v1.TrainModelResponse;
import dev.kith.proto.v1.TrainingPhase;
import dev.kith.proto.v1.TrainingSpec;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Takes models for trained that it is told to train, and remembers what it was sent.
public final class RelevanceCalls extends RelevanceServiceGrpc.RelevanceServiceImplBase {
  private final TreeMap<String, RelevanceModel> models = new TreeMap<>();
  private final List<JudgedQueries> received = new ArrayList<>();
  private TrainingSpec spec = TrainingSpec.getDefaultInstance();
  private String preferred = "";

  /// What was sent to the last training or evaluation.
  public synchronized List<JudgedQueries> received() {
    return List.copyOf(received);
  }

  /// What the last training was asked for.
  public synchronized TrainingSpec spec() {
    return spec;
  }

  private static RelevanceReport report(String model, long queries) {
    return RelevanceReport.newBuilder()
        .setQueries(queries)
        .setPairs(100 * queries)
        .setRelevantPairs(7)
        .setFound(0.5)
        .addModels(
            ModelQuality.newBuilder()
                .setModel(model)
                .setPrAuc(0.75)
                .addBins(
                    dev.kith.proto.v1.ReliabilityBin.newBuilder()
                        .setPairs(9)
                        .setPredicted(0.2)
                        .setObserved(0.25))
                .addCurve(
                    dev.kith.proto.v1.CurvePoint.newBuilder()
                        .setRecall(0.5)
                        .setPrecision(0.9)
                        .setThreshold(0.4f)))
        .build();
  }

  private synchronized void begin() {
    received.clear();
  }

  private synchronized long take(JudgedQueries queries) {
    received.add(queries);
    return rows();
  }

  private synchronized long rows() {
    return received.stream()
        .mapToLong(
            part -> part.getVectors().getData().size() / 4 / part.getVectors().getDimension())
        .sum();
  }

  @Override
  public StreamObserver<TrainModelRequest> trainModel(StreamObserver<TrainModelResponse> out) {
    begin();
    return new StreamObserver<>() {
      @Override
      public void onNext(TrainModelRequest message) {
        if (message.hasSpec()) {
          synchronized (RelevanceCalls.this) {
            spec = message.getSpec();
          }
          if (spec.getModel().equals("busy")) {
            out.onError(
                Status.RESOURCE_EXHAUSTED.withDescription("another one").asRuntimeException());
          }
        } else {
          out.onNext(
              TrainModelResponse.newBuilder()
                  .setPhase(TrainingPhase.TRAINING_PHASE_RECEIVING)
                  .setCompleted(take(message.getQueries()))
                  .build());
        }
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        RelevanceModel model =
            RelevanceModel.newBuilder()
                .setName(spec.getModel())
                .setVersion(1)
                .setKind(
                    spec.getKindValue() == 0 ? ModelKind.MODEL_KIND_COSINE_ADAPTER : spec.getKind())
                .setIsTrained(rows() > 0)
                .setTrainedQueries(rows())
                .setCandidates(spec.hasCandidates() ? spec.getCandidates() : 100)
                .setParameterCount(2)
                .setBytes(2048)
                .addThresholds(
                    Threshold.newBuilder().setMaxFractionMissed(0.05).setMinRelevance(0.25f))
                .addThresholds(Threshold.newBuilder().setMaxFractionMissed(0.01))
                .build();
        synchronized (RelevanceCalls.this) {
          models.put(model.getName(), model);
        }
        out.onNext(
            TrainModelResponse.newBuilder()
                .setPhase(TrainingPhase.TRAINING_PHASE_FINISHED)
                .setModel(model)
                .setReport(report(model.getName(), rows()))
                .build());
        out.onCompleted();
      }
    };
  }

  @Override
  public StreamObserver<EvaluateModelRequest> evaluateModel(
      StreamObserver<EvaluateModelResponse> out) {
    begin();
    return new StreamObserver<>() {
      private String model = "";

      @Override
      public void onNext(EvaluateModelRequest message) {
        if (message.hasSpec()) {
          model = message.getSpec().getModel();
        } else {
          take(message.getQueries());
        }
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        out.onNext(EvaluateModelResponse.newBuilder().setReport(report(model, rows())).build());
        out.onCompleted();
      }
    };
  }

  @Override
  public synchronized void listModels(
      ListModelsRequest request, StreamObserver<ListModelsResponse> out) {
    out.onNext(ListModelsResponse.newBuilder().addAllModels(models.values()).build());
    out.onCompleted();
  }

  @Override
  public synchronized void getModel(GetModelRequest request, StreamObserver<GetModelResponse> out) {
    RelevanceModel model =
        models.get(request.getModel().isEmpty() ? preferred : request.getModel());
    if (model == null) {
      out.onError(Status.FAILED_PRECONDITION.withDescription("no such model").asRuntimeException());
      return;
    }
    RelevanceModel.Builder found =
        model.toBuilder().setIsDefault(model.getName().equals(preferred));
    if (request.getWithParameters()) {
      found.setParameters(ModelParameters.newBuilder().addCurve(1.5f).addCurve(-2));
    }
    out.onNext(GetModelResponse.newBuilder().setModel(found).build());
    out.onCompleted();
  }

  @Override
  public synchronized void deleteModel(
      DeleteModelRequest request, StreamObserver<DeleteModelResponse> out) {
    boolean existed = models.remove(request.getModel()) != null;
    out.onNext(DeleteModelResponse.newBuilder().setExisted(existed).build());
    out.onCompleted();
  }

  @Override
  public synchronized void setDefaultModel(
      SetDefaultModelRequest request, StreamObserver<SetDefaultModelResponse> out) {
    preferred = request.getModel();
    out.onNext(SetDefaultModelResponse.getDefaultInstance());
    out.onCompleted();
  }
}

package dev.kith.client;

import com.google.protobuf.Timestamp;
import dev.kith.proto.v1.EvaluateModelResponse;
import dev.kith.proto.v1.JudgedQueries;
import dev.kith.proto.v1.ModelKind;
import dev.kith.proto.v1.ModelParameters;
import dev.kith.proto.v1.ModelQuality;
import dev.kith.proto.v1.OnEmpty;
import dev.kith.proto.v1.TrainModelResponse;
import dev.kith.proto.v1.TrainingSpec;
import dev.kith.proto.v1.Unjudged;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Translates models of relevance and what is said of them.
final class RelevanceWire {
  private RelevanceWire() {}

  static dev.kith.proto.v1.RelevanceOptions options(RelevanceOptions options) {
    dev.kith.proto.v1.RelevanceOptions.Builder message =
        dev.kith.proto.v1.RelevanceOptions.newBuilder()
            .setModel(options.model())
            .setOnEmpty(options.bestOne() ? OnEmpty.ON_EMPTY_BEST_ONE : OnEmpty.ON_EMPTY_EMPTY)
            .setOutlyingness(options.outlyingness());
    switch (options.cut()) {
      case RelevanceOptions.Cut.Nothing() -> {}
      case RelevanceOptions.Cut.Below(float relevance) -> message.setMinRelevance(relevance);
      case RelevanceOptions.Cut.MissingAtMost(float fraction) ->
          message.setMaxFractionMissed(fraction);
    }
    return message.build();
  }

  static RelevanceOutcome outcome(dev.kith.proto.v1.RelevanceOutcome outcome) {
    return new RelevanceOutcome(
        outcome.getModel(),
        outcome.getVersion(),
        outcome.getMinRelevance(),
        outcome.getCandidates(),
        outcome.getRelevant(),
        outcome.getCut(),
        outcome.hasOutlyingness()
            ? Optional.of(outlyingness(outcome.getOutlyingness()))
            : Optional.empty());
  }

  private static RelevanceOutcome.Outlyingness outlyingness(
      dev.kith.proto.v1.Outlyingness outlyingness) {
    return new RelevanceOutcome.Outlyingness(
        outlyingness.getDistance(),
        outlyingness.getPointsPercentile(),
        outlyingness.hasQueriesPercentile()
            ? OptionalDouble.of(outlyingness.getQueriesPercentile())
            : OptionalDouble.empty());
  }

  static TrainingSpec spec(String collection, ModelSpec spec) {
    TrainingSpec.Builder message =
        TrainingSpec.newBuilder()
            .setCollection(collection)
            .setModel(spec.name())
            .setSeed(spec.seed())
            .setUnjudged(
                spec.unjudgedLeftOut()
                    ? Unjudged.UNJUDGED_LEFT_OUT
                    : Unjudged.UNJUDGED_NOT_RELEVANT)
            .setSetDefault(spec.setDefault());
    spec.kind().ifPresent(kind -> message.setKind(kind(kind)));
    spec.network().form().ifPresent(form -> message.setForm(form(form)));
    spec.network().inputs().ifPresent(inputs -> message.setInputs(inputs(inputs)));
    spec.network().hiddenUnits().ifPresent(message::setHiddenUnits);
    spec.candidates().ifPresent(message::setCandidates);
    return message.build();
  }

  static JudgedQueries queries(List<JudgedQuery> batch) {
    JudgedQueries.Builder message = JudgedQueries.newBuilder();
    for (int row = 0; row < batch.size(); row++) {
      for (Judgment judgment : batch.get(row).judgments()) {
        dev.kith.proto.v1.Judgment.Builder one =
            message
                .addJudgmentsBuilder()
                .setQuery(row)
                .setPoint(Wire.id(judgment.point()))
                .setGrade(judgment.grade());
        if (judgment.propensity() < 1) {
          one.setPropensity(judgment.propensity());
        }
      }
    }
    return message
        .setVectors(Wire.matrix(batch.stream().map(JudgedQuery::vector).toList()))
        .build();
  }

  static TrainingProgress progress(TrainModelResponse message) {
    return new TrainingProgress(
        switch (message.getPhase()) {
          case TRAINING_PHASE_RECEIVING -> TrainingProgress.Phase.RECEIVING;
          case TRAINING_PHASE_SEARCHING -> TrainingProgress.Phase.SEARCHING;
          case TRAINING_PHASE_FITTING -> TrainingProgress.Phase.FITTING;
          case TRAINING_PHASE_PROFILING -> TrainingProgress.Phase.PROFILING;
          case TRAINING_PHASE_FINISHED -> TrainingProgress.Phase.FINISHED;
          case TRAINING_PHASE_UNSPECIFIED, UNRECOGNIZED ->
              throw unknown("a phase of training", message.getPhase());
        },
        message.getCompleted(),
        message.getTotal());
  }

  static TrainingProgress progress(EvaluateModelResponse message) {
    return new TrainingProgress(
        TrainingProgress.Phase.SEARCHING, message.getCompleted(), message.getTotal());
  }

  private static IllegalStateException unknown(String what, Object value) {
    return new IllegalStateException("the server sent %s unknown here: %s".formatted(what, value));
  }

  static RelevanceModel model(dev.kith.proto.v1.RelevanceModel model) {
    return new RelevanceModel(
        model.getName(),
        model.getVersion(),
        kind(model.getKind()),
        model.getIsDefault(),
        model.getCandidates(),
        new RelevanceModel.Size(model.getParameterCount(), model.getBytes()),
        model.getIsTrained() ? Optional.of(training(model)) : Optional.empty(),
        model.hasCreated() ? Optional.of(instant(model.getCreated())) : Optional.empty(),
        form(model.getForm()),
        inputs(model.getInputs()),
        model.getHasProfile(),
        model.hasParameters() ? Optional.of(numbers(model.getParameters())) : Optional.empty());
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static RelevanceModel.Training training(dev.kith.proto.v1.RelevanceModel model) {
    return new RelevanceModel.Training(
        model.getTrainedQueries(),
        model.getTrainedPairs(),
        model.getSeed(),
        model.getThresholdsList().stream()
            .map(
                threshold ->
                    new RelevanceModel.Threshold(
                        threshold.getMaxFractionMissed(), threshold.getMinRelevance()))
            .toList());
  }

  private static RelevanceModel.Numbers numbers(ModelParameters numbers) {
    return new RelevanceModel.Numbers(
        List.copyOf(numbers.getCurveList()),
        List.copyOf(numbers.getScoreScaleList()),
        List.copyOf(numbers.getStatisticsShiftList()),
        List.copyOf(numbers.getStatisticsScaleList()),
        List.copyOf(numbers.getHiddenWeightsList()),
        List.copyOf(numbers.getHiddenBiasesList()),
        List.copyOf(numbers.getOutputWeightsList()),
        List.copyOf(numbers.getOutputBiasesList()));
  }

  static RelevanceReport report(dev.kith.proto.v1.RelevanceReport report) {
    return new RelevanceReport(
        report.getModelsList().stream().map(RelevanceWire::quality).toList(),
        report.getQueries(),
        report.getPairs(),
        report.getRelevantPairs(),
        report.getFound());
  }

  private static RelevanceReport.Quality quality(ModelQuality quality) {
    return new RelevanceReport.Quality(
        quality.getModel(),
        quality.getPrAuc(),
        quality.getPrecisionAt95(),
        quality.getFilteredAt95(),
        quality.getEmptyAt95(),
        quality.getMeanReciprocalRank(),
        quality.getCalibrationError(),
        quality.getBrier(),
        quality.getOpis(),
        quality.getBinsList().stream()
            .map(
                bin ->
                    new RelevanceReport.Bin(bin.getPairs(), bin.getPredicted(), bin.getObserved()))
            .toList(),
        quality.getCurveList().stream()
            .map(
                point ->
                    new RelevanceReport.CurvePoint(
                        point.getRecall(), point.getPrecision(), point.getThreshold()))
            .toList());
  }

  private static ModelKind kind(ModelSpec.Kind kind) {
    return switch (kind) {
      case RAW -> ModelKind.MODEL_KIND_RAW;
      case PLATT -> ModelKind.MODEL_KIND_PLATT;
      case ZSCORE -> ModelKind.MODEL_KIND_ZSCORE;
      case GAP -> ModelKind.MODEL_KIND_GAP;
      case FIXED_K -> ModelKind.MODEL_KIND_FIXED_K;
      case COSINE_ADAPTER -> ModelKind.MODEL_KIND_COSINE_ADAPTER;
    };
  }

  private static ModelSpec.Kind kind(ModelKind kind) {
    return switch (kind) {
      case MODEL_KIND_RAW -> ModelSpec.Kind.RAW;
      case MODEL_KIND_PLATT -> ModelSpec.Kind.PLATT;
      case MODEL_KIND_ZSCORE -> ModelSpec.Kind.ZSCORE;
      case MODEL_KIND_GAP -> ModelSpec.Kind.GAP;
      case MODEL_KIND_FIXED_K -> ModelSpec.Kind.FIXED_K;
      case MODEL_KIND_COSINE_ADAPTER -> ModelSpec.Kind.COSINE_ADAPTER;
      case MODEL_KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknown("a kind of model", kind);
    };
  }

  private static dev.kith.proto.v1.AdapterForm form(ModelSpec.Form form) {
    return switch (form) {
      case LINEAR -> dev.kith.proto.v1.AdapterForm.ADAPTER_FORM_LINEAR;
      case SQRT -> dev.kith.proto.v1.AdapterForm.ADAPTER_FORM_SQRT;
      case QUADRATIC -> dev.kith.proto.v1.AdapterForm.ADAPTER_FORM_QUADRATIC;
      case POWER -> dev.kith.proto.v1.AdapterForm.ADAPTER_FORM_POWER;
    };
  }

  private static Optional<ModelSpec.Form> form(dev.kith.proto.v1.AdapterForm form) {
    return switch (form) {
      case ADAPTER_FORM_UNSPECIFIED -> Optional.empty();
      case ADAPTER_FORM_LINEAR -> Optional.of(ModelSpec.Form.LINEAR);
      case ADAPTER_FORM_SQRT -> Optional.of(ModelSpec.Form.SQRT);
      case ADAPTER_FORM_QUADRATIC -> Optional.of(ModelSpec.Form.QUADRATIC);
      case ADAPTER_FORM_POWER -> Optional.of(ModelSpec.Form.POWER);
      case UNRECOGNIZED -> throw unknown("a form", form);
    };
  }

  private static dev.kith.proto.v1.AdapterInputs inputs(ModelSpec.Inputs inputs) {
    return switch (inputs) {
      case QUERY -> dev.kith.proto.v1.AdapterInputs.ADAPTER_INPUTS_QUERY;
      case STATISTICS -> dev.kith.proto.v1.AdapterInputs.ADAPTER_INPUTS_STATISTICS;
      case QUERY_AND_STATISTICS ->
          dev.kith.proto.v1.AdapterInputs.ADAPTER_INPUTS_QUERY_AND_STATISTICS;
    };
  }

  private static Optional<ModelSpec.Inputs> inputs(dev.kith.proto.v1.AdapterInputs inputs) {
    return switch (inputs) {
      case ADAPTER_INPUTS_UNSPECIFIED -> Optional.empty();
      case ADAPTER_INPUTS_QUERY -> Optional.of(ModelSpec.Inputs.QUERY);
      case ADAPTER_INPUTS_STATISTICS -> Optional.of(ModelSpec.Inputs.STATISTICS);
      case ADAPTER_INPUTS_QUERY_AND_STATISTICS ->
          Optional.of(ModelSpec.Inputs.QUERY_AND_STATISTICS);
      case UNRECOGNIZED -> throw unknown("inputs", inputs);
    };
  }
}

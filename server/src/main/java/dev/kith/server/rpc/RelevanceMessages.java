package dev.kith.server.rpc;

import dev.kith.index.relevance.AdapterForm;
import dev.kith.index.relevance.AdapterInputs;
import dev.kith.index.relevance.AdapterNumbers;
import dev.kith.index.relevance.CosineAdapter;
import dev.kith.index.relevance.Curve;
import dev.kith.index.relevance.LargestGap;
import dev.kith.index.relevance.Logistic;
import dev.kith.index.relevance.ModelSpec;
import dev.kith.index.relevance.Quality;
import dev.kith.index.relevance.RankTable;
import dev.kith.index.relevance.RawScore;
import dev.kith.index.relevance.RelevanceModel;
import dev.kith.index.relevance.ZScore;
import dev.kith.proto.v1.ModelKind;
import dev.kith.proto.v1.ModelParameters;
import dev.kith.proto.v1.ModelQuality;
import dev.kith.proto.v1.TrainingSpec;
import dev.kith.proto.v1.Unjudged;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.KeptModel;
import dev.kith.server.relevance.RelevanceReport;
import dev.kith.server.relevance.TrainingRequest;

/// Translates models of relevance and what is said of them between the wire and the server.
final class RelevanceMessages {
  private static final int LEAST_CANDIDATES = 10;
  private static final int DEFAULT_CANDIDATES = 100;
  private static final int MOST_HIDDEN_UNITS = 1024;

  /// Shares of what is relevant that models tell thresholds for.
  private static final double[] FRACTIONS = {0.01, 0.02, 0.05, 0.10, 0.20};

  private RelevanceMessages() {}

  /// Reads what to train.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the fields at fault
  static TrainingRequest request(TrainingSpec spec, Collection collection) {
    Fields fields = new Fields();
    String name = fields.name("spec.model", spec.getModel());
    if (collection.relevance().isRule(name)) {
      fields.wrong("spec.model", "is the name of a model that is there without training: " + name);
    }
    int candidates =
        spec.hasCandidates()
            ? fields.number(
                "spec.candidates",
                spec.getCandidates(),
                LEAST_CANDIDATES,
                RelevanceModel.MAX_CANDIDATES)
            : DEFAULT_CANDIDATES;
    ModelSpec model = model(fields, spec);
    boolean unjudged = isIrrelevant("spec.unjudged", spec.getUnjudged(), spec.getUnjudgedValue());
    fields.refuseIfWrong();
    return new TrainingRequest(
        name, model, candidates, spec.getSeed(), unjudged, spec.getSetDefault());
  }

  private static ModelSpec model(Fields fields, TrainingSpec spec) {
    ModelSpec model =
        switch (spec.getKind()) {
          case MODEL_KIND_RAW -> new ModelSpec.Raw();
          case MODEL_KIND_PLATT -> new ModelSpec.Platt();
          case MODEL_KIND_ZSCORE -> new ModelSpec.Standing();
          case MODEL_KIND_GAP -> new ModelSpec.Gap();
          case MODEL_KIND_FIXED_K -> new ModelSpec.FixedK();
          case MODEL_KIND_UNSPECIFIED, MODEL_KIND_COSINE_ADAPTER -> adapter(fields, spec);
          case UNRECOGNIZED -> throw Fields.unsupported("spec.kind", spec.getKindValue());
        };
    boolean asksForNetwork =
        spec.getFormValue() != 0 || spec.getInputsValue() != 0 || spec.hasHiddenUnits();
    if (asksForNetwork && !(model instanceof ModelSpec.Adapter)) {
      fields.wrong(
          "spec.kind", "has no form, inputs or hidden_units: those are of a COSINE_ADAPTER");
    }
    return model;
  }

  private static ModelSpec adapter(Fields fields, TrainingSpec spec) {
    ModelSpec.Adapter usual = ModelSpec.Adapter.DEFAULT;
    AdapterForm form =
        switch (spec.getForm()) {
          case ADAPTER_FORM_UNSPECIFIED -> usual.form();
          case ADAPTER_FORM_LINEAR -> AdapterForm.LINEAR;
          case ADAPTER_FORM_SQRT -> AdapterForm.SQRT;
          case ADAPTER_FORM_QUADRATIC -> AdapterForm.QUADRATIC;
          case ADAPTER_FORM_POWER -> AdapterForm.POWER;
          case UNRECOGNIZED -> throw Fields.unsupported("spec.form", spec.getFormValue());
        };
    AdapterInputs inputs =
        switch (spec.getInputs()) {
          case ADAPTER_INPUTS_UNSPECIFIED -> usual.inputs();
          case ADAPTER_INPUTS_QUERY -> AdapterInputs.QUERY;
          case ADAPTER_INPUTS_STATISTICS -> AdapterInputs.STATISTICS;
          case ADAPTER_INPUTS_QUERY_AND_STATISTICS -> AdapterInputs.QUERY_AND_STATISTICS;
          case UNRECOGNIZED -> throw Fields.unsupported("spec.inputs", spec.getInputsValue());
        };
    int hidden =
        spec.hasHiddenUnits()
            ? fields.number("spec.hidden_units", spec.getHiddenUnits(), 1, MOST_HIDDEN_UNITS)
            : usual.hiddenUnits();
    return new ModelSpec.Adapter(form, inputs, hidden);
  }

  /// Whether candidates that nobody judged are irrelevant; else they are left out.
  static boolean isIrrelevant(String field, Unjudged unjudged, int number) {
    return switch (unjudged) {
      case UNJUDGED_UNSPECIFIED, UNJUDGED_NOT_RELEVANT -> true;
      case UNJUDGED_LEFT_OUT -> false;
      case UNRECOGNIZED -> throw Fields.unsupported(field, number);
    };
  }

  /// Writes a model without its numbers.
  static dev.kith.proto.v1.RelevanceModel write(KeptModel kept, String defaultName) {
    RelevanceModel model = kept.trained().model();
    dev.kith.proto.v1.RelevanceModel.Builder message =
        dev.kith.proto.v1.RelevanceModel.newBuilder()
            .setName(kept.name())
            .setVersion(kept.version())
            .setKind(kind(model))
            .setIsDefault(kept.name().equals(defaultName))
            .setIsTrained(kept.isFitted())
            .setCandidates(kept.trained().candidates())
            .setDimension(kept.isRule() ? 0 : kept.trained().dimension())
            .setMetric(CollectionMessages.write(kept.trained().metric()))
            .setParameterCount(model.parameters())
            .setBytes(kept.trained().bytes())
            .setTrainedQueries(kept.queries())
            .setTrainedPairs(kept.pairs())
            .setSeed(kept.seed())
            .setHasProfile(kept.trained().profile().isPresent());
    if (!kept.isRule()) {
      message.setCreated(CollectionMessages.write(kept.created()));
    }
    if (model instanceof CosineAdapter adapter) {
      message.setForm(write(adapter.form())).setInputs(write(adapter.inputs()));
    }
    if (kept.isFitted()) {
      for (double fraction : FRACTIONS) {
        message
            .addThresholdsBuilder()
            .setMaxFractionMissed(fraction)
            .setMinRelevance(kept.trained().thresholds().at(fraction));
      }
    }
    return message.build();
  }

  private static ModelKind kind(RelevanceModel model) {
    return switch (model) {
      case RawScore _ -> ModelKind.MODEL_KIND_RAW;
      case Logistic _ -> ModelKind.MODEL_KIND_PLATT;
      case ZScore _ -> ModelKind.MODEL_KIND_ZSCORE;
      case LargestGap _ -> ModelKind.MODEL_KIND_GAP;
      case RankTable _ -> ModelKind.MODEL_KIND_FIXED_K;
      case CosineAdapter _ -> ModelKind.MODEL_KIND_COSINE_ADAPTER;
    };
  }

  private static dev.kith.proto.v1.AdapterForm write(AdapterForm form) {
    return switch (form) {
      case LINEAR -> dev.kith.proto.v1.AdapterForm.ADAPTER_FORM_LINEAR;
      case SQRT -> dev.kith.proto.v1.AdapterForm.ADAPTER_FORM_SQRT;
      case QUADRATIC -> dev.kith.proto.v1.AdapterForm.ADAPTER_FORM_QUADRATIC;
      case POWER -> dev.kith.proto.v1.AdapterForm.ADAPTER_FORM_POWER;
    };
  }

  private static dev.kith.proto.v1.AdapterInputs write(AdapterInputs inputs) {
    return switch (inputs) {
      case QUERY -> dev.kith.proto.v1.AdapterInputs.ADAPTER_INPUTS_QUERY;
      case STATISTICS -> dev.kith.proto.v1.AdapterInputs.ADAPTER_INPUTS_STATISTICS;
      case QUERY_AND_STATISTICS ->
          dev.kith.proto.v1.AdapterInputs.ADAPTER_INPUTS_QUERY_AND_STATISTICS;
    };
  }

  /// Writes the numbers of a model.
  static ModelParameters parameters(RelevanceModel model) {
    ModelParameters.Builder message = ModelParameters.newBuilder();
    switch (model) {
      case RawScore _ -> {}
      case Logistic(Curve curve) -> addCurve(message, curve);
      case ZScore(Curve curve, boolean _) -> addCurve(message, curve);
      case LargestGap(float before, float behind, boolean _) ->
          message.addCurve(before).addCurve(behind);
      case RankTable table -> {
        for (float probability : table.probabilities()) {
          message.addCurve(probability);
        }
      }
      case CosineAdapter adapter -> addNumbers(message, AdapterNumbers.of(adapter));
    }
    return message.build();
  }

  private static void addCurve(ModelParameters.Builder message, Curve curve) {
    message.addCurve(curve.slope()).addCurve(curve.intercept());
  }

  private static void addNumbers(ModelParameters.Builder message, AdapterNumbers numbers) {
    for (float number : numbers.score()) {
      message.addScoreScale(number);
    }
    for (float number : numbers.statisticsShift()) {
      message.addStatisticsShift(number);
    }
    for (float number : numbers.statisticsScale()) {
      message.addStatisticsScale(number);
    }
    for (float number : numbers.hiddenWeights()) {
      message.addHiddenWeights(number);
    }
    for (float number : numbers.hiddenBiases()) {
      message.addHiddenBiases(number);
    }
    for (float number : numbers.outputWeights()) {
      message.addOutputWeights(number);
    }
    for (float number : numbers.outputBiases()) {
      message.addOutputBiases(number);
    }
  }

  /// Writes what judged queries say.
  static dev.kith.proto.v1.RelevanceReport write(RelevanceReport report) {
    dev.kith.proto.v1.RelevanceReport.Builder message =
        dev.kith.proto.v1.RelevanceReport.newBuilder()
            .setQueries(report.queries())
            .setPairs(report.pairs())
            .setRelevantPairs(report.relevantPairs())
            .setFound(report.found());
    report.qualities().forEach(quality -> message.addModels(write(quality)));
    return message.build();
  }

  private static ModelQuality write(Quality quality) {
    ModelQuality.Builder message =
        ModelQuality.newBuilder()
            .setModel(quality.model())
            .setPrAuc(quality.prAuc())
            .setPrecisionAt95(quality.precisionAt95())
            .setFilteredAt95(quality.filteredAt95())
            .setEmptyAt95(quality.emptyAt95())
            .setMeanReciprocalRank(quality.meanReciprocalRank())
            .setCalibrationError(quality.calibrationError())
            .setBrier(quality.brier())
            .setOpis(quality.opis());
    for (Quality.Bin bin : quality.bins()) {
      message
          .addBinsBuilder()
          .setPairs(bin.pairs())
          .setPredicted(bin.predicted())
          .setObserved(bin.observed());
    }
    for (Quality.Point point : quality.curve()) {
      message
          .addCurveBuilder()
          .setRecall(point.recall())
          .setPrecision(point.precision())
          .setThreshold(point.threshold());
    }
    return message.build();
  }
}

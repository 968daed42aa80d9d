package dev.kith.client.cli;

import dev.kith.client.RelevanceModel;
import dev.kith.client.RelevanceOutcome;
import dev.kith.client.RelevanceReport;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// How models of relevance and what is said of them are shown.
record RelevanceText(Console console) {

  /// Models, one a row.
  void models(List<RelevanceModel> models) {
    console.table(
        List.of(
            "NAME",
            "VERSION",
            "KIND",
            "DEFAULT",
            "CANDIDATES",
            "QUERIES",
            "PROFILE",
            "SIZE",
            "CREATED"),
        models.stream()
            .map(
                model ->
                    List.of(
                        model.name(),
                        model.version() == 0 ? "-" : String.valueOf(model.version()),
                        kind(model),
                        model.isDefault() ? "yes" : "",
                        String.valueOf(model.candidates()),
                        model.training().map(of -> String.valueOf(of.queries())).orElse("-"),
                        model.hasProfile() ? "yes" : "",
                        Console.bytes(model.size().bytes()),
                        model.created().map(Object::toString).orElse("-")))
            .toList());
  }

  private static String kind(RelevanceModel model) {
    return word(model.kind())
        + model.form().map(form -> " " + word(form)).orElse("")
        + model.inputs().map(inputs -> " of " + word(inputs)).orElse("");
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// Where models cut, one fraction a row.
  void thresholds(List<RelevanceModel.Threshold> thresholds) {
    console.table(
        List.of("MAX-MISSED", "MIN-RELEVANCE"),
        thresholds.stream()
            .map(
                threshold ->
                    List.of(
                        String.valueOf(threshold.maxFractionMissed()),
                        threshold.minRelevance() == 0
                            ? "too few queries to tell"
                            : figure(threshold.minRelevance())))
            .toList());
  }

  /// What queries say of models, one model a row.
  void report(RelevanceReport report) {
    console
        .out()
        .printf(
            Locale.ROOT,
            "%d queries, %d pairs, %.1f of them relevant; of what is relevant, %.1f %% was found%n",
            report.queries(),
            report.pairs(),
            report.relevantPairs(),
            100 * report.found());
    List<List<String>> rows = new ArrayList<>();
    for (RelevanceReport.Quality quality : report.models()) {
      rows.add(
          List.of(
              quality.model(),
              figure(quality.prAuc()),
              figure(quality.precisionAt95()),
              figure(quality.filteredAt95()),
              figure(quality.emptyAt95()),
              figure(quality.meanReciprocalRank()),
              figure(quality.calibrationError()),
              figure(quality.brier()),
              figure(quality.opis())));
    }
    console.table(
        List.of(
            "MODEL",
            "PR-AUC",
            "PRECISION@95",
            "FILTERED@95",
            "EMPTY@95",
            "MRR",
            "ECE",
            "BRIER",
            "OPIS"),
        rows);
  }

  static String figure(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /// What became of a search's relevance, in a sentence or two.
  void outcome(RelevanceOutcome outcome) {
    console
        .out()
        .printf(
            Locale.ROOT,
            "relevance by %s%s: %d of %d candidates at least %s, %d hits cut%n",
            outcome.model(),
            outcome.version() == 0 ? "" : " version " + outcome.version(),
            outcome.relevant(),
            outcome.candidates(),
            outcome.minRelevance(),
            outcome.cut());
    outcome
        .outlyingness()
        .ifPresent(
            outlying ->
                console
                    .out()
                    .printf(
                        Locale.ROOT,
                        "outlyingness %.3f: farther out than %.1f %% of the points%s%n",
                        outlying.distance(),
                        outlying.pointsPercentile(),
                        outlying.queriesPercentile().isPresent()
                            ? String.format(
                                Locale.ROOT,
                                "; stranger than %.1f %% of the queries",
                                outlying.queriesPercentile().getAsDouble())
                            : ""));
  }

  static ObjectNode json(RelevanceOutcome outcome) {
    ObjectNode object =
        Json.object()
            .put("model", outcome.model())
            .put("version", outcome.version())
            .put("min_relevance", outcome.minRelevance())
            .put("candidates", outcome.candidates())
            .put("relevant", outcome.relevant())
            .put("cut", outcome.cut());
    outcome
        .outlyingness()
        .ifPresent(
            outlying -> {
              ObjectNode node =
                  object
                      .putObject("outlyingness")
                      .put("distance", outlying.distance())
                      .put("points_percentile", outlying.pointsPercentile());
              outlying
                  .queriesPercentile()
                  .ifPresent(percentile -> node.put("queries_percentile", percentile));
            });
    return object;
  }

  static ObjectNode json(RelevanceModel model) {
    ObjectNode object =
        Json.object()
            .put("name", model.name())
            .put("version", model.version())
            .put("kind", word(model.kind()))
            .put("default", model.isDefault())
            .put("candidates", model.candidates())
            .put("parameters", model.size().parameters())
            .put("bytes", model.size().bytes())
            .put("profile", model.hasProfile());
    model.form().ifPresent(form -> object.put("form", word(form)));
    model.inputs().ifPresent(inputs -> object.put("inputs", word(inputs)));
    model.created().ifPresent(created -> object.put("created", created.toString()));
    model.training().ifPresent(training -> training(object.putObject("training"), training));
    model.numbers().ifPresent(numbers -> numbers(object.putObject("numbers"), numbers));
    return object;
  }

  private static void training(ObjectNode object, RelevanceModel.Training training) {
    object
        .put("queries", training.queries())
        .put("pairs", training.pairs())
        .put("seed", new BigInteger(Long.toUnsignedString(training.seed())));
    ArrayNode thresholds = object.putArray("thresholds");
    for (RelevanceModel.Threshold threshold : training.thresholds()) {
      thresholds
          .addObject()
          .put("max_fraction_missed", threshold.maxFractionMissed())
          .put("min_relevance", threshold.minRelevance());
    }
  }

  private static void numbers(ObjectNode object, RelevanceModel.Numbers numbers) {
    numbers.curve().forEach(object.putArray("curve")::add);
    numbers.scoreScale().forEach(object.putArray("score_scale")::add);
    numbers.statisticsShift().forEach(object.putArray("statistics_shift")::add);
    numbers.statisticsScale().forEach(object.putArray("statistics_scale")::add);
    numbers.hiddenWeights().forEach(object.putArray("hidden_weights")::add);
    numbers.hiddenBiases().forEach(object.putArray("hidden_biases")::add);
    numbers.outputWeights().forEach(object.putArray("output_weights")::add);
    numbers.outputBiases().forEach(object.putArray("output_biases")::add);
  }

  static ObjectNode json(RelevanceReport report) {
    ObjectNode object =
        Json.object()
            .put("queries", report.queries())
            .put("pairs", report.pairs())
            .put("relevant_pairs", report.relevantPairs())
            .put("found", report.found());
    ArrayNode models = object.putArray("models");
    for (RelevanceReport.Quality quality : report.models()) {
      ObjectNode node =
          models
              .addObject()
              .put("model", quality.model())
              .put("pr_auc", quality.prAuc())
              .put("precision_at_95", quality.precisionAt95())
              .put("filtered_at_95", quality.filteredAt95())
              .put("empty_at_95", quality.emptyAt95())
              .put("mean_reciprocal_rank", quality.meanReciprocalRank())
              .put("calibration_error", quality.calibrationError())
              .put("brier", quality.brier())
              .put("opis", quality.opis());
      ArrayNode bins = node.putArray("bins");
      for (RelevanceReport.Bin bin : quality.bins()) {
        bins.addObject()
            .put("pairs", bin.pairs())
            .put("predicted", bin.predicted())
            .put("observed", bin.observed());
      }
      ArrayNode curve = node.putArray("curve");
      for (RelevanceReport.CurvePoint point : quality.curve()) {
        curve
            .addObject()
            .put("recall", point.recall())
            .put("precision", point.precision())
            .put("threshold", point.threshold());
      }
    }
    return object;
  }
}

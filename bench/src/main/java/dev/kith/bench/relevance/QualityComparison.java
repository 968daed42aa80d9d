package dev.kith.bench.relevance;

import dev.kith.bench.report.Plot;
import dev.kith.bench.report.Plot.Legend;
import dev.kith.bench.report.Plot.Line;
import dev.kith.bench.report.Plot.Point;
import dev.kith.bench.report.Plot.Scale;
import dev.kith.bench.report.Section;
import dev.kith.bench.report.Spread;
import dev.kith.index.relevance.Quality;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How good all contenders are on queries that none of them has seen.
///
/// @param trials a seed each, at least one
record QualityComparison(List<Trial> trials) {

  /// Lower recalls are of few pairs, and their precisions of chance.
  private static final double LEAST_RECALL = 0.02;

  private static final Map<String, ToDoubleFunction<Quality>> FIGURES = figures();

  private static Map<String, ToDoubleFunction<Quality>> figures() {
    Map<String, ToDoubleFunction<Quality>> figures = new LinkedHashMap<>();
    figures.put("pr_auc", Quality::prAuc);
    figures.put("precision_at_95", Quality::precisionAt95);
    figures.put("filtered_at_95", Quality::filteredAt95);
    figures.put("empty_at_95", Quality::emptyAt95);
    figures.put("ece", Quality::calibrationError);
    figures.put("brier", Quality::brier);
    figures.put("opis", Quality::opis);
    figures.put("mrr", Quality::meanReciprocalRank);
    return figures;
  }

  private Spread figure(Contender contender, ToDoubleFunction<Quality> figure) {
    return Spread.of(trials, trial -> figure.applyAsDouble(trial.quality(contender)));
  }

  /// How many times as much area under the curve, seed by seed.
  Spread ratio(Contender contender, Contender to) {
    return Spread.of(trials, trial -> trial.quality(contender).prAuc() / trial.quality(to).prAuc());
  }

  Section section() {
    List<String> columns =
        new ArrayList<>(List.of("model", "PR AUC", "to raw", "to zscore", "precision@95"));
    columns.addAll(List.of("filtered@95", "empty@95", "ECE", "Brier", "OPIS"));
    List<List<String>> rows = new ArrayList<>();
    for (Contender contender : Contender.values()) {
      List<String> row = new ArrayList<>(List.of(contender.text()));
      row.add(figure(contender, Quality::prAuc).cell());
      row.add(ratio(contender, Contender.RAW).times());
      row.add(ratio(contender, Contender.ZSCORE).times());
      row.add(figure(contender, Quality::precisionAt95).cell());
      row.add(figure(contender, Quality::filteredAt95).cell());
      row.add(figure(contender, Quality::emptyAt95).cell());
      row.add(figure(contender, Quality::calibrationError).cell());
      row.add(figure(contender, Quality::brier).cell());
      row.add(figure(contender, Quality::opis).cell());
      rows.add(row);
    }
    Trial first = trials.getFirst();
    return new Section(
        "%s: models of relevance".formatted(first.sample().dataset().name()),
        List.of(
            String.format(
                Locale.ROOT,
                "Mean and deviation over %d seeds, each of which learns from %,d queries, stops by"
                    + " %,d, calibrates thresholds by %,d and judges by %,d.",
                trials.size(),
                first.split().learnt().size(),
                first.split().validation().size(),
                first.split().calibration().size(),
                first.split().heldOut().size()),
            "@95: at the threshold that keeps 95 % of the relevant pairs of these queries;"
                + " filtered: share of the pairs that is cut; empty: share of the queries left with"
                + " nothing. Ratios of the area are those of each seed. MRR, which no model changes,"
                + " is %s.".formatted(figure(Contender.RAW, Quality::meanReciprocalRank).cell())),
        columns,
        rows);
  }

  /// Precision and recall, and how well relevances are calibrated, of the first seed.
  List<Plot> plots() {
    String dataset = trials.getFirst().sample().dataset().name();
    List<Line> curves = new ArrayList<>();
    for (Contender contender : Contender.values()) {
      List<Point> points = new ArrayList<>();
      for (Quality.Point point : trials.getFirst().quality(contender).curve()) {
        if (point.recall() >= LEAST_RECALL) {
          points.add(new Point(point.recall(), point.precision()));
        }
      }
      curves.add(new Line(contender.text(), points, false));
    }
    List<Line> reliability = new ArrayList<>();
    reliability.add(new Line("perfect", List.of(new Point(0.001, 0.001), new Point(1, 1)), false));
    for (Contender contender :
        List.of(Contender.KITH, Contender.PAPER, Contender.ZSCORE, Contender.RAW)) {
      Trial first = trials.getFirst();
      reliability.add(
          new Line(
              contender.text(),
              Reliability.of(first.trained(contender).model(), first.heldOut()),
              true));
    }
    return List.of(
        new Plot(dataset, "precision", "recall", Scale.LINEAR, Legend.UPPER_RIGHT, curves),
        new Plot(
            dataset,
            "share that is relevant",
            "relevance",
            Scale.BOTH_LOGARITHMIC,
            Legend.UPPER_LEFT,
            reliability));
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Contender contender : Contender.values()) {
      ObjectNode each = json.addObject().put("model", contender.text());
      FIGURES.forEach((name, figure) -> each.set(name, figure(contender, figure).json()));
      each.set("pr_auc_to_raw", ratio(contender, Contender.RAW).json());
      each.set("pr_auc_to_zscore", ratio(contender, Contender.ZSCORE).json());
      ArrayNode seeds = each.putArray("seeds");
      for (Trial trial : trials) {
        ObjectNode seed = seeds.addObject().put("seed", trial.seed());
        FIGURES.forEach(
            (name, figure) -> seed.put(name, figure.applyAsDouble(trial.quality(contender))));
      }
      Quality first = trials.getFirst().quality(contender);
      ArrayNode bins = each.putArray("bins");
      first
          .bins()
          .forEach(
              bin ->
                  bins.addObject()
                      .put("pairs", bin.pairs())
                      .put("predicted", bin.predicted())
                      .put("observed", bin.observed()));
      ArrayNode curve = each.putArray("curve");
      first
          .curve()
          .forEach(
              point ->
                  curve
                      .addObject()
                      .put("recall", point.recall())
                      .put("precision", point.precision())
                      .put("threshold", point.threshold()));
    }
    return json;
  }
}

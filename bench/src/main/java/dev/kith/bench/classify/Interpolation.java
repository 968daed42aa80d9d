package dev.kith.bench.classify;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Plot;
import dev.kith.bench.report.Plot.Legend;
import dev.kith.bench.report.Plot.Line;
import dev.kith.bench.report.Plot.Point;
import dev.kith.bench.report.Plot.Scale;
import dev.kith.bench.report.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Neighbours and a model without neighbours, mixed by weights (kNN-LM).
///
/// @param dataset its name
/// @param rule the neighbours' temperature
/// @param mixed by rising weight of the neighbours
record Interpolation(String dataset, TemperatureSweep.Tried rule, List<Mixed> mixed) {
  private static final int STEPS = 10;

  /// A weight and what it gives.
  ///
  /// @param weight of the neighbours, in `[0, 1]`
  record Mixed(double weight, Quality choosing, Quality judging) {}

  /// What a model says of queries.
  ///
  /// @param choosing of those that choose, a distribution each
  /// @param judging of the others
  record Priors(List<double[]> choosing, List<double[]> judging) {}

  static Interpolation of(
      String dataset,
      TemperatureSweep.Tried rule,
      Neighborhoods choosing,
      Neighborhoods judging,
      Priors priors) {
    List<double[]> chooses = choosing.distributions(rule.rule());
    List<double[]> judges = judging.distributions(rule.rule());
    List<Mixed> mixed = new ArrayList<>();
    for (int step = 0; step <= STEPS; step++) {
      double weight = step / (double) STEPS;
      mixed.add(
          new Mixed(
              weight,
              Quality.of(mix(chooses, priors.choosing, weight), choosing.truth()),
              Quality.of(mix(judges, priors.judging, weight), judging.truth())));
    }
    return new Interpolation(dataset, rule, List.copyOf(mixed));
  }

  /// Mixes distributions, a query each.
  static List<double[]> mix(List<double[]> neighbors, List<double[]> priors, double weight) {
    List<double[]> mixed = new ArrayList<>();
    for (int i = 0; i < neighbors.size(); i++) {
      double[] distribution = new double[neighbors.get(i).length];
      for (int each = 0; each < distribution.length; each++) {
        distribution[each] = weight * neighbors.get(i)[each] + (1 - weight) * priors.get(i)[each];
      }
      mixed.add(distribution);
    }
    return mixed;
  }

  /// The weight that the queries that choose find likeliest.
  Mixed chosen() {
    return mixed.stream()
        .min(Comparator.comparingDouble(each -> each.choosing.nll()))
        .orElseThrow();
  }

  Section section() {
    return new Section(
        "%s: neighbours at %s, mixed with a logistic regression"
            .formatted(dataset, TemperatureSweep.inWords(rule)),
        List.of("A weight of 0 is the model alone, one of 1 the neighbours alone."),
        List.of("weight", "NLL, choosing", "accuracy", "NLL", "ECE"),
        mixed.stream().map(this::row).toList());
  }

  private List<String> row(Mixed each) {
    List<String> row = new ArrayList<>();
    row.add(
        String.format(
            Locale.ROOT, "%.1f%s", each.weight, each.equals(chosen()) ? " (chosen)" : ""));
    row.add(Cells.share(each.choosing.nll()));
    row.addAll(each.judging.cells());
    return row;
  }

  List<Plot> plots() {
    List<Point> points =
        mixed.stream().map(each -> new Point(each.weight, each.judging.nll())).toList();
    return List.of(
        new Plot(
            "%s at %s".formatted(dataset, TemperatureSweep.inWords(rule)),
            "NLL",
            "weight of neighbours",
            Scale.LINEAR,
            Legend.UPPER_RIGHT,
            List.of(new Line("queries that judge", points, true))));
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("neighbors_at", TemperatureSweep.inWords(rule));
    json.put("chosen_weight", chosen().weight);
    ArrayNode weights = json.putArray("weights");
    for (Mixed each : mixed) {
      ObjectNode node = weights.addObject().put("weight", each.weight);
      node.set("choosing", each.choosing.json());
      node.set("judging", each.judging.json());
    }
    return json;
  }
}

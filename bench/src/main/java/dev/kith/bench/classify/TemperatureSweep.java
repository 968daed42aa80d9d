package dev.kith.bench.classify;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Plot;
import dev.kith.bench.report.Plot.Legend;
import dev.kith.bench.report.Plot.Line;
import dev.kith.bench.report.Plot.Point;
import dev.kith.bench.report.Plot.Scale;
import dev.kith.bench.report.Section;
import dev.kith.client.Temperature;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One temperature for all queries beside one of each query's own, at which its shares have a
/// perplexity.
///
/// @param dataset its name
/// @param fixed by rising temperature
/// @param perplexities by rising perplexity
record TemperatureSweep(String dataset, List<Tried> fixed, List<Tried> perplexities) {
  private static final double[] PERPLEXITIES = {1.5, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100};

  /// Steps of the root of two to either side of the middle.
  private static final int STEPS_DOWN = 11;

  private static final int STEPS_UP = 5;

  /// A rule and what it gives.
  ///
  /// @param value of the temperature or the perplexity
  /// @param choosing on the queries that choose
  /// @param judging on the others
  record Tried(Temperature rule, double value, Quality choosing, Quality judging) {}

  static TemperatureSweep of(String dataset, Neighborhoods choosing, Neighborhoods judging) {
    double middle = choosing.spread();
    List<Tried> fixed = new ArrayList<>();
    for (int step = -STEPS_DOWN; step <= STEPS_UP; step++) {
      double value = middle * Math.pow(2, step / 2.0);
      fixed.add(tried(Temperature.of(value), value, choosing, judging));
    }
    int neighbors = choosing.scores()[0].length;
    List<Tried> perplexities =
        DoubleStream.of(PERPLEXITIES)
            .filter(value -> value < neighbors)
            .mapToObj(value -> tried(Temperature.ofPerplexity(value), value, choosing, judging))
            .toList();
    return new TemperatureSweep(dataset, List.copyOf(fixed), perplexities);
  }

  private static Tried tried(
      Temperature rule, double value, Neighborhoods choosing, Neighborhoods judging) {
    return new Tried(rule, value, choosing.at(rule), judging.at(rule));
  }

  /// The temperature that the queries that choose find likeliest.
  Tried chosenFixed() {
    return chosen(fixed);
  }

  /// The perplexity that they find likeliest.
  Tried chosenPerplexity() {
    return chosen(perplexities);
  }

  private static Tried chosen(List<Tried> all) {
    return all.stream().min(Comparator.comparingDouble(each -> each.choosing.nll())).orElseThrow();
  }

  Section section(int choosing, int judging) {
    List<List<String>> rows = new ArrayList<>();
    for (List<Tried> all : List.of(fixed, perplexities)) {
      for (Tried each : all) {
        List<String> row = new ArrayList<>();
        row.add(inWords(each) + (each.equals(chosen(all)) ? " (chosen)" : ""));
        row.add(Cells.share(each.choosing.nll()));
        row.addAll(each.judging.cells());
        row.add(Integer.toString(each.judging.floored()));
        rows.add(row);
      }
    }
    Tried best = chosenFixed();
    boolean inside = !best.equals(fixed.getFirst()) && !best.equals(fixed.getLast());
    return new Section(
        "%s: temperatures".formatted(dataset),
        List.of(
            "%,d queries choose by their negative log-likelihood, %,d others judge; a probability below %s counts as that."
                .formatted(choosing, judging, Quality.FLOOR),
            "The least negative log-likelihood is %s the temperatures that were tried."
                .formatted(inside ? "inside" : "at an end of")),
        List.of("temperature", "NLL, choosing", "accuracy", "NLL", "ECE", "below the floor"),
        rows);
  }

  static String inWords(Tried tried) {
    return tried.rule instanceof Temperature.Fixed
        ? String.format(Locale.ROOT, "%.4g", tried.value)
        : String.format(Locale.ROOT, "perplexity %.1f", tried.value);
  }

  /// Likelihood and accuracy by temperature and by perplexity.
  List<Plot> plots() {
    return List.of(
        plot("NLL", "temperature", fixed, Quality::nll),
        plot("accuracy", "temperature", fixed, Quality::accuracy),
        plot("NLL", "perplexity", perplexities, Quality::nll),
        plot("accuracy", "perplexity", perplexities, Quality::accuracy));
  }

  private Plot plot(String y, String x, List<Tried> all, ToDoubleFunction<Quality> quality) {
    List<Point> points =
        all.stream()
            .map(each -> new Point(each.value, quality.applyAsDouble(each.judging)))
            .toList();
    return new Plot(
        dataset,
        y,
        x,
        Scale.LOGARITHMIC,
        Legend.UPPER_RIGHT,
        List.of(new Line("queries that judge", points, true)));
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("temperatures", all(fixed));
    json.set("perplexities", all(perplexities));
    json.put("chosen_temperature", chosenFixed().value);
    json.put("chosen_perplexity", chosenPerplexity().value);
    return json;
  }

  private static ArrayNode all(List<Tried> tried) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Tried each : tried) {
      ObjectNode node = array.addObject().put("value", each.value);
      node.set("choosing", each.choosing.json());
      node.set("judging", each.judging.json());
    }
    return array;
  }
}

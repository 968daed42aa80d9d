package dev.kith.bench.scorer;

import dev.kith.bench.report.Plot;
import dev.kith.bench.report.Plot.Legend;
import dev.kith.bench.report.Plot.Line;
import dev.kith.bench.report.Plot.Point;
import dev.kith.bench.report.Plot.Scale;
import dev.kith.bench.report.Section;
import dev.kith.bench.report.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What every method finds with every budget.
///
/// @param dataset its name
/// @param rows by budget, then by method
record Measured(String dataset, List<Row> rows) {

  /// A method with a budget.
  ///
  /// @param recalls one a seed
  record Row(int budget, Method method, List<Recall> recalls) {

    /// Recall of some hits.
    Spread of(int hits) {
      return Spread.of(recalls, recall -> recall.shares().get(hits));
    }
  }

  Section section(ScorerSettings settings) {
    List<String> columns = new ArrayList<>(List.of("calls", "method"));
    ScorerSettings.HITS.forEach(k -> columns.add("recall@" + k));
    List<List<String>> cells = new ArrayList<>();
    for (Row row : rows) {
      List<String> line =
          new ArrayList<>(List.of(Integer.toString(row.budget), row.method.inWords()));
      IntStream.range(0, ScorerSettings.HITS.size()).forEach(i -> line.add(row.of(i).cell()));
      cells.add(line);
    }
    return new Section(
        "%s: what is found with equal calls of the scorer".formatted(dataset),
        List.of(
            "%,d items, latents of %,d anchor queries, %,d queries judge, which neither anchor nor choose; mean and deviation over %d seeds."
                .formatted(
                    settings.items(), settings.anchors(), settings.queries(), settings.seeds()),
            "The most is found, " + winners()),
        columns,
        cells);
  }

  private String winners() {
    List<String> winners = new ArrayList<>();
    for (int budget : budgets()) {
      for (int i = 0; i < ScorerSettings.HITS.size(); i++) {
        int hits = i;
        Method best =
            rows.stream()
                .filter(row -> row.budget == budget)
                .max(Comparator.comparingDouble(row -> row.of(hits).mean()))
                .orElseThrow()
                .method;
        winners.add(
            "of %d by %d calls: %s".formatted(ScorerSettings.HITS.get(i), budget, best.inWords()));
      }
    }
    return String.join("; ", winners) + ".";
  }

  private List<Integer> budgets() {
    return rows.stream().map(Row::budget).distinct().toList();
  }

  /// Recall by calls, a picture for each number of hits.
  List<Plot> plots() {
    List<Plot> plots = new ArrayList<>();
    for (int i = 0; i < ScorerSettings.HITS.size(); i++) {
      int hits = i;
      List<Line> lines = new ArrayList<>();
      for (Method method : Method.all()) {
        lines.add(
            new Line(
                method.inWords(),
                rows.stream()
                    .filter(row -> row.method.equals(method))
                    .map(row -> new Point(row.budget, row.of(hits).mean()))
                    .toList(),
                true));
      }
      plots.add(
          new Plot(
              dataset,
              "recall@" + ScorerSettings.HITS.get(i),
              "scorer calls",
              Scale.LOGARITHMIC,
              Legend.LOWER_RIGHT,
              lines));
    }
    return plots;
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Row row : rows) {
      ObjectNode each =
          json.addObject()
              .put("budget", row.budget)
              .put("method", row.method.inWords())
              .put("calls", row.recalls.stream().mapToDouble(Recall::calls).average().orElse(0));
      for (int i = 0; i < ScorerSettings.HITS.size(); i++) {
        each.set("recall_at_" + ScorerSettings.HITS.get(i), row.of(i).json());
      }
    }
    return json;
  }
}

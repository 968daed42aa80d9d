package dev.kith.bench.classify;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import dev.kith.client.SearchOptions;
import dev.kith.client.Temperature;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What becomes of the server's classes where its search misses neighbours.
///
/// @param dataset its name
/// @param queries that were asked
/// @param fixed the one temperature
/// @param perplexity the other rule
/// @param tried by rising effort, the exact search last
record EffortSweep(
    String dataset,
    int queries,
    TemperatureSweep.Tried fixed,
    TemperatureSweep.Tried perplexity,
    List<Tried> tried) {
  private static final List<Integer> LISTS_READ = List.of(1, 2, 4, 8, 16, 32);

  /// An effort.
  ///
  /// @param lists that were read; 0 for all
  /// @param recall of the neighbours
  record Tried(int lists, double recall, Quality fixed, Quality perplexity) {}

  /// Asks the server.
  ///
  /// @param exact neighbours of the queries
  /// @param lists that there are
  static EffortSweep run(
      String dataset, Served served, Neighborhoods exact, TemperatureSweep sweep, int lists) {
    int limit = exact.scores()[0].length;
    int[] truth = exact.truth();
    List<Tried> tried = new ArrayList<>();
    List<Integer> efforts =
        new ArrayList<>(LISTS_READ.stream().filter(read -> read < lists).toList());
    efforts.add(0);
    for (int read : efforts) {
      SearchOptions top = SearchOptions.top(limit);
      SearchOptions search = read == 0 ? top.exactly() : top.withNprobe(read);
      tried.add(
          new Tried(
              read,
              served.neighborhoods(exact.queries(), search).recall(exact),
              quality(served, exact, sweep.chosenFixed().rule(), search, truth),
              quality(served, exact, sweep.chosenPerplexity().rule(), search, truth)));
    }
    return new EffortSweep(
        dataset, truth.length, sweep.chosenFixed(), sweep.chosenPerplexity(), tried);
  }

  private static Quality quality(
      Served served, Neighborhoods exact, Temperature rule, SearchOptions search, int[] truth) {
    return Quality.of(served.distributions(exact.queries(), rule, search), truth);
  }

  Section section() {
    String fixedName = TemperatureSweep.inWords(fixed);
    String perplexityName = TemperatureSweep.inWords(perplexity);
    return new Section(
        "%s: classes by the server's own searches".formatted(dataset),
        List.of(
            "%,d of the queries that judge, asked with ClassifyBatch; temperatures are those chosen above."
                .formatted(queries)),
        List.of(
            "lists read",
            "recall of neighbours",
            "accuracy, " + fixedName,
            "NLL",
            "accuracy, " + perplexityName,
            "NLL"),
        tried.stream()
            .map(
                each ->
                    List.of(
                        each.lists == 0 ? "all" : Integer.toString(each.lists),
                        Cells.share(each.recall),
                        Cells.share(each.fixed.accuracy()),
                        Cells.share(each.fixed.nll()),
                        Cells.share(each.perplexity.accuracy()),
                        Cells.share(each.perplexity.nll())))
            .toList());
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Tried each : tried) {
      ObjectNode node = json.addObject().put("lists", each.lists).put("recall", each.recall);
      node.set("temperature", each.fixed.json());
      node.set("perplexity", each.perplexity.json());
    }
    return json;
  }
}

package dev.kith.bench.classify;

import dev.kith.bench.report.Section;
import dev.kith.client.SearchOptions;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Whether the server makes of neighbours what tables above did, whose distributions were made in
/// this process of neighbours that it found.
///
/// @param queries that were asked
/// @param same of them, those with the same likeliest class
/// @param farthest largest difference of a probability
record ServedCheck(int queries, int same, double farthest) {

  /// Asks for exact neighbours' classes, one query after another, mixed with a model.
  ///
  /// @param exact neighbours of the queries
  /// @param priors what the model says of each
  static ServedCheck run(
      Served served, Neighborhoods exact, Interpolation interpolation, List<double[]> priors) {
    double weight = interpolation.chosen().weight();
    List<double[]> expected =
        Interpolation.mix(exact.distributions(interpolation.rule().rule()), priors, weight);
    SearchOptions search = SearchOptions.top(exact.scores()[0].length).exactly();
    int same = 0;
    double farthest = 0;
    for (int i = 0; i < expected.size(); i++) {
      double[] distribution =
          served.distribution(
              exact.queries()[i], interpolation.rule().rule(), search, priors.get(i), weight);
      same += Quality.likeliest(distribution) == Quality.likeliest(expected.get(i)) ? 1 : 0;
      for (int each = 0; each < distribution.length; each++) {
        farthest = Math.max(farthest, Math.abs(distribution[each] - expected.get(i)[each]));
      }
    }
    return new ServedCheck(expected.size(), same, farthest);
  }

  Section section(String dataset) {
    return new Section(
        "%s: the server's own mixtures".formatted(dataset),
        List.of(
            String.format(
                Locale.ROOT,
                "Of %,d queries, %,d have the likeliest class of the tables above by Classify with the model as prior; no probability differs by more than %.1e.",
                queries,
                same,
                farthest)),
        List.of(),
        List.of());
  }

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("queries", queries)
        .put("same", same)
        .put("farthest", farthest);
  }
}

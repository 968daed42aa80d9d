package dev.kith.bench.scorer;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Rank and ridge of latents.
///
/// @param rank coordinates of a latent
/// @param ridge as that of a search by a scorer
record Choice(int rank, double ridge) {
  private static final List<Integer> RANKS = List.of(50, 100, 200);
  private static final List<Double> RIDGES = List.of(.0003, .001, .003, .01);

  /// What queries that judge nothing say of some.
  ///
  /// @param tried all of them, the one that was chosen first
  record Tuning(List<Tried> tried) {

    /// Tries ranks and ridges with seeds of the scorer's own words.
    static Tuning of(Shelf shelf, ScorerSettings settings) {
      List<Integer> ranks = RANKS.stream().filter(rank -> rank <= settings.anchors()).toList();
      List<Tried> tried = new ArrayList<>();
      for (int rank : ranks.isEmpty() ? List.of(settings.anchors()) : ranks) {
        for (double ridge : RIDGES) {
          Choice choice = new Choice(rank, ridge);
          List<Recall> recalls =
              settings.budgets().stream()
                  .map(
                      budget ->
                          Recall.of(
                              shelf,
                              choice,
                              new Method.Seeded(Encoder.WORDS),
                              shelf.world().tuning(),
                              budget))
                  .toList();
          tried.add(
              new Tried(choice, recalls.stream().mapToDouble(Recall::mean).average().orElse(0)));
        }
      }
      tried.sort(Comparator.comparingDouble(Tried::recall).reversed());
      return new Tuning(List.copyOf(tried));
    }

    Choice chosen() {
      return tried.getFirst().choice;
    }

    Section section(int queries) {
      return new Section(
          "rank and ridge, tried on %,d queries that judge nothing".formatted(queries),
          List.of(
              "Recall is the mean over all budgets and numbers of hits. The first is used below."),
          List.of("rank", "ridge", "recall"),
          tried.stream()
              .map(
                  each ->
                      List.of(
                          Integer.toString(each.choice.rank),
                          Double.toString(each.choice.ridge),
                          Cells.share(each.recall)))
              .toList());
    }

    ArrayNode json() {
      ArrayNode json = JsonNodeFactory.instance.arrayNode();
      for (Tried each : tried) {
        json.addObject()
            .put("rank", each.choice.rank)
            .put("ridge", each.choice.ridge)
            .put("recall", each.recall);
      }
      return json;
    }
  }

  /// A choice and how much it found.
  record Tried(Choice choice, double recall) {}
}

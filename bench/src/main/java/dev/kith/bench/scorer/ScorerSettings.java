package dev.kith.bench.scorer;

import dev.kith.client.ItemLatents;
import dev.kith.index.Require;
import java.util.List;

/// What a report is to measure.
///
/// @param items that the scorer could be asked about, in `[100, 100000]`
/// @param anchors queries whose scores of all items latents are made of, in `[2, 4096]`
/// @param tuning queries that choose rank and ridge, in `[1, 100000]`; they judge nothing
/// @param queries that judge, in `[1, 100000]`
/// @param budgets calls of the scorer a query, ascending, each in `[4, 10000]`
/// @param seeds draws of items, anchors and queries, with the seeds from 1 on, in `[1, 100]`
public record ScorerSettings(
    int items, int anchors, int tuning, int queries, List<Integer> budgets, int seeds) {

  /// Hits of a query whose recall is measured.
  static final List<Integer> HITS = List.of(1, 10, 100);

  /// @throws IllegalArgumentException if something is out of range
  public ScorerSettings {
    Require.inRange("items", items, HITS.getLast(), 100_000);
    Require.inRange("anchors", anchors, 2, ItemLatents.MAX_ANCHORS);
    Require.inRange("tuning queries", tuning, 1, 100_000);
    Require.inRange("queries", queries, 1, 100_000);
    Require.inRange("seeds", seeds, 1, 100);
    budgets = List.copyOf(budgets);
    if (budgets.isEmpty()) {
      throw new IllegalArgumentException("there must be a budget, got none");
    }
    int before = 0;
    for (int budget : budgets) {
      Require.inRange("a budget", budget, 4, 10_000);
      if (budget <= before) {
        throw new IllegalArgumentException("budgets must ascend, got " + budgets);
      }
      before = budget;
    }
  }
}

package dev.kith.client;

import dev.kith.client.ScorerResult.Scored;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One search for what a scorer likes: asks it about some items, then in rounds about those that
/// its answers so far make promising, until a budget is spent or no item is left. Belongs to one
/// thread.
final class ScorerRounds {
  private final Scorer scorer;
  private final int budget;
  private final Map<PointId, Double> scores = new LinkedHashMap<>();

  ScorerRounds(Scorer scorer, int budget) {
    this.scorer = scorer;
    this.budget = budget;
  }

  /// Asks about items to begin with.
  ///
  /// @param items each once, no more than the budget
  void seed(List<PointId> items) {
    score(items);
  }

  /// Spends what is left of the budget, in equal parts.
  void run(LatentSolver solver, int rounds) {
    for (int left = rounds; left > 0 && scores.size() < budget; left--) {
      int part = Math.ceilDiv(budget - scores.size(), left);
      List<PointId> promising = solver.promising(scores, part);
      if (promising.isEmpty()) {
        return;
      }
      score(promising);
    }
  }

  /// The best of all that were scored.
  ScorerResult best(int k) {
    List<Scored> best =
        scores.entrySet().stream()
            .map(entry -> new Scored(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparingDouble(Scored::score).reversed()) // Stable.
            .limit(k)
            .toList();
    return new ScorerResult(best, scores.size());
  }

  private void score(List<PointId> items) {
    double[] given = scorer.score(List.copyOf(items));
    if (given.length != items.size()) {
      throw new IllegalArgumentException(
          "the scorer must give a score for each of %d items, got %d"
              .formatted(items.size(), given.length));
    }
    for (int i = 0; i < given.length; i++) {
      if (!Double.isFinite(given[i])) {
        throw new IllegalArgumentException(
            "the scorer must give finite scores, got %s for %s".formatted(given[i], items.get(i)));
      }
      scores.put(items.get(i), given[i]);
    }
  }
}

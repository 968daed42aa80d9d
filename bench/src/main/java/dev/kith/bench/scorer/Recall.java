package dev.kith.bench.scorer;

import dev.kith.client.ScorerResult;
import java.util.ArrayList;
import java.util.List;

/// How much of what the scorer likes best was found, on average over queries.
///
/// @param shares one for each of [ScorerSettings#HITS]
/// @param calls of the scorer
record Recall(List<Double> shares, double calls) {

  /// Measures a method.
  static Recall of(Shelf shelf, Choice choice, Method method, List<Asked> queries, int budget) {
    double[] sums = new double[ScorerSettings.HITS.size()];
    double calls = 0;
    for (Asked asked : queries) {
      ScorerResult result = method.best(shelf, choice, asked, budget);
      int[] found = result.best().stream().mapToInt(scored -> Asked.item(scored.id())).toArray();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += asked.recall(found, ScorerSettings.HITS.get(i));
      }
      calls += result.calls();
    }
    List<Double> shares = new ArrayList<>();
    for (double sum : sums) {
      shares.add(sum / queries.size());
    }
    return new Recall(List.copyOf(shares), calls / queries.size());
  }

  double mean() {
    return shares.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }
}

package dev.kith.client;

import java.util.List;
import java.util.Map;

/// Finds what an expensive scorer likes best in a collection of [ItemLatents], with few calls of
/// it. Start from [#of] and change what differs.
///
/// The scorer is asked about some items that another search found, its seeds. Then, round after
/// round, the server solves for the query's vector by the scores so far, and the scorer is asked
/// about the items with the largest products with it (Yadav et al., *Adaptive Retrieval and
/// Scalable Indexing for k-NN Search with Cross-Encoders*, ICLR 2024). The answer is the best by
/// the scorer's own scores of all that it was asked about. The caller's thread does it all; a
/// search is as safe to share between threads as the scorers that it is given.
///
/// ```java
/// ScorerSearch search = ScorerSearch.of(kith.collection("latents"), 400);
/// ScorerResult found =
///     search.best(10, kith.collection("texts"), encode(text), ids -> crossEncoder(text, ids));
/// ```
///
/// @param latents a collection with the metric DOT, of the ids that the scorer knows
/// @param budget most items that the scorer is asked about, in `[1, 10000]`
/// @param seeds those of them that it is asked about first, in `[1, budget]`
/// @param rounds in which the others are found, in `[1, 100]`, of as many items each: more find
///   more, and take a call of the server each
/// @param ridge as that of [LatentSpec], in `[0, 1000]`: how unlike its latents the scorer is
/// @param search how latents are searched, and which of them may answer; its limit does not matter
public record ScorerSearch(
    KithCollection latents, int budget, int seeds, int rounds, double ridge, SearchOptions search) {
  private static final int MAX_BUDGET = 10_000;
  private static final int MAX_ROUNDS = 100;
  private static final double MAX_RIDGE = 1000;

  // Chosen on queries of WordNet's definitions that judged nothing: `kith bench scorer`.
  private static final int SEEDS_SHARE = 4;
  private static final int USUAL_ROUNDS = 5;
  private static final double USUAL_RIDGE = 0.001;

  public ScorerSearch {
    require("budget", budget, MAX_BUDGET);
    require("seeds", seeds, budget);
    require("rounds", rounds, MAX_ROUNDS);
    if (!(ridge >= 0 && ridge <= MAX_RIDGE)) {
      throw new IllegalArgumentException(
          "ridge must be in [0, %s], got %s".formatted(MAX_RIDGE, ridge));
    }
  }

  /// A quarter of the calls for seeds, the others in five rounds.
  public static ScorerSearch of(KithCollection latents, int budget) {
    return new ScorerSearch(
        latents,
        budget,
        Math.ceilDiv(budget, SEEDS_SHARE),
        USUAL_ROUNDS,
        USUAL_RIDGE,
        SearchOptions.top(1));
  }

  /// The same with another number of seeds.
  public ScorerSearch withSeeds(int count) {
    return new ScorerSearch(latents, budget, count, rounds, ridge, search);
  }

  /// The same with another number of rounds.
  public ScorerSearch withRounds(int count) {
    return new ScorerSearch(latents, budget, seeds, count, ridge, search);
  }

  /// The same with another ridge.
  public ScorerSearch withRidge(double share) {
    return new ScorerSearch(latents, budget, seeds, rounds, share, search);
  }

  /// The same, searching latents in another way.
  public ScorerSearch searching(SearchOptions options) {
    return new ScorerSearch(latents, budget, seeds, rounds, ridge, options);
  }

  /// Finds the best items, beginning with some that are likely good.
  ///
  /// @param k most items to return, at least 1
  /// @param likely ids of latents, the likeliest first; of more than are asked for the first are
  ///   taken, and what fewer leave of the budget is left for the rounds
  /// @param scorer what the query's items are scored by
  /// @throws IllegalArgumentException if there is none to begin with, or the scorer gives too few
  ///   scores, or one that is not finite
  /// @throws KithException if an id is not among the latents, or the server fails otherwise
  public ScorerResult best(int k, List<PointId> likely, Scorer scorer) {
    require("k", k, Integer.MAX_VALUE);
    List<PointId> first = likely.stream().distinct().limit(seeds).toList();
    if (first.isEmpty()) {
      throw new IllegalArgumentException(
          "a search by a scorer begins with items that are likely good, at least one; got none");
    }
    ScorerRounds run = new ScorerRounds(scorer, budget);
    run.seed(first);
    run.run(this::promising, rounds);
    return run.best(k);
  }

  /// Finds the best items, beginning with those that a dual encoder finds.
  ///
  /// @param k most items to return, at least 1
  /// @param encoded a collection of the same ids, of vectors that a dual encoder made
  /// @param query what it made of the query
  /// @param scorer what the query's items are scored by
  public ScorerResult best(int k, KithCollection encoded, float[] query, Scorer scorer) {
    SearchResult likely = encoded.search(query, SearchOptions.top(seeds).returning(false, false));
    return best(k, likely.hits().stream().map(Hit::id).toList(), scorer);
  }

  private List<PointId> promising(Map<PointId, Double> scores, int limit) {
    LatentResult promising =
        latents
            .ranking()
            .solveQueryLatent(
                LatentSpec.of(scores).withRidge(ridge),
                search.withLimit(limit).returning(false, false));
    return promising.found().hits().stream().map(Hit::id).toList();
  }

  private static void require(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "%s must be in [1, %d], got %d".formatted(name, most, value));
    }
  }
}

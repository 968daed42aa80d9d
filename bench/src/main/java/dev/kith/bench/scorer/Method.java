package dev.kith.bench.scorer;

import dev.kith.client.PointId;
import dev.kith.client.Scorer;
import dev.kith.client.ScorerResult;
import dev.kith.client.ScorerSearch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// How the calls of a scorer are spent.
sealed interface Method {

  /// The best of a dual encoder are scored.
  record Rescored(Encoder encoder) implements Method {}

  /// Half of the calls are for items that are drawn once for all queries, the others for what these
  /// promise (ANNCUR).
  record RandomAnchors() implements Method {}

  /// A quarter of the calls is for the best of a dual encoder, the others, in rounds, for what all
  /// calls before promise.
  record Seeded(Encoder encoder) implements Method {}

  /// All, in the order of tables.
  static List<Method> all() {
    List<Method> all = new ArrayList<>();
    all.add(new RandomAnchors());
    for (Encoder encoder : Encoder.values()) {
      all.add(new Rescored(encoder));
      all.add(new Seeded(encoder));
    }
    return all;
  }

  /// As a table puts it.
  default String inWords() {
    return switch (this) {
      case Rescored(Encoder encoder) -> encoder.text + ", rescored";
      case RandomAnchors() -> "random anchor items";
      case Seeded(Encoder encoder) -> encoder.text + ", seeding latents";
    };
  }

  /// Searches.
  ///
  /// @param choice rank and ridge of latents
  default ScorerResult best(Shelf shelf, Choice choice, Asked asked, int budget) {
    int k = ScorerSettings.HITS.getLast();
    Scorer scorer = asked::score;
    ScorerSearch search =
        ScorerSearch.of(shelf.latents(choice.rank()), budget).withRidge(choice.ridge());
    return switch (this) {
      case Rescored(Encoder encoder) ->
          search
              .withSeeds(budget)
              .best(k, shelf.encoded(encoder), asked.encoded().by(encoder), scorer);
      case RandomAnchors() -> {
        List<PointId> drawn = new ArrayList<>(shelf.ids());
        Collections.shuffle(drawn, new Random(1));
        yield search.withSeeds(budget / 2).withRounds(1).best(k, drawn, scorer);
      }
      case Seeded(Encoder encoder) ->
          search.best(k, shelf.encoded(encoder), asked.encoded().by(encoder), scorer);
    };
  }
}

package dev.kith.bench.relevance;

import dev.kith.index.VectorSpace;
import dev.kith.index.relevance.Baselines;
import dev.kith.index.relevance.Quality;
import dev.kith.index.relevance.RelevanceTraining;
import dev.kith.index.relevance.RelevanceTraining.Split;
import dev.kith.index.relevance.TrainedModel;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/// One split of the queries, and what all contenders make of it.
final class Trial {
  private final Sample sample;
  private final long seed;
  private final Split split;
  private final Map<Contender, TrainedModel> trained;
  private final Map<Contender, Quality> qualities = new EnumMap<>(Contender.class);

  private Trial(Sample sample, long seed, Split split, Map<Contender, TrainedModel> trained) {
    this.sample = sample;
    this.seed = seed;
    this.split = split;
    this.trained = trained;
    trained.forEach(
        (contender, model) ->
            qualities.put(contender, Quality.of(contender.text(), model.model(), split.heldOut())));
  }

  /// Splits, trains and judges.
  ///
  /// @param progress told in a line what is being done
  static Trial run(Sample sample, long seed, Consumer<String> progress) {
    Split split = Split.of(sample.lists(), seed);
    return new Trial(
        sample, seed, split, train(sample, split, List.of(Contender.values()), seed, progress));
  }

  /// Trains some contenders.
  ///
  /// @param progress told in a line what is being done
  static Map<Contender, TrainedModel> train(
      Sample sample,
      Split split,
      List<Contender> contenders,
      long seed,
      Consumer<String> progress) {
    VectorSpace space = sample.dataset().space();
    requireRelevant(split);
    Baselines baselines = Baselines.fit(space.metric(), split.learnt(), () -> {});
    Map<Contender, TrainedModel> trained = new EnumMap<>(Contender.class);
    for (Contender contender : contenders) {
      progress.accept(
          "seed %d, %,d queries: %s"
              .formatted(
                  seed, split.learnt().size() + split.validation().size(), contender.text()));
      trained.put(
          contender,
          RelevanceTraining.fit(
              contender.spec(sample.settings().hiddenUnits()),
              space.metric(),
              space.dimension(),
              sample.settings().candidates(),
              split,
              baselines,
              seed,
              (_, _) -> {}));
    }
    return trained;
  }

  private static void requireRelevant(Split split) {
    if (split.learnt().stream().noneMatch(list -> list.relevant() > 0)) {
      throw new IllegalArgumentException(
          "none of the candidates of %,d queries is relevant; look for more --candidates or count"
                  .formatted(split.learnt().size())
              + " lower grades (--relevant-from)");
    }
  }

  Sample sample() {
    return sample;
  }

  long seed() {
    return seed;
  }

  Split split() {
    return split;
  }

  /// The queries that judge.
  List<Candidates> heldOut() {
    return sample.candidates(split.heldOut());
  }

  /// The same as members of the sample.
  List<Sample.Member> judging() {
    return split.heldOut().stream().map(sample::member).toList();
  }

  TrainedModel trained(Contender contender) {
    return Objects.requireNonNull(trained.get(contender), contender::text);
  }

  /// On the queries that judge.
  Quality quality(Contender contender) {
    return Objects.requireNonNull(qualities.get(contender), contender::text);
  }
}

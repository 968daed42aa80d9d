package dev.kith.server.search;

import dev.kith.index.rank.ClassShares;
import dev.kith.index.rank.Softmax;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.filter.FieldReader;
import dev.kith.server.filter.Value;
import dev.kith.server.search.SearchAnswer.SharesOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// Tells classes by neighbours: the shares of probability that the nearest points have among
/// themselves, added up by what they have in a field of their payloads. Thread-safe.
public final class Classifier {
  private final SearchEngine engine;

  public Classifier(SearchEngine engine) {
    this.engine = engine;
  }

  /// Classifies one query.
  ///
  /// @throws dev.kith.server.refusal.RefusedException if the query does not fit the collection, or
  ///   the LSN asked for has not been reached
  /// @throws AbandonedException if the caller has left
  public Classification classify(
      Collection collection,
      Query query,
      ClassifyOptions options,
      SearchWorker worker,
      Patience patience) {
    try (SearchSnapshot snapshot = collection.acquire()) {
      SearchAnswer found =
          engine.search(
              collection,
              snapshot,
              query,
              options.search(),
              worker,
              AnswerSize.unbounded(),
              patience);
      Vote vote = new Vote(options);
      FieldReader reader = new FieldReader(snapshot, options.field());
      long[] rows = snapshot.rowOfEach(found.hits().stream().map(hit -> hit.point().id()).toList());
      for (int i = 0; i < rows.length; i++) {
        patience.requireCaller();
        vote.add(reader.values(rows[i]), found.hits().get(i).score());
      }
      return vote.count(found);
    }
  }

  /// The classes of one query.
  private static final class Vote {
    private final ClassifyOptions options;
    private final Map<Value, Integer> numbers = new LinkedHashMap<>();
    private final List<int[]> classesOf = new ArrayList<>();
    private final List<Float> scores = new ArrayList<>();
    private int withoutValue;

    Vote(ClassifyOptions options) {
      this.options = options;
    }

    /// Adds a neighbour, the nearest first.
    void add(List<Value> values, float score) {
      // A number beyond all doubles is none that an answer could tell.
      int[] classes =
          values.stream()
              .filter(
                  value -> !(value instanceof Value.Real(double real) && Double.isInfinite(real)))
              .distinct()
              .mapToInt(this::number)
              .toArray();
      if (classes.length == 0) {
        withoutValue++;
        return;
      }
      classesOf.add(classes);
      scores.add(score);
    }

    private int number(Value value) {
      return numbers.computeIfAbsent(value, _ -> numbers.size());
    }

    Classification count(SearchAnswer found) {
      int neighbors = scores.size();
      float[] ofEach = new float[neighbors];
      for (int i = 0; i < neighbors; i++) {
        ofEach[i] = scores.get(i);
      }
      float[] shares = new float[neighbors];
      double temperature = options.temperature().of(ofEach, neighbors, shares);
      Softmax softmax = Softmax.of(ofEach, neighbors, temperature, shares);
      ClassShares distribution = distribution(shares);
      List<ClassShare> classes = named(distribution);
      boolean isSure =
          !classes.isEmpty() && classes.getFirst().probability() >= options.minConfidence();
      return new Classification(
          found.withoutHits(),
          classes.subList(0, Math.min(options.maxClasses(), classes.size())),
          !isSure,
          classes.size(),
          neighbors,
          withoutValue,
          neighbors == 0 ? Optional.empty() : Optional.of(SharesOutcome.of(softmax, neighbors)),
          spread(classes));
    }

    private ClassShares distribution(float[] shares) {
      double[] ofPrior = new double[0];
      if (!options.prior().isEmpty()) {
        options.prior().forEach(share -> number(share.value()));
        ofPrior = new double[numbers.size()];
        for (ClassShare share : options.prior()) {
          ofPrior[number(share.value())] = share.probability();
        }
      }
      double[] ofNeighbors = new double[shares.length];
      for (int i = 0; i < shares.length; i++) {
        ofNeighbors[i] = shares[i];
      }
      return ClassShares.of(
          ofNeighbors,
          classesOf.toArray(int[][]::new),
          numbers.size(),
          ofPrior,
          options.neighborsWeight());
    }

    private List<ClassShare> named(ClassShares distribution) {
      List<Value> values = List.copyOf(numbers.keySet());
      List<ClassShare> named = new ArrayList<>();
      for (int i = 0; i < distribution.classes().length; i++) {
        Value value = values.get(distribution.classes()[i]);
        named.add(new ClassShare(value, distribution.probabilities()[i]));
      }
      return named;
    }
  }

  private static Optional<Classification.Spread> spread(List<ClassShare> classes) {
    double mean = 0;
    for (ClassShare share : classes) {
      OptionalDouble number = number(share.value());
      if (number.isEmpty()) {
        return Optional.empty();
      }
      mean += share.probability() * number.getAsDouble();
    }
    double variance = 0;
    for (ClassShare share : classes) {
      double off = number(share.value()).orElseThrow() - mean;
      variance += share.probability() * off * off;
    }
    return classes.isEmpty()
        ? Optional.empty()
        : Optional.of(new Classification.Spread(mean, Math.sqrt(variance)));
  }

  private static OptionalDouble number(Value value) {
    return switch (value) {
      case Value.Whole(long number) -> OptionalDouble.of((double) number);
      case Value.Real(double number) -> OptionalDouble.of(number);
      case Value.Text _, Value.Flag _ -> OptionalDouble.empty();
    };
  }
}

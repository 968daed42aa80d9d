package dev.kith.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A model of relevance of a collection.
///
/// @param name its name
/// @param version which model of that name it is; 0 of those that are there without training
/// @param kind its kind
/// @param isDefault whether searches that name no model take it
/// @param candidates nearest points of a query that it sees
/// @param size what it takes
/// @param training what it was fitted to; empty of a rule of thumb
/// @param created when it was made; empty of those that are there without training
/// @param form of a cosine adapter
/// @param inputs of a cosine adapter
/// @param hasProfile whether it tells how unlike the collection's points a query is
/// @param numbers all of them, if asked for
public record RelevanceModel(
    String name,
    long version,
    ModelSpec.Kind kind,
    boolean isDefault,
    int candidates,
    Size size,
    Optional<Training> training,
    Optional<Instant> created,
    Optional<ModelSpec.Form> form,
    Optional<ModelSpec.Inputs> inputs,
    boolean hasProfile,
    Optional<Numbers> numbers) {

  /// What a model takes.
  ///
  /// @param parameters numbers that were fitted
  /// @param bytes of memory, with what it knows of queries and thresholds
  public record Size(long parameters, long bytes) {}

  /// What a model was fitted to.
  ///
  /// @param queries judged ones
  /// @param pairs of a query and a candidate among them
  /// @param seed of the training
  /// @param thresholds that miss at most some fractions of what is relevant
  public record Training(long queries, long pairs, long seed, List<Threshold> thresholds) {
    public Training {
      thresholds = List.copyOf(thresholds);
    }
  }

  /// A threshold that misses at most a fraction of the relevant candidates, on average over queries
  /// that are like those that it was calibrated on.
  ///
  /// @param maxFractionMissed the fraction
  /// @param minRelevance least relevance that hits must have; 0 if nothing can be promised
  public record Threshold(double maxFractionMissed, float minRelevance) {}

  /// The numbers of a model.
  ///
  /// @param curve slope and intercept, or probabilities of ranks or of both sides of a step
  /// @param scoreScale what is taken from a score, and what the rest is multiplied with
  /// @param statisticsShift what is taken from each statistic
  /// @param statisticsScale what the rest is multiplied with
  /// @param hiddenWeights inputs of a unit one after another
  /// @param hiddenBiases of the hidden layer
  /// @param outputWeights units of an output one after another
  /// @param outputBiases of the outputs
  public record Numbers(
      List<Float> curve,
      List<Float> scoreScale,
      List<Float> statisticsShift,
      List<Float> statisticsScale,
      List<Float> hiddenWeights,
      List<Float> hiddenBiases,
      List<Float> outputWeights,
      List<Float> outputBiases) {}
}

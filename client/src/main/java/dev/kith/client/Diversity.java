package dev.kith.client;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// Asks for hits that are unlike each other. Start from [#marginalRelevance], [#softNms] or
/// [#nearDuplicates] and change what differs.
///
/// @param method which of the candidates become hits, and in what order
/// @param candidates to choose from, in `[1, 4096]`; if empty, 100 or five times as many as hits
///   are wanted, whichever is more
public record Diversity(Method method, OptionalInt candidates) {

  /// Which of the candidates become hits.
  public sealed interface Method {

    /// Maximal marginal relevance (Carbonell and Goldstein, 1998): the next hit is the candidate
    /// with the largest `(1 - weight) * score - weight * (score of the most similar hit before)`.
    ///
    /// @param weight of being unlike the hits before against being near, in `[0, 1]`; 0.5 if empty
    record MarginalRelevance(OptionalDouble weight) implements Method {}

    /// Soft-NMS (Bodla et al., 2017): after each hit the shares of all candidates decay by the
    /// cosine between both, and the largest that is left is the next.
    ///
    /// @param decay how they decay; like a Gaussian with a sigma of 0.5 if empty
    /// @param temperature what scores are divided by to become shares
    record SoftNms(Optional<Decay> decay, Temperature temperature) implements Method {}

    /// Near duplicates become one hit, the best of them, which names the others ([Hit#duplicates]).
    ///
    /// @param minScore score of one point for another from which on both are near duplicates, on
    ///   the scale of the collection's metric
    record NearDuplicates(float minScore) implements Method {}
  }

  /// How shares decay with similarity.
  public sealed interface Decay {

    /// They are multiplied by `exp(-similarity^2 / sigma)`.
    ///
    /// @param sigma above 0 and at most 1000; the smaller, the faster
    record Gaussian(double sigma) implements Decay {}

    /// They are multiplied by `1 - similarity` where it is large enough.
    ///
    /// @param threshold similarity above which it is, in `[0, 1)`
    record Linear(double threshold) implements Decay {}
  }

  /// Maximal marginal relevance, being near and being unlike weighing the same.
  public static Diversity marginalRelevance() {
    return of(new Method.MarginalRelevance(OptionalDouble.empty()));
  }

  /// Maximal marginal relevance.
  ///
  /// @param weight of being unlike the hits before against being near, in `[0, 1]`
  public static Diversity marginalRelevance(double weight) {
    return of(new Method.MarginalRelevance(OptionalDouble.of(weight)));
  }

  /// Soft-NMS with the usual decay, at a temperature that suits any scores.
  public static Diversity softNms() {
    return of(new Method.SoftNms(Optional.empty(), Temperature.usual()));
  }

  /// Soft-NMS.
  public static Diversity softNms(Decay decay, Temperature temperature) {
    return of(new Method.SoftNms(Optional.of(decay), temperature));
  }

  /// One hit for points that score so much for each other.
  ///
  /// @param minScore on the scale of the collection's metric: cosine 0.95, for example, or
  ///   Euclidean -0.1
  public static Diversity nearDuplicates(float minScore) {
    return of(new Method.NearDuplicates(minScore));
  }

  private static Diversity of(Method method) {
    return new Diversity(method, OptionalInt.empty());
  }

  /// The same, choosing from another number of candidates.
  public Diversity withCandidates(int count) {
    return new Diversity(method, OptionalInt.of(count));
  }
}

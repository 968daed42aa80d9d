package dev.kith.client;

import java.util.OptionalInt;

/// Asks for each hit's share of probability, which can be compared between queries as scores
/// cannot. Changes neither which hits there are nor their order. Start from [#usual] or [#at] and
/// change what differs.
///
/// @param temperature what scores are divided by
/// @param scope among which points shares are
/// @param candidates beyond the hits, nearest points that are looked for, in `[1, 10000]`; 100 if
///   empty
/// @param sample where the sum over the whole collection is estimated, points that are drawn, in
///   `[100, 1048576]`; 4,096 if empty
/// @param ofRelevance whether shares are of the odds of relevance, `r / (1 - r)`, and not of
///   scores, at a temperature of 1 if it is the usual one: if one of the points alone is relevant,
///   how likely it is this one. The search must ask for relevance
public record SoftmaxOptions(
    Temperature temperature,
    Scope scope,
    OptionalInt candidates,
    OptionalInt sample,
    boolean ofRelevance) {

  /// Among which points shares are.
  public enum Scope {
    /// The hits: their shares add up to one.
    RETURNED,

    /// The candidates, which hits are some of.
    CANDIDATES,

    /// All points of the collection that the filter accepts, however far: exactly where every point
    /// is scanned, otherwise estimated, and then [SoftmaxOutcome#standardError] says how well.
    COLLECTION
  }

  /// Shares among the hits, at a temperature that suits any scores.
  public static SoftmaxOptions usual() {
    return at(Temperature.usual());
  }

  /// Shares among the hits, at a temperature.
  public static SoftmaxOptions at(Temperature temperature) {
    return new SoftmaxOptions(
        temperature, Scope.RETURNED, OptionalInt.empty(), OptionalInt.empty(), false);
  }

  /// The same at another temperature.
  public SoftmaxOptions withTemperature(Temperature other) {
    return new SoftmaxOptions(other, scope, candidates, sample, ofRelevance);
  }

  /// The same among other points.
  public SoftmaxOptions within(Scope other) {
    return new SoftmaxOptions(temperature, other, candidates, sample, ofRelevance);
  }

  /// The same, looking for another number of nearest points.
  public SoftmaxOptions withCandidates(int count) {
    return new SoftmaxOptions(temperature, scope, OptionalInt.of(count), sample, ofRelevance);
  }

  /// The same, drawing another number of points.
  public SoftmaxOptions withSample(int points) {
    return new SoftmaxOptions(temperature, scope, candidates, OptionalInt.of(points), ofRelevance);
  }

  /// The same, of the odds of relevance and not of scores.
  public SoftmaxOptions byRelevance() {
    return new SoftmaxOptions(temperature, scope, candidates, sample, true);
  }
}

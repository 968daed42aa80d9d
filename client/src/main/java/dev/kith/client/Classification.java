package dev.kith.client;

import java.util.List;
import java.util.Optional;

/// What a query was classified as.
///
/// @param classes the likeliest, best first; none if no neighbour has a value and there is no prior
/// @param abstained whether no class is as likely as was asked
/// @param distinct classes that are possible at all; more than are returned, perhaps
/// @param neighborhood what was told from
/// @param moments of the distribution, if every class is a number
public record Classification(
    List<ClassShare> classes,
    boolean abstained,
    int distinct,
    Neighborhood neighborhood,
    Optional<Moments> moments) {
  public Classification {
    classes = List.copyOf(classes);
  }

  /// The neighbours that a class was told from.
  ///
  /// @param neighbors that have a say
  /// @param withoutValue neighbours without a value in the field, which have none
  /// @param softmax what became of their shares; empty if none has a say
  /// @param metric of their scores
  /// @param lsn they reflect every write up to this LSN
  /// @param explanation how they were found, if asked for
  /// @param relevance what became of it, if asked for
  public record Neighborhood(
      int neighbors,
      int withoutValue,
      Optional<SoftmaxOutcome> softmax,
      Metric metric,
      long lsn,
      Optional<Explanation> explanation,
      Optional<RelevanceOutcome> relevance) {}

  /// The distribution's own mean and spread.
  ///
  /// @param mean of the classes
  /// @param deviation their standard deviation
  public record Moments(double mean, double deviation) {}
}

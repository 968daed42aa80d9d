package dev.kith.client;

import java.util.Optional;
import java.util.OptionalDouble;

/// What became of a search's relevance.
///
/// @param model that was used
/// @param version of it; 0 if it needs no training
/// @param minRelevance least relevance that hits had to have; 0 if none were cut
/// @param candidates nearest points that the model saw
/// @param relevant of them that are as relevant as asked, which may be more than were wanted
/// @param cut hits that are near enough, but not relevant enough
/// @param outlyingness of the query, if asked for
public record RelevanceOutcome(
    String model,
    long version,
    float minRelevance,
    int candidates,
    int relevant,
    int cut,
    Optional<Outlyingness> outlyingness) {

  /// How unlike what a collection knows a query is.
  ///
  /// @param distance Mahalanobis distance to the nearest of the collection's centroids
  /// @param pointsPercentile share of the points that are no farther from theirs, in percent
  /// @param queriesPercentile share of the queries that the model was calibrated on that are no
  ///   stranger, in percent: by how far a query lies from those that it was trained on, and how far
  ///   its nearest point is; empty if it was trained on too few
  public record Outlyingness(
      double distance, double pointsPercentile, OptionalDouble queriesPercentile) {}
}

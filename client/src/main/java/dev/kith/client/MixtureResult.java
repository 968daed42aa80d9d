package dev.kith.client;

import java.util.List;
import java.util.Optional;

/// What a mixture found.
///
/// @param found the hits, in the order that the allocation gives them, each with its component
/// @param components what became of each, in the order of the request
public record MixtureResult(SearchResult found, List<Outcome> components) {
  public MixtureResult {
    components = List.copyOf(components);
  }

  /// What became of one component.
  ///
  /// @param weight of it, of one
  /// @param allocated hits that the allocation gave it
  /// @param hits that it brought; more than its own where others found too few
  /// @param softmax what became of its shares, if asked for
  /// @param relevance what became of its relevance, if asked for
  /// @param explanation how its hits were found, if asked for
  public record Outcome(
      double weight,
      int allocated,
      int hits,
      Optional<SoftmaxOutcome> softmax,
      Optional<RelevanceOutcome> relevance,
      Optional<Explanation> explanation) {}
}

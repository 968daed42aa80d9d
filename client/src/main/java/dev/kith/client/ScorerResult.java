package dev.kith.client;

import java.util.List;

/// What a scorer likes best of the items that it was asked about.
///
/// @param best the best by its own scores, best first; of equal ones that which was scored first
/// @param calls items that it scored, no more than the budget
public record ScorerResult(List<Scored> best, int calls) {

  /// An item.
  ///
  /// @param id its id
  /// @param score what the scorer gave it
  public record Scored(PointId id, double score) {}

  public ScorerResult {
    best = List.copyOf(best);
  }
}

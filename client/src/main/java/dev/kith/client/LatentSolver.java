package dev.kith.client;

import java.util.List;
import java.util.Map;

/// Tells from a scorer's scores for some items which others it may like.
@FunctionalInterface
interface LatentSolver {

  /// Finds items that were not scored, the most promising first.
  ///
  /// @param limit most of them
  List<PointId> promising(Map<PointId, Double> scores, int limit);
}

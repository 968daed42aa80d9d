package dev.kith.server.search;

import dev.kith.index.Metric;
import dev.kith.server.collection.StoredPoint;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The answer to one query.
///
/// @param metric of the scores; a higher score is nearer
/// @param lsn every write up to this one is reflected
/// @param hits best first
/// @param explanation if it was asked for
public record SearchAnswer(
    Metric metric, long lsn, List<Hit> hits, @Nullable Explanation explanation) {

  /// A point that answers.
  ///
  /// @param point with what was asked for of it
  /// @param score on the metric's scale
  public record Hit(StoredPoint point, float score) {}

  /// How an answer was found.
  ///
  /// @param plan in words, one line
  /// @param stages in the order they ran
  /// @param totalNanos from the request's arrival
  /// @param queueNanos of it waiting for a search thread
  public record Explanation(String plan, List<StageWork> stages, long totalNanos, long queueNanos) {
    public Explanation {
      stages = List.copyOf(stages);
    }
  }

  /// The work of one stage.
  ///
  /// @param stage its name
  /// @param segment number of the segment it ran on; empty for stages on the merged list
  /// @param distanceComputations vectors compared with the query
  /// @param nodesVisited graph nodes whose neighbours were read
  /// @param bytesScanned bytes of vectors read
  /// @param candidates that left the stage
  /// @param nanos it took
  public record StageWork(
      String stage,
      OptionalLong segment,
      long distanceComputations,
      long nodesVisited,
      long bytesScanned,
      long candidates,
      long nanos) {}
}

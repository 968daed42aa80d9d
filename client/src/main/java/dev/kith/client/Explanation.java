package dev.kith.client;

import java.util.List;
import java.util.OptionalLong;

/// How an answer was found.
///
/// @param plan the plan in words, one line
/// @param stages the stages in the order they ran
/// @param totalMicros time from the request's arrival to the answer
/// @param queueMicros time of it spent waiting for a search thread
public record Explanation(String plan, List<Stage> stages, long totalMicros, long queueMicros) {
  public Explanation {
    stages = List.copyOf(stages);
  }

  /// The work of one stage.
  ///
  /// @param name such as `probe`, `merge` or `resolve`
  /// @param segment the segment it ran on; empty for stages on the merged list
  /// @param work what it did
  /// @param candidates candidates that left it
  /// @param micros time it took
  public record Stage(String name, OptionalLong segment, Work work, long candidates, long micros) {}

  /// Work in numbers.
  ///
  /// @param distanceComputations vectors compared with the query
  /// @param nodesVisited graph nodes whose neighbours were read
  /// @param bytesScanned bytes of vectors or codes read
  public record Work(long distanceComputations, long nodesVisited, long bytesScanned) {}
}

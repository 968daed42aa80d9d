package dev.kith.client;

import java.util.List;
import java.util.OptionalInt;
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

  /// One stage.
  ///
  /// @param name `probe`, `merge`, `relevance` or `resolve`; after each probe its parts, the work
  ///   of which is that of the probe once more: `coarse`, `scan`, `walk`, `narrow` or `rescore`
  /// @param segment the segment it ran on; empty for stages on the merged list
  /// @param width coordinates compared, of a part; empty of codes
  /// @param candidatesIn vectors, centroids or codes that entered it; empty of a probe
  /// @param candidates candidates that left it
  /// @param work what it did
  /// @param micros time it took
  public record Stage(
      String name,
      OptionalLong segment,
      OptionalInt width,
      OptionalLong candidatesIn,
      long candidates,
      Work work,
      long micros) {}

  /// Work in numbers.
  ///
  /// @param distanceComputations vectors compared with the query; 0 of a part
  /// @param nodesVisited graph nodes whose neighbours were read; 0 of a part
  /// @param bytesScanned bytes of vectors or codes read
  /// @param multiplyAdds products of coordinates summed up; those of codes are not counted
  public record Work(
      long distanceComputations, long nodesVisited, long bytesScanned, long multiplyAdds) {}
}

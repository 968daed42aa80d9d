package dev.kith.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What has come of [IndexSpec.Auto].
///
/// @param index in force
/// @param codec in force
/// @param prefixes in force
/// @param reason why, in a sentence
/// @param nextTrialPoints points at which the next trial is due
/// @param trial what that rests on; empty before the first trial
public record IndexChoice(
    IndexSpec index,
    Codec codec,
    Prefixes prefixes,
    String reason,
    long nextTrialPoints,
    Optional<Trial> trial) {

  /// A trial of indexes on a sample of the collection's points.
  ///
  /// @param candidates what was tried
  /// @param points that it was about
  /// @param sampledPoints of them that it drew
  /// @param seed of the draw
  /// @param localDimension local intrinsic dimension of the points: the higher, the harder they are
  ///   to search
  /// @param time when it ended
  public record Trial(
      List<Candidate> candidates,
      long points,
      int sampledPoints,
      long seed,
      double localDimension,
      Instant time) {
    public Trial {
      candidates = List.copyOf(candidates);
    }
  }

  /// An index that was tried.
  ///
  /// @param index the index
  /// @param codec its codec
  /// @param queriesPerSecond of one thread at the recall asked for, estimated for all points
  /// @param recall that was reached
  /// @param bytesPerVector bytes of memory that a vector takes
  public record Candidate(
      IndexSpec index,
      Codec codec,
      double queriesPerSecond,
      double recall,
      double bytesPerVector) {}
}

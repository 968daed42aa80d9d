package dev.kith.server.search;

import dev.kith.index.rank.Diversity;
import dev.kith.index.rank.Fusion;
import dev.kith.index.rank.Temperature;
import dev.kith.server.collection.PointId;
import dev.kith.server.filter.FieldPath;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// What a search makes of its candidates, in range; nothing where all is empty.
///
/// @param relevance how relevant hits must be
/// @param fused which scores are combined
/// @param diverse how hits are to differ
/// @param shares which shares of probability are told
public record Ranking(
    Optional<Relevance> relevance,
    Optional<Fused> fused,
    Optional<Diverse> diverse,
    Optional<Shares> shares) {

  /// Hits by score.
  public static final Ranking NONE =
      new Ranking(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /// Scores to combine.
  ///
  /// @param method how
  /// @param signals at least one
  /// @param candidates nearest points to order anew, at least 1
  public record Fused(Fusion.Method method, List<Signal> signals, int candidates) {
    public Fused {
      signals = List.copyOf(signals);
    }
  }

  /// A score of each candidate.
  ///
  /// @param weight above 0
  /// @param temperature that divides it in a mixture
  /// @param isLowerBetter whether lower values are better
  public record Signal(
      Source source, double weight, Temperature temperature, boolean isLowerBetter) {}

  /// Where a signal is from.
  public sealed interface Source {

    /// The search's own score.
    record Own() implements Source {}

    /// The score for another vector.
    ///
    /// @param coordinates little-endian f32, of the collection's dimension and usable as a query
    record ForVector(MemorySegment coordinates) implements Source {}

    /// A number in the payload.
    record Field(FieldPath path) implements Source {}

    /// Scores that the caller has.
    ///
    /// @param ids each once
    /// @param scores as many, finite
    @SuppressWarnings("ArrayRecordComponent") // Handed over, compared by nobody.
    record Given(List<PointId> ids, float[] scores) implements Source {}
  }

  /// Diversity.
  ///
  /// @param method how
  /// @param candidates to choose from, at least 1
  public record Diverse(Diversity.Method method, int candidates) {}

  /// Shares of probability.
  ///
  /// @param temperature that divides scores
  /// @param scope among which points
  /// @param candidates to look for, at least 1
  /// @param sample points to draw where not all are scanned
  /// @param areOfRelevance whether shares are of the odds of relevance, which is asked for too
  public record Shares(
      Temperature temperature, Scope scope, int candidates, int sample, boolean areOfRelevance) {}

  /// Among which points shares are.
  public enum Scope {
    /// The hits.
    RETURNED,
    /// The candidates.
    CANDIDATES,
    /// All that the search may return.
    COLLECTION
  }
}

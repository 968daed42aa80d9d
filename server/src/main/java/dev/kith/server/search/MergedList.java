package dev.kith.server.search;

import dev.kith.server.search.SearchAnswer.RankScale;
import dev.kith.server.search.SearchAnswer.RelevanceOutcome;
import dev.kith.server.search.SearchAnswer.SharesOutcome;
import java.util.List;
import java.util.Optional;

/// The candidates of one search in the order in which they would be returned, and what has become
/// of them, from stage to stage. Not thread-safe.
final class MergedList {
  private List<Candidate> candidates;

  /// What they are ordered by.
  RankScale scale = RankScale.SCORE;

  Optional<RelevanceOutcome> relevance = Optional.empty();
  Optional<SharesOutcome> shares = Optional.empty();

  /// @param candidates the nearest first
  MergedList(List<Candidate> candidates) {
    this.candidates = candidates;
  }

  List<Candidate> candidates() {
    return candidates;
  }

  /// The first of them.
  List<Candidate> first(int most) {
    return candidates.subList(0, Math.min(most, candidates.size()));
  }

  int size() {
    return candidates.size();
  }

  /// Goes on with these, in this order.
  void keep(List<Candidate> kept) {
    candidates = kept;
  }

  /// What shares are of, one a candidate.
  static float[] strengths(List<Candidate> candidates) {
    float[] strengths = new float[candidates.size()];
    for (int i = 0; i < strengths.length; i++) {
      strengths[i] = candidates.get(i).strength();
    }
    return strengths;
  }
}

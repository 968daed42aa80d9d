package dev.kith.client;

import java.util.List;
import java.util.Optional;

/// The answer to a query.
///
/// @param hits best first
/// @param metric of the scores
/// @param rankScale what the hits are ordered by
/// @param lsn the answer reflects every write up to this LSN
/// @param explanation how the hits were found, if asked for
/// @param relevance what became of it, if asked for
/// @param softmax what became of shares, if asked for
public record SearchResult(
    List<Hit> hits,
    Metric metric,
    RankScale rankScale,
    long lsn,
    Optional<Explanation> explanation,
    Optional<RelevanceOutcome> relevance,
    Optional<SoftmaxOutcome> softmax) {
  public SearchResult {
    hits = List.copyOf(hits);
  }
}

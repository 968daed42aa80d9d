package dev.kith.client;

import java.util.List;
import java.util.Optional;

/// The answer to a query.
///
/// @param hits best first
/// @param metric of the scores
/// @param lsn the answer reflects every write up to this LSN
/// @param explanation how the hits were found, if asked for
/// @param relevance what became of it, if asked for
public record SearchResult(
    List<Hit> hits,
    Metric metric,
    long lsn,
    Optional<Explanation> explanation,
    Optional<RelevanceOutcome> relevance) {
  public SearchResult {
    hits = List.copyOf(hits);
  }
}

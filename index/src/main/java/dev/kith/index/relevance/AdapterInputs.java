package dev.kith.index.relevance;

/// What the network of a [CosineAdapter] sees.
public enum AdapterInputs {
  /// The query's coordinates, as in the paper.
  QUERY,
  /// What the scores of the candidates look like.
  STATISTICS,
  /// Both.
  QUERY_AND_STATISTICS;

  boolean hasQuery() {
    return this != STATISTICS;
  }

  boolean hasStatistics() {
    return this != QUERY;
  }
}

package dev.kith.client;

/// What hits are ordered by.
public enum RankScale {
  /// Their scores: there is no [Hit#rankScore].
  SCORE,

  /// The natural logarithm of a probability among the candidates.
  LOG_MIXTURE,

  /// A sum of reciprocal ranks, above 0.
  RECIPROCAL_RANK,

  /// What maximal marginal relevance made of it: a difference of scores.
  MARGINAL_RELEVANCE,

  /// The natural logarithm of a share that Soft-NMS let decay.
  LOG_DECAYED
}

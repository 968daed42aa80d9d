package dev.kith.index.relevance;

/// Tells how likely the nearest points of a query are relevant to it.
///
/// A nearest-neighbour search always answers, also when nothing fits, and a score alone does not
/// tell: what is near for one query is far for another. A model maps the scores of a query's
/// *candidates*, which are the points that a search found, to probabilities. It never changes their
/// order.
///
/// Immutable and thread-safe. The same model, query and scores give the same relevances to the last
/// bit, in any process on the same kind of machine.
public sealed interface RelevanceModel
    permits RawScore, Logistic, ZScore, LargestGap, RankTable, CosineAdapter {

  /// Most candidates that a model may look at.
  int MAX_CANDIDATES = 1000;

  /// Maps scores.
  ///
  /// @param query the query's coordinates as indexes compare them (of length one under COSINE),
  ///   zero where a query is truncated; at least as many as the model was trained on
  /// @param scores of the candidates on the scale that a caller sees
  ///   ([dev.kith.index.codec.Scores#external]), none above the one before it
  /// @param count candidates, at most as many as there are scores
  /// @param relevances takes a probability for each, in `[0, 1]`, none above the one before it
  /// @throws IndexOutOfBoundsException if there is no room
  void relevances(float[] query, float[] scores, int count, float[] relevances);

  /// Numbers that were fitted to judged queries; 0 of a rule that needs none.
  int parameters();
}

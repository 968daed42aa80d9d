package dev.kith.index.ivf;

import dev.kith.index.SearchWork;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.PrefixScorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.Widths;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.store.VectorRows;

/// Scores of centroids by one query: of few while a graph is walked, or of all once something needs
/// them. Reused from query to query; not thread-safe.
final class CentroidScores {

  private final F32Scorer whole = new F32Scorer();
  private final PrefixScorer narrow = new PrefixScorer();

  /// Scores centroids one by one.
  Scorer scorer = whole;

  /// What walks through a graph need, and what they cost. They are short: nobody stops them.
  final HnswScratch walk = new HnswScratch();

  final SearchWork walked = new SearchWork();

  private float[] all = new float[0];
  private int count;
  private boolean areKnown;

  /// Begins with a query, all of whose scores are unknown.
  void bind(VectorRows centroids, QueryBuffer query) {
    begin(whole.bind(centroids, query), centroids.capacity());
  }

  /// Begins likewise, with prefixes.
  ///
  /// @param widths at which these are compared
  void bind(PrefixRows centroids, QueryBuffer query, Widths widths) {
    Scorer scorer =
        widths instanceof Widths.Truncated
            ? narrow.bind(centroids, query, widths)
            : narrow.bind(centroids, query, widths.coarse());
    begin(scorer, centroids.capacity());
  }

  private void begin(Scorer scorer, int count) {
    this.scorer = scorer;
    this.count = count;
    areKnown = false;
  }

  /// Whether the centroids of all lists were scored.
  boolean areKnown() {
    return areKnown;
  }

  /// The scores of the centroids of all lists; the array may be longer.
  ///
  /// @param work counts the centroids compared, the first time
  float[] all(SearchWork work) {
    if (!areKnown) {
      if (all.length < count) {
        all = new float[count];
      }
      scorer.scoreRange(0, count, all);
      scorer.count(count, work);
      areKnown = true;
    }
    return all;
  }
}

package dev.kith.index.ivf;

import dev.kith.index.SearchWork;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.store.VectorRows;

/// Scores of centroids by one query: of few while a graph is walked, or of all once something needs
/// them. Reused from query to query; not thread-safe.
final class CentroidScores {

  /// Scores centroids one by one.
  final F32Scorer scorer = new F32Scorer();

  /// What walks through a graph need, and what they cost. They are short: nobody stops them.
  final HnswScratch walk = new HnswScratch();

  final SearchWork walked = new SearchWork();

  private float[] all = new float[0];
  private int count;
  private boolean areKnown;

  /// Begins with a query, all of whose scores are unknown.
  void bind(VectorRows centroids, QueryBuffer query) {
    scorer.bind(centroids, query);
    count = centroids.capacity();
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
      work.distanceComputations += count;
      work.bytesScanned += count * scorer.bytesPerVector();
      areKnown = true;
    }
    return all;
  }
}

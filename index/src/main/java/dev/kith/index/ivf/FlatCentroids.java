package dev.kith.index.ivf;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.List;

/// Centroids all of which are scored.
final class FlatCentroids extends CoarseQuantizer {

  FlatCentroids(VectorRows centroids) {
    super(centroids);
  }

  @Override
  public long bytes() {
    return centroids().bytes(count());
  }

  @Override
  public FlatCentroids copy(Arena arena) {
    return new FlatCentroids(copiedCentroids(arena));
  }

  @Override
  public List<String> verify() {
    return List.of();
  }

  @Override
  void nearest(CentroidScores scores, ListsLeft left, TopK best, SearchWork work) {
    rank(scores.all(work), count(), left, best);
  }

  /// Offers the lists that are left.
  ///
  /// @param scores of the centroids of the first `count` lists
  static void rank(float[] scores, int count, ListsLeft left, TopK best) {
    float floor = best.floor();
    for (int list = 0; list < count; list++) {
      // Written so that a NaN, which compares false, is still offered.
      if (!(scores[list] < floor) && left.accepts(list)) {
        best.offer(list, scores[list]);
        floor = best.floor();
      }
    }
  }
}

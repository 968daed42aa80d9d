package dev.kith.index.ivf;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.List;

/// Finds the lists whose centroids are nearest to a query. Thread-safe, over memory that someone
/// else owns.
public abstract sealed class CoarseQuantizer permits FlatCentroids, CentroidGraph {
  private final VectorRows centroids;

  CoarseQuantizer(VectorRows centroids) {
    this.centroids = centroids;
  }

  /// Scores all centroids with every query.
  ///
  /// @param centroids one a list, at least one
  public static CoarseQuantizer flat(VectorRows centroids) {
    return new FlatCentroids(centroids);
  }

  /// The centroids, borrowed.
  public final VectorRows centroids() {
    return centroids;
  }

  /// Number of lists.
  public final int count() {
    return centroids.capacity();
  }

  /// Bytes of memory in use.
  public abstract long bytes();

  /// The same over memory of its own.
  ///
  /// @param arena frees that when it closes
  public abstract CoarseQuantizer copy(Arena arena);

  /// Checks everything promised about how centroids are found.
  ///
  /// @return what is wrong, empty if nothing is
  public abstract List<String> verify();

  /// Offers lists to `best`, about the best of those that are left: as many as it keeps, or all
  /// that are left if those are fewer.
  ///
  /// @param scores bound to the query and these centroids
  /// @param best empty
  /// @param work counts the centroids compared
  abstract void nearest(CentroidScores scores, ListsLeft left, TopK best, SearchWork work);

  /// A copy of the centroids.
  final VectorRows copiedCentroids(Arena arena) {
    VectorRows copy = VectorRows.reserve(centroids.space(), count(), arena);
    for (int list = 0; list < count(); list++) {
      copy.copy(list, centroids, list);
    }
    return copy;
  }
}

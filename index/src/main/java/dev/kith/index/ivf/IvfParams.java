package dev.kith.index.ivf;

import dev.kith.index.Require;
import dev.kith.index.cluster.KMeans;

/// How an inverted file is built.
///
/// @param lists how many, in `[1, 65536]`; 0 for as many as suit the number of rows, see
///   [#listsFor]. Never more than there are rows
/// @param seed of the draws and of the rotation; the same seed and rows give the same file
/// @param spill whether every row is in a second list besides its own: searches read fewer rows,
///   and lists take twice the memory. See [Spill]
public record IvfParams(int lists, long seed, boolean spill) {

  /// Most lists.
  public static final int MAX_LISTS = 1 << 16;

  /// Times the root of the number of rows.
  private static final int LISTS_PER_ROOT = 2;

  public IvfParams {
    Require.inRange("lists", lists, 0, MAX_LISTS);
  }

  /// Lists that nothing is spilled to.
  public IvfParams(int lists, long seed) {
    this(lists, seed, false);
  }

  /// Returns what suits most data.
  public static IvfParams defaults() {
    return new IvfParams(0, 0);
  }

  /// Lists for so many rows: twice their root if not said, so that finding the nearest lists and
  /// reading them take about as long.
  public int listsFor(int rows) {
    int asked = lists == 0 ? (int) Math.round(LISTS_PER_ROOT * Math.sqrt(rows)) : lists;
    return Math.clamp(asked, 1, Math.max(1, Math.min(rows, MAX_LISTS)));
  }

  /// Rows to learn centroids from: all, up to [KMeans#ENOUGH_PER_CLUSTER] a list. More of them
  /// change little.
  static int sampleSize(int rows, int lists) {
    return (int) Math.min(rows, (long) KMeans.ENOUGH_PER_CLUSTER * lists);
  }
}

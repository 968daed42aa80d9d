package dev.kith.index.trial;

import dev.kith.index.build.IndexSpec;

/// How the work of a search grows with the number of rows: with which power of it.
///
/// Fitted to the vectors compared by searches of one recall in half of a sample and in all of it,
/// and kept within what is known of each kind of index, because two points make a rough fit.
///
/// @param graph that of a walk, in `[0, 0.5]`
/// @param lists that of reading lists, in `[0.3, 0.75]`: lists of the size that suits hold about
///   the root of the rows each, and of more lists a few more are read
record Growth(double graph, double lists) {
  private static final double MOST_OF_GRAPH = 0.5;
  private static final double LEAST_OF_LISTS = 0.3;
  private static final double MOST_OF_LISTS = 0.75;

  /// For about as many rows as were measured.
  static final Growth NONE = new Growth(0, 0);

  /// Vectors compared by a search, above 0: by a walk, and by reading lists.
  record Work(double graph, double lists) {}

  /// Fits both.
  static Growth between(Work half, Work whole) {
    return new Growth(
        Math.clamp(exponent(half.graph, whole.graph), 0, MOST_OF_GRAPH),
        Math.clamp(exponent(half.lists, whole.lists), LEAST_OF_LISTS, MOST_OF_LISTS));
  }

  private static double exponent(double half, double whole) {
    return Math.log(whole / half) / Math.log(2);
  }

  /// How many times as much work a search is in so many times as many rows, at least 1.
  double times(IndexSpec index, double rows) {
    double exponent =
        switch (index) {
          case IndexSpec.Flat _ -> 1;
          case IndexSpec.Hnsw _ -> graph;
          case IndexSpec.Ivf _ -> lists;
        };
    return Math.pow(rows, exponent);
  }
}

package dev.kith.index.hnsw;

import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.Scorer;

/// A graph that can be searched, from any number of threads.
public sealed interface Graph permits HnswGraph, SealedGraph {

  /// Where the links lie.
  GraphLinks links();

  /// Where searches start.
  Entry entry();

  /// Integers at the start of the upper links that are in use.
  int upperUsed();

  /// Dimension of the data, as far as it is known: how far searches reach.
  double dimension();

  /// Offers the best nodes that a beam of `ef` finds to `hits`.
  ///
  /// @param scorer bound to the query and to the rows of this graph
  /// @param metric that the scorer scores by
  /// @param ef accepted nodes to keep while walking, at least 1; more find better neighbours and
  ///   cost more
  /// @param accepted nodes that may be returned; the others are walked through
  /// @param work counts what was compared and visited
  default void search(
      Scorer scorer,
      Metric metric,
      int ef,
      OrdinalFilter accepted,
      TopK hits,
      HnswScratch scratch,
      SearchWork work) {
    scratch.radius.set(metric, hits.k(), ef, dimension(), BeamSearch.RADIUS);
    BeamSearch.walk(this, scorer, ef, accepted, scratch, work);
    LongHeap kept = scratch.kept;
    for (int i = 0; i < kept.size(); i++) {
      hits.offer(Scored.ordinal(kept.at(i)), Scored.score(kept.at(i)));
    }
  }

  /// The node a search starts from and its level.
  ///
  /// @param node -1 if the graph is empty
  /// @param level highest level of `node`, and of any node
  record Entry(int node, int level) {
    static final Entry NONE = new Entry(-1, 0);

    boolean isNone() {
      return node < 0;
    }
  }
}

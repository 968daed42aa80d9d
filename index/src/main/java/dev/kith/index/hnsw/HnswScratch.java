package dev.kith.index.hnsw;

import dev.kith.index.SearchWork;
import dev.kith.index.VisitedSet;
import dev.kith.index.codec.F32Scorer;
import java.util.function.BooleanSupplier;

/// What one worker needs to search and to link; reused, so that neither allocates. Not thread-safe.
///
/// It grows to the largest graph and beam it has met.
public final class HnswScratch {
  final VisitedSet visited = new VisitedSet();

  /// For graphs that are laid out for reading.
  final FastScratch fast = new FastScratch();

  /// For graphs that are walked on codes.
  final CodedScratch coded = new CodedScratch();

  /// Nodes to expand, complemented entries: the best on top.
  final LongHeap open = new LongHeap();

  /// The beam: the worst on top.
  final LongHeap kept = new LongHeap();

  /// How far the beam reaches.
  final Radius radius = new Radius();

  /// Neighbours about to be scored together, and their scores. One slot more than a full list: a
  /// slot is written before it is known to count.
  final int[] batch = new int[2 * HnswParams.MAX_M + 1];

  final float[] batchScores = new float[2 * HnswParams.MAX_M + 1];

  /// The neighbours a new node chose, while they are linked back.
  final int[] neighbours = new int[2 * HnswParams.MAX_M];

  /// Scores nodes against the row being linked, and against one of its neighbours.
  final F32Scorer rowScorer = new F32Scorer();

  final F32Scorer pairScorer = new F32Scorer();

  final NeighbourSelector selector = new NeighbourSelector(pairScorer);

  /// A beam in ascending order.
  long[] sorted = new long[256];

  /// One list and the node being added to it.
  final long[] candidates = new long[2 * HnswParams.MAX_M + 1];

  final long[] chosen = new long[2 * HnswParams.MAX_M + 1];

  /// What linking cost, kept apart from what searches cost.
  final SearchWork linkWork = new SearchWork();

  /// Polled now and then during a search; linking is never stopped halfway.
  BooleanSupplier stop = HnswScratch::never;

  /// Sets what searches poll; once it is true they end early, with what they have found.
  ///
  /// @param stop always false for a scratch that links
  public void stopWhen(BooleanSupplier stop) {
    this.stop = stop;
  }

  private static boolean never() {
    return false;
  }

  /// Moves the beam to [#sorted], ascending, and returns its size.
  int sortKept() {
    if (sorted.length < kept.size()) {
      sorted = new long[Math.max(kept.size(), 2 * sorted.length)];
    }
    return kept.drainSorted(sorted);
  }
}

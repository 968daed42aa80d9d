package dev.kith.index.hnsw;

import dev.kith.index.codec.F32Scorer;
import dev.kith.index.store.VectorRows;

/// Chooses which of its candidates a node links to, so that its links point in different
/// directions.
///
/// Algorithm 4 of Malkov & Yashunin (2018): candidates are taken from the nearest to the farthest,
/// and one is kept only if it is nearer to the node than to every candidate kept before. Owned by
/// one worker; not thread-safe.
final class NeighbourSelector {

  /// Kept candidates compared in one call: a full kernel step, yet few wasted once one decides.
  private static final int STEP = 4;

  private final F32Scorer pairScorer;
  private final int[] kept = new int[2 * HnswParams.MAX_M + 1];
  private final int[] step = new int[STEP];
  private final float[] scores = new float[STEP];
  private int keptCount;

  NeighbourSelector(F32Scorer pairScorer) {
    this.pairScorer = pairScorer;
  }

  /// Forgets what was kept for the last node.
  void begin() {
    keptCount = 0;
  }

  int keptCount() {
    return keptCount;
  }

  /// Keeps a candidate whatever the others are.
  void keep(int candidate) {
    kept[keptCount++] = candidate;
  }

  /// Keeps a candidate, scored against the node, if no kept one is nearer to it than the node is.
  boolean keepIfDiverse(VectorRows rows, long candidate) {
    int ordinal = Scored.ordinal(candidate);
    float score = Scored.score(candidate);
    if (keptCount > 0) {
      pairScorer.bind(rows, ordinal);
      for (int from = 0; from < keptCount; from += STEP) {
        int count = Math.min(STEP, keptCount - from);
        System.arraycopy(kept, from, step, 0, count);
        pairScorer.score(step, count, scores);
        for (int i = 0; i < count; i++) {
          if (scores[i] > score) {
            return false;
          }
        }
      }
    }
    keep(ordinal);
    return true;
  }
}

package dev.kith.index.hnsw;

import dev.kith.index.Metric;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.Scores;
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

  /// What the squared distance to a kept candidate may lack of that to the node. (Recall@10 with
  /// beams of 20 and 80 on WordNet-MiniLM is .931 and .987 without slack, .942 and .991 with this
  /// one for 3 % more distances; with 1.1 it is .940 and .989. On GloVe-100 with a beam of 70, .880
  /// and .890. The fast layout, whose lists are filled afterwards, gains nothing and loses
  /// nothing.)
  private static final float SLACK = 1.05f;

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

  /// Keeps a candidate, scored against the node, if no kept one is clearly nearer to it than the
  /// node is.
  boolean keepIfDiverse(VectorRows rows, long candidate) {
    int ordinal = Scored.ordinal(candidate);
    float tooNear = tooNear(rows.space().metric(), Scored.score(candidate));
    if (keptCount > 0) {
      pairScorer.bind(rows, ordinal);
      for (int from = 0; from < keptCount; from += STEP) {
        int count = Math.min(STEP, keptCount - from);
        System.arraycopy(kept, from, step, 0, count);
        pairScorer.score(step, count, scores);
        for (int i = 0; i < count; i++) {
          if (scores[i] > tooNear) {
            return false;
          }
        }
      }
    }
    keep(ordinal);
    return true;
  }

  /// Raw score above which a kept candidate is too near to one that scores `score` with the node.
  private static float tooNear(Metric metric, float score) {
    if (metric == Metric.DOT) {
      return score; // Inner products know no distance to take a share of.
    }
    float best = Scores.best(metric);
    return best - (best - score) / SLACK;
  }
}

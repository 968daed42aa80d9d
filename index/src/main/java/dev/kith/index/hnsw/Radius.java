package dev.kith.index.hnsw;

import dev.kith.index.Metric;
import dev.kith.index.codec.Scores;

/// How far from the query a walk still expands nodes: somewhat farther than the worst of the hits
/// it would return. Owned by one worker, set anew for every walk.
///
/// A beam alone spends as much on a query whose neighbours stand out as on one in the middle of a
/// crowd. A limit of distance tells them apart: where few nodes are about as near as the hits, the
/// walk ends early, and the width of the beam only bounds what a crowd costs. After Al-Jazzazi,
/// Diwan, Gou, Cameron Musco, Christopher Musco and Suel, *Distance Adaptive Beam Search for
/// Provably Accurate Graph-Based Nearest Neighbor Search* (2025), who have no beam besides.
///
/// The limit grows with the width of the beam, so that a wider one still finds more. In data of
/// [IntrinsicDimension] `d` the `ef`-th nearest row is `(ef / k)^(1/d)` times as far as the `k`-th,
/// which squared, as in scores, is `(ef / k)^(2/d)`. A part of that exponent does: it cuts walks in
/// the void short and leaves those in a crowd to the beam.
///
/// Inner products know no distance; walks by them end with their beam.
final class Radius {

  private final LongHeap nearest = new LongHeap();
  private int wanted;
  private float factor = 1;
  private float best;
  private float limit = Float.NEGATIVE_INFINITY;

  /// Sets no limit.
  void endless() {
    wanted = 0;
    clear();
  }

  /// Sets the limit of a walk that begins.
  ///
  /// @param wanted nodes by the worst of which the limit is set, at least 1
  /// @param ef nodes the beam keeps
  /// @param dimension of the data, [IntrinsicDimension#UNKNOWN] for a walk without a limit
  /// @param share of the exponent that would reach the `ef`-th nearest node, above 0
  void set(Metric metric, int wanted, int ef, double dimension, double share) {
    this.wanted = dimension == IntrinsicDimension.UNKNOWN || metric == Metric.DOT ? 0 : wanted;
    this.best = Scores.best(metric);
    this.factor =
        (float) Math.pow(Math.max(1, (double) ef / wanted), share * 2 / Math.max(1, dimension));
    clear();
  }

  private void clear() {
    nearest.clear();
    limit = Float.NEGATIVE_INFINITY;
  }

  /// Hears of a node that may be returned.
  ///
  /// @param entry [Scored], by its raw score
  void offer(long entry) {
    if (nearest.size() < wanted) {
      nearest.push(entry);
    } else if (wanted > 0 && entry > nearest.top()) {
      nearest.replaceTop(entry);
    } else {
      return;
    }
    if (nearest.size() == wanted) {
      limit = best + factor * (Scored.score(nearest.top()) - best);
    }
  }

  /// Raw score below which no node is worth expanding; never sinks while a walk lasts.
  float limit() {
    return limit;
  }
}

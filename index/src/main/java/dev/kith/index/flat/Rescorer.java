package dev.kith.index.flat;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.store.VectorRows;

/// Scores rows that codes made look near by their vectors. Reused from query to query; not
/// thread-safe.
public final class Rescorer {
  private final F32Scorer scorer = new F32Scorer();
  private int[] ordinals = new int[0];
  private float[] scores = new float[0];

  /// Offers candidates to `hits`, with exact raw scores.
  ///
  /// @param candidates by their estimates; empty when this returns
  /// @param rows vectors of the candidates
  /// @param query of the space of the rows
  /// @param work counts the rows compared
  public void offer(
      TopK candidates, VectorRows rows, QueryBuffer query, TopK hits, SearchWork work) {
    if (ordinals.length < candidates.size()) {
      ordinals = new int[candidates.size()];
      scores = new float[candidates.size()];
    }
    int count = candidates.drainTo(ordinals);
    scorer.bind(rows, query).score(ordinals, count, scores);
    for (int i = 0; i < count; i++) {
      hits.offer(ordinals[i], scores[i]);
    }
    work.distanceComputations += count;
    work.bytesScanned += count * scorer.bytesPerVector();
  }
}

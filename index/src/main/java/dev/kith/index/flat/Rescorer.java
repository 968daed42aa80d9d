package dev.kith.index.flat;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.PrefixScorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.TruncatedScorer;
import dev.kith.index.codec.Widths;
import dev.kith.index.store.VectorRows;

/// Scores rows that codes made look near by their vectors. Reused from query to query; not
/// thread-safe.
public final class Rescorer {
  private final F32Scorer whole = new F32Scorer();
  private final TruncatedScorer truncated = new TruncatedScorer();
  private final PrefixScorer prefixScorer = new PrefixScorer();
  private int[] ordinals = new int[0];
  private float[] scores = new float[0];

  /// Compares candidates at one width after another, of each what is not in the one before, and
  /// keeps the best each time.
  ///
  /// @param codes by which the candidates were found at the first width
  /// @param candidates by their estimates; those that are left when this returns
  /// @param hits wanted
  public void narrow(
      SegmentCodes codes,
      Widths widths,
      QueryBuffer query,
      TopK candidates,
      int hits,
      SearchWork work) {
    if (!(codes instanceof PrefixRows prefixes) || !(widths instanceof Widths.Ladder ladder)) {
      return;
    }
    int known = prefixes.widthFor(ladder.first());
    for (int rung = 1; rung < ladder.rungs().size(); rung++) {
      fit(candidates.size());
      int count = candidates.drainUnordered(ordinals, scores);
      prefixScorer.bind(prefixes, query, ladder.rungs().get(rung).width());
      work.multiplyAdds += query.takeMultiplyAdds();
      prefixScorer.deepen(known, ordinals, count, scores);
      long added = (long) count * (prefixScorer.width() - known);
      work.distanceComputations += count;
      work.multiplyAdds += added;
      work.bytesScanned += added * Float.BYTES;
      known = prefixScorer.width();
      candidates.reset(Math.max(hits, ladder.rungs().get(rung).keep()));
      for (int i = 0; i < count; i++) {
        candidates.offer(ordinals[i], scores[i]);
      }
      work.stages.end("narrow", known, count, candidates.size(), work);
    }
  }

  private void fit(int candidates) {
    if (ordinals.length < candidates) {
      ordinals = new int[candidates];
      scores = new float[candidates];
    }
  }

  /// Offers candidates to `hits`, with exact raw scores.
  ///
  /// @param widths [Widths.Truncated] for a query of few coordinates, to which rows are compared
  /// @param candidates by their estimates; empty when this returns
  /// @param rows vectors of the candidates
  /// @param query of the space of the rows
  /// @param work counts the rows compared
  public void offer(
      TopK candidates,
      VectorRows rows,
      Widths widths,
      QueryBuffer query,
      TopK hits,
      SearchWork work) {
    fit(candidates.size());
    int count = candidates.drainTo(ordinals);
    boolean isTruncated = widths instanceof Widths.Truncated;
    Scorer scorer =
        isTruncated ? truncated.bind(rows, query, widths.first()) : whole.bind(rows, query);
    scorer.score(ordinals, count, scores);
    for (int i = 0; i < count; i++) {
      hits.offer(ordinals[i], scores[i]);
    }
    scorer.count(count, work);
    int width = isTruncated ? widths.first() : rows.space().dimension();
    work.stages.end("rescore", width, count, hits.size(), work);
  }
}

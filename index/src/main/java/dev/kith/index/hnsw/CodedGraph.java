package dev.kith.index.hnsw;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.Widths;
import dev.kith.index.store.VectorRows;

/// A sealed graph that is walked on codes of its rows; the most promising nodes that the walk finds
/// are then scored by the rows themselves, and only those can be returned. Thread-safe.
///
/// @param graph the links
/// @param codes of the nodes' rows
/// @param rows of floats, which only the nodes about to be returned are read of
/// @param rescoreFactor nodes scored by their rows for each hit wanted, at least 1
public record CodedGraph(
    SealedGraph graph, SegmentCodes codes, VectorRows rows, float rescoreFactor) {

  /// Nodes to score by their rows where a search does not say how many.
  ///
  /// @param hits wanted
  public int candidates(int hits) {
    return (int) Math.min(Integer.MAX_VALUE, Math.ceil((double) rescoreFactor * hits));
  }

  /// Offers the best nodes that a beam of `ef` finds to `hits`, with exact raw scores.
  ///
  /// @param query of the space of the rows
  /// @param ef accepted nodes to keep by estimate while walking, at least 1
  /// @param candidates the best of them by estimate, which are scored exactly, at least 1; no
  ///   matter where widths say how many are kept
  /// @param widths at which prefixes are compared, the first of them on the walk. Searches that are
  ///   certified, or of whole vectors, walk on these
  /// @param accepted nodes that may be returned; the others are walked through
  /// @param work counts the codes and rows compared
  public void search(
      QueryBuffer query,
      int ef,
      int candidates,
      Widths widths,
      OrdinalFilter accepted,
      TopK hits,
      HnswScratch scratch,
      SearchWork work) {
    CodedScratch coded = scratch.coded;
    work.stages.begin(work);
    boolean isExact = widths.isExact(codes);
    int kept = isExact ? hits.k() : widths.keep(candidates, hits.k());
    Scorer scorer =
        isExact ? coded.exact.bind(rows, query) : coded.estimates.bind(codes, query, widths);
    work.multiplyAdds += query.takeMultiplyAdds();
    scratch.radius.set(rows.space().metric(), kept, ef, graph.dimension(), BeamSearch.RADIUS);
    long compared = work.distanceComputations;
    int beam = widths instanceof Widths.Ladder ? Math.max(ef, kept) : ef;
    BeamSearch.walk(graph, scorer, beam, accepted, scratch, work);
    TopK best = isExact ? hits : coded.candidates;
    if (!isExact) {
      best.reset(kept);
    }
    int found = scratch.sortKept();
    for (int i = found - 1; i >= Math.max(0, found - kept); i--) {
      best.offer(Scored.ordinal(scratch.sorted[i]), Scored.score(scratch.sorted[i]));
    }
    work.stages.end(
        "walk",
        (int) Math.min(rows.space().dimension(), scorer.multiplyAdds()), // Rows may be padded.
        work.distanceComputations - compared,
        best.size(),
        work);
    if (!isExact) {
      coded.rescorer.narrow(codes, widths, query, best, hits.k(), work);
      coded.rescorer.offer(best, rows, widths, query, hits, work);
    }
  }
}

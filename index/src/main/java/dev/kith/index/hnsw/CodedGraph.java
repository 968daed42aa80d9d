package dev.kith.index.hnsw;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.QueryBuffer;
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
  /// @param candidates the best of them by estimate, which are scored exactly, at least 1
  /// @param widths of which the first is what prefixes are compared at
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
    scratch.radius.set(rows.space().metric(), candidates, ef, graph.dimension(), BeamSearch.RADIUS);
    BeamSearch.walk(graph, coded.estimates.bind(codes, query, widths), ef, accepted, scratch, work);
    int kept = scratch.sortKept();
    coded.exact.bind(rows, query);
    int least = Math.max(0, kept - candidates);
    int[] batch = scratch.batch;
    float[] scores = scratch.batchScores;
    for (int from = kept; from > least; ) {
      int count = Math.min(from - least, batch.length);
      from -= count;
      for (int i = 0; i < count; i++) {
        batch[i] = Scored.ordinal(scratch.sorted[from + i]);
      }
      coded.exact.score(batch, count, scores);
      for (int i = 0; i < count; i++) {
        hits.offer(batch[i], scores[i]);
      }
    }
    coded.exact.count(kept - least, work);
  }
}

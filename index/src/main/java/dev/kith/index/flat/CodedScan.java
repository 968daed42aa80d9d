package dev.kith.index.flat;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.store.VectorRows;

/// Rows of which a search reads all codes; the most promising rows are then scored by their
/// vectors, and only those can be returned: a row that its code makes look far is missed.
/// Thread-safe.
///
/// @param codes of all rows
/// @param rows of floats, which only what is about to be returned is read of
/// @param rescoreFactor rows scored exactly for each hit wanted, at least 1
public record CodedScan(SegmentCodes codes, VectorRows rows, float rescoreFactor) {

  /// Rows to score exactly where a search does not say how many.
  ///
  /// @param hits wanted
  public int candidates(int hits) {
    return (int) Math.min(TopK.MAX_K, Math.ceil((double) rescoreFactor * hits));
  }

  /// Offers the best rows to `hits`, with exact raw scores.
  ///
  /// @param query of the space of the rows
  /// @param candidates the best by estimate, which are scored exactly, in `[1, 2^20]`
  /// @param accepted rows that may be returned
  /// @param work counts the codes and rows compared
  public void search(
      QueryBuffer query,
      int candidates,
      OrdinalFilter accepted,
      TopK hits,
      CodedScanScratch scratch,
      SearchWork work) {
    TopK best = scratch.candidates;
    best.reset(candidates);
    scratch.scan.scan(
        scratch.estimates.bind(codes, query),
        new FlatScan.Range(0, rows.capacity()),
        accepted,
        best,
        scratch.stop,
        work);
    scratch.rescorer.offer(best, rows, query, hits, work);
  }
}

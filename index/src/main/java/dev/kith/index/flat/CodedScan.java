package dev.kith.index.flat;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.Widths;
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

  /// Whether a search that says neither widths nor how many rows to score exactly goes on at all
  /// widths until it is certain: where there are prefixes that misses nothing, and takes fewer
  /// products than a scan of the widest. (Of GloVe-100, WordNet definitions and MNIST 51, 80 and 17
  /// % of them, and 49, 114 and 19 % of the time.)
  public boolean isCertified() {
    return codes instanceof PrefixRows;
  }

  /// Offers the best rows to `hits`, with exact raw scores.
  ///
  /// @param query of the space of the rows
  /// @param candidates the best by estimate, which are scored exactly, in `[1, 2^20]`; no matter
  ///   where widths say how many are kept
  /// @param widths at which prefixes are compared
  /// @param accepted rows that may be returned
  /// @param work counts the codes and rows compared
  public void search(
      QueryBuffer query,
      int candidates,
      Widths widths,
      OrdinalFilter accepted,
      TopK hits,
      CodedScanScratch scratch,
      SearchWork work) {
    FlatScan.Range all = new FlatScan.Range(0, rows.capacity());
    if (widths.isExact(codes)) {
      scratch.exact.bind(rows, codes, widths, query).scan(all, accepted, hits, scratch.stop, work);
      return;
    }
    work.stages.begin(work);
    TopK best = scratch.candidates;
    best.reset(widths.keep(candidates, hits.k()));
    Scorer estimates = scratch.estimates.bind(codes, query, widths);
    work.multiplyAdds += query.takeMultiplyAdds();
    scratch.scan.scan(estimates, all, accepted, best, scratch.stop, work);
    work.stages.end("scan", (int) estimates.multiplyAdds(), rows.capacity(), best.size(), work);
    scratch.rescorer.narrow(codes, widths, query, best, hits.k(), work);
    scratch.rescorer.offer(best, rows, widths, query, hits, work);
  }
}

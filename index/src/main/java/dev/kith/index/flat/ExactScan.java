package dev.kith.index.flat;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.TruncatedScorer;
import dev.kith.index.codec.Widths;
import dev.kith.index.store.VectorRows;
import java.util.function.BooleanSupplier;

/// Scans rows and misses none: by whole vectors, or where there are prefixes by those first, which
/// finds the same ([CertifiedScan]). Reused from query to query; not thread-safe.
public final class ExactScan {
  private final F32Scorer wholeScorer = new F32Scorer();
  private final TruncatedScorer truncatedScorer = new TruncatedScorer();
  private final FlatScan whole = new FlatScan();
  private final CertifiedScan certified = new CertifiedScan();
  private Scorer scorer = wholeScorer;
  private boolean isCertified;
  private int width;

  /// Takes a query for rows that have no codes.
  ///
  /// @param widths [Widths.Truncated] for a query of few coordinates
  /// @return this
  public ExactScan bind(VectorRows rows, Widths widths, QueryBuffer query) {
    isCertified = false;
    if (widths instanceof Widths.Truncated(int first)) {
      scorer = truncatedScorer.bind(rows, query, first);
      width = first;
    } else {
      scorer = wholeScorer.bind(rows, query);
      width = rows.space().dimension();
    }
    return this;
  }

  /// Takes a query for rows that have codes.
  ///
  /// @param codes of the same rows, by which some are left if they are prefixes
  /// @param widths [Widths.Full] for whole vectors all the same
  /// @return this
  public ExactScan bind(VectorRows rows, SegmentCodes codes, Widths widths, QueryBuffer query) {
    if (codes instanceof PrefixRows prefixes
        && !(widths instanceof Widths.Full)
        && !(widths instanceof Widths.Truncated)) {
      certified.bind(prefixes, rows, query);
      isCertified = true;
      width = certified.width();
      return this;
    }
    return bind(rows, widths, query);
  }

  /// Coordinates of a row that are compared at first.
  public int width() {
    return width;
  }

  /// Offers those of some rows that are accepted to `hits`, with exact raw scores. What it does is
  /// part of a stage that the caller begins and ends.
  ///
  /// @param count rows, the first of `ordinals`, in `[0, FlatScan.BLOCK]`
  /// @param accepted asked only for rows that may be hits
  public void scan(int[] ordinals, int count, OrdinalFilter accepted, TopK hits, SearchWork work) {
    if (isCertified) {
      certified.scan(ordinals, count, accepted, hits, work);
    } else {
      whole.scan(scorer, ordinals, count, accepted, hits, work);
    }
  }

  /// Offers the accepted rows of a range to `hits`, with exact raw scores.
  ///
  /// @param accepted asked only for rows that may be hits
  /// @param stop polled between blocks; once true the scan ends early
  /// @param work counts every row once, and what is read and multiplied of it
  public void scan(
      FlatScan.Range range,
      OrdinalFilter accepted,
      TopK hits,
      BooleanSupplier stop,
      SearchWork work) {
    work.stages.begin(work);
    if (isCertified) {
      certified.scan(range, accepted, hits, stop, work);
    } else {
      whole.scan(scorer, range, accepted, hits, stop, work);
    }
    work.stages.end("scan", width, range.to() - range.from(), hits.size(), work);
  }

  /// Adds those of some rows that are accepted to `sum`, and offers them to `hits`; otherwise as
  /// [#scan(int[], int, OrdinalFilter, TopK, SearchWork)]. A query that was taken for rows with
  /// codes has no sum: what a row is left by is less than its score.
  ///
  /// @param accepted asked for every row
  public void sum(
      int[] ordinals, int count, OrdinalFilter accepted, ScoreSum sum, TopK hits, SearchWork work) {
    whole.sum(summable(), ordinals, count, accepted, sum, hits, work);
  }

  /// Adds the accepted rows of a range to `sum`, and offers them to `hits`; otherwise as above.
  ///
  /// @param accepted asked for every row
  public void sum(
      FlatScan.Range range,
      OrdinalFilter accepted,
      ScoreSum sum,
      TopK hits,
      BooleanSupplier stop,
      SearchWork work) {
    work.stages.begin(work);
    whole.sum(summable(), range, accepted, sum, hits, stop, work);
    work.stages.end("scan", width, range.to() - range.from(), hits.size(), work);
  }

  private Scorer summable() {
    if (isCertified) {
      throw new IllegalStateException(
          "a sum needs whole vectors of all rows: bind without codes, got prefixes");
    }
    return scorer;
  }
}

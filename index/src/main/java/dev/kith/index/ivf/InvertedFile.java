package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.Widths;
import dev.kith.index.store.VectorRows;
import java.util.Optional;
import java.util.OptionalInt;

/// Rows in lists, read by searches. Thread-safe, over memory that someone else owns.
///
/// A search scores the rows of the lists nearest to it by their codes, and the best of those by
/// their vectors: only exact scores are returned. (Jégou, Douze and Schmid, *Product quantization
/// for nearest neighbor search*, TPAMI 2011, section IV.)
public final class InvertedFile {
  private final InvertedLists lists;
  private final VectorRows rows;
  private final Tuning tuning;

  /// @param rows by position, as the lists are
  /// @throws IllegalArgumentException if there are more or fewer rows than in the lists
  public InvertedFile(InvertedLists lists, VectorRows rows, Tuning tuning) {
    if (rows.capacity() != lists.size()) {
      throw new IllegalArgumentException(
          "lists of %d rows need as many vectors, got %d".formatted(lists.size(), rows.capacity()));
    }
    this.lists = lists;
    this.rows = rows;
    this.tuning = tuning;
  }

  /// The lists.
  public InvertedLists lists() {
    return lists;
  }

  /// The vectors, by position.
  public VectorRows rows() {
    return rows;
  }

  /// The codes of the rows that are not relative to centroids; empty if there are none.
  public Optional<SegmentCodes> codes() {
    return lists.codes() instanceof ListCodes.Rows(SegmentCodes codes)
        ? Optional.of(codes)
        : Optional.empty();
  }

  /// Whether lists can tell what a search wants to know: see [Widths#canUse].
  public boolean canUse(Widths widths) {
    return lists.codes() instanceof ListCodes.Rows(SegmentCodes codes)
        ? widths.canUse(codes)
        : !(widths instanceof Widths.Truncated);
  }

  /// What a search does to find so much of the nearest rows.
  public Tuning tuning() {
    return tuning;
  }

  /// Offers the best rows of the nearest lists to `hits`, with exact raw scores.
  ///
  /// @param query of the space of the rows
  /// @param reach how many lists to read; more while there are fewer rows than wanted
  /// @param rescore rows to score exactly, the best by codes; at least as many as hits are wanted.
  ///   If empty, as many as were measured to do
  /// @param widths at which prefixes are compared
  /// @param accepted rows that may be returned
  /// @param work counts the rows compared and the lists read
  public void search(
      QueryBuffer query,
      Reach reach,
      OptionalInt rescore,
      Widths widths,
      OrdinalFilter accepted,
      TopK hits,
      IvfScratch scratch,
      SearchWork work) {
    Tuning.Setting setting = tuning.of(reach);
    Reach.Until until = reach instanceof Reach.Until asked ? asked : setting.reach();
    if (lists.size() == 0) {
      return;
    }
    work.stages.begin(work);
    int limit = hits.k();
    Widths chosen = widths instanceof Widths.Usual ? setting.widths(limit) : widths;
    scratch.widths = chosen;
    if (isExact(chosen)) {
      bindExactly(query, scratch);
      lists.collect(query, until, limit, accepted, hits, scratch, work);
      return;
    }
    lists.bind(query, scratch);
    TopK candidates = scratch.candidates;
    int usual = Math.max(limit, rescore.orElse(setting.candidates(limit)));
    candidates.reset(chosen.keep(usual, limit));
    lists.collect(query, until, limit, accepted, candidates, scratch, work);
    if (lists.codes() instanceof ListCodes.Rows(SegmentCodes codes)) {
      scratch.rescorer.narrow(codes, chosen, query, candidates, limit, work);
    }
    scratch.rescorer.offer(candidates, rows, chosen, query, hits, work);
  }

  /// Whether lists are scanned for hits, not for candidates.
  private boolean isExact(Widths widths) {
    return switch (lists.codes()) {
      case ListCodes.Plain _ -> true;
      case ListCodes.Rows(SegmentCodes codes) -> widths.isExact(codes);
      case ListCodes.Relative _ -> false;
    };
  }

  private void bindExactly(QueryBuffer query, IvfScratch scratch) {
    if (lists.codes() instanceof ListCodes.Rows(SegmentCodes codes)
        && codes instanceof PrefixRows prefixes
        && scratch.widths instanceof Widths.Certified) {
      scratch.certified.bind(prefixes, rows, query);
    } else {
      scratch.bound = scratch.scorer.bind(rows, query);
    }
  }
}

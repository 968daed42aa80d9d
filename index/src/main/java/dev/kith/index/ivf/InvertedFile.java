package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.Widths;
import dev.kith.index.store.VectorRows;
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
    scratch.widths = widths;
    if (lists.codes() instanceof ListCodes.Plain) {
      lists.collect(query, until, hits.k(), accepted, hits, scratch, work);
      return;
    }
    SegmentCodes codes = lists.codes() instanceof ListCodes.Rows own ? own.codes() : null;
    if (codes instanceof PrefixRows prefixes && widths instanceof Widths.Certified) {
      scratch.certified.bind(prefixes, rows, query);
      lists.collect(query, until, hits.k(), accepted, hits, scratch, work);
      return;
    }
    TopK candidates = scratch.candidates;
    int usual = Math.max(hits.k(), rescore.orElse(setting.candidates(hits.k())));
    candidates.reset(widths.keep(usual, hits.k()));
    lists.collect(query, until, hits.k(), accepted, candidates, scratch, work);
    if (codes != null) {
      scratch.rescorer.narrow(codes, widths, query, candidates, hits.k(), work);
    }
    scratch.rescorer.offer(candidates, rows, query, hits, work);
  }
}

package dev.kith.index.plan;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.util.Optional;

/// A segment as a search sees it. Thread-safe.
///
/// The caller guarantees that the segment stays open for the length of every call, as a lease on a
/// [dev.kith.index.store.Published] set of segments does; calls do not check.
public interface SegmentReader {

  /// The shape of every vector here.
  VectorSpace space();

  /// Rows that searches see, dead ones included. Ordinals are `[0, size())`.
  int size();

  /// Rows that searches may return.
  int liveCount();

  /// The number the owner of the segment gave to a row; no two rows have the same.
  ///
  /// @throws IndexOutOfBoundsException if there is no such row
  long label(int ordinal);

  /// The row whose label is greater than those of `position` other rows. Ordinals ascend with
  /// labels, unless the index puts rows in an order of its own.
  ///
  /// @param position in `[0, size())`
  default int ordinalAt(int position) {
    return position;
  }

  /// The row with this label, dead or alive, or -1 if there is none.
  int ordinalOf(long label);

  /// Offers the best live rows to `hits`, with raw scores (see
  /// [dev.kith.index.codec.Scores#external]).
  ///
  /// Ends early, with whatever was found, once `scratch` says so.
  ///
  /// @param query of the same space
  /// @param hits reset by the caller to the plan's limit
  /// @param scratch owned by the calling thread; counts the work
  default void probe(SearchPlan plan, QueryBuffer query, TopK hits, SearchScratch scratch) {
    probe(plan, query, returned(), hits, scratch);
  }

  /// Which of the rows below [#size()] a search may return.
  default OrdinalFilter returned() {
    return tombstones().alive();
  }

  /// Offers the best of the rows that `returned` accepts, whatever [#tombstones()] says: a search
  /// that began before a row was killed may go on seeing it. Otherwise as above.
  ///
  /// @param returned asked for any row below [#size()], while rows are appended and killed
  void probe(
      SearchPlan plan, QueryBuffer query, OrdinalFilter returned, TopK hits, SearchScratch scratch);

  /// The vectors by ordinal, of unit length under COSINE. Borrowed, not to be changed.
  VectorRows rows();

  /// Which rows are dead. Killing one hides it from every search that starts later.
  Tombstones tombstones();

  /// What searches do to find so much, as it was measured; empty if nothing was.
  default Optional<Tuning> tuning() {
    return Optional.empty();
  }

  /// The centroids of its lists, borrowed; empty if rows are in none.
  default Optional<VectorRows> listCentroids() {
    return Optional.empty();
  }

  /// Bytes of memory or mapped file in use.
  long bytes();
}

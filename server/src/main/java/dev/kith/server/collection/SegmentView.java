package dev.kith.server.collection;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// A segment as it was at a [Horizon], though it goes on taking rows and losing them.
///
/// Without this a search could look at a segment after a point's old row died and at another before
/// the point's new row came, and miss a point that was there all the time.
final class SegmentView implements SegmentReader {
  private final SegmentReader segment;
  private final Tombstones tombstones;
  private final DeathLog.Since deaths;
  private final int size;
  private final long lastRow;

  /// Whether no row is too young.
  private final boolean whole;

  /// Labels of rows that may be returned; null if those of all may.
  private final @Nullable LongPredicate accepted;

  /// @param deaths shared by the views of one search
  /// @param accepted asked by label which rows may be returned besides; null if all may
  SegmentView(
      SegmentReader segment,
      Horizon horizon,
      DeathLog.Since deaths,
      @Nullable LongPredicate accepted) {
    this.segment = segment;
    this.tombstones = segment.tombstones();
    this.deaths = deaths;
    this.size = segment.size();
    this.lastRow = horizon.lastRow();
    this.accepted = accepted;
    this.whole = size == 0 || segment.label(segment.ordinalAt(size - 1)) <= lastRow;
  }

  private boolean isVisible(int ordinal) {
    return ordinal < size
        && (whole || segment.label(ordinal) <= lastRow)
        && (!tombstones.isDead(ordinal) || deaths.contains(segment.label(ordinal)));
  }

  private boolean isWanted(int ordinal) {
    return isVisible(ordinal) && (accepted == null || accepted.test(segment.label(ordinal)));
  }

  @Override
  public OrdinalFilter returned() {
    return accepted == null ? this::isVisible : this::isWanted;
  }

  @Override
  public void probe(SearchPlan plan, QueryBuffer query, TopK hits, SearchScratch scratch) {
    segment.probe(plan, query, returned(), hits, scratch);
  }

  @Override
  public void probe(
      SearchPlan plan,
      QueryBuffer query,
      OrdinalFilter returned,
      TopK hits,
      SearchScratch scratch) {
    segment.probe(
        plan, query, ordinal -> isWanted(ordinal) && returned.accepts(ordinal), hits, scratch);
  }

  @Override
  public VectorSpace space() {
    return segment.space();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int liveCount() {
    return Math.min(size, segment.liveCount());
  }

  @Override
  public long label(int ordinal) {
    return segment.label(ordinal);
  }

  @Override
  public int ordinalAt(int position) {
    return segment.ordinalAt(position);
  }

  @Override
  public int ordinalOf(long label) {
    return segment.ordinalOf(label);
  }

  @Override
  public VectorRows rows() {
    return segment.rows();
  }

  @Override
  public Tombstones tombstones() {
    return tombstones;
  }

  @Override
  public Optional<Tuning> tuning() {
    return segment.tuning();
  }

  @Override
  public Optional<VectorRows> listCentroids() {
    return segment.listCentroids();
  }

  @Override
  public long bytes() {
    return segment.bytes();
  }
}

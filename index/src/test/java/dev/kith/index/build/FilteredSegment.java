package dev.kith.index.build;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.util.function.LongPredicate;

/// A segment of whose live rows only some are returned, by their labels.
record FilteredSegment(SegmentReader segment, LongPredicate accepted) implements SegmentReader {

  @Override
  public OrdinalFilter returned() {
    OrdinalFilter alive = segment.returned();
    return ordinal -> alive.accepts(ordinal) && accepted.test(segment.label(ordinal));
  }

  @Override
  public void probe(
      SearchPlan plan,
      QueryBuffer query,
      OrdinalFilter returned,
      TopK hits,
      SearchScratch scratch) {
    segment.probe(plan, query, returned, hits, scratch);
  }

  @Override
  public VectorSpace space() {
    return segment.space();
  }

  @Override
  public int size() {
    return segment.size();
  }

  @Override
  public int liveCount() {
    return segment.liveCount();
  }

  @Override
  public long label(int ordinal) {
    return segment.label(ordinal);
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
    return segment.tombstones();
  }

  @Override
  public long bytes() {
    return segment.bytes();
  }
}

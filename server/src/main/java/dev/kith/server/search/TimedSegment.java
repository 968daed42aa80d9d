package dev.kith.server.search;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import dev.kith.server.search.SearchAnswer.StageWork;
import java.util.OptionalLong;

/// A segment that remembers what its last probe cost. Used only where a search is explained, so
/// that others pay nothing for it.
final class TimedSegment implements SegmentReader {
  private final SegmentReader segment;
  private final long number;
  private StageWork last = new StageWork("probe", OptionalLong.empty(), 0, 0, 0, 0, 0);

  TimedSegment(SegmentReader segment, long number) {
    this.segment = segment;
    this.number = number;
  }

  /// What the last probe cost.
  StageWork last() {
    return last;
  }

  @Override
  public void probe(SearchPlan plan, QueryBuffer query, TopK hits, SearchScratch scratch) {
    measure(hits, scratch, () -> segment.probe(plan, query, hits, scratch));
  }

  @Override
  public void probe(
      SearchPlan plan,
      QueryBuffer query,
      OrdinalFilter returned,
      TopK hits,
      SearchScratch scratch) {
    measure(hits, scratch, () -> segment.probe(plan, query, returned, hits, scratch));
  }

  private void measure(TopK hits, SearchScratch scratch, Runnable probe) {
    SearchWork work = scratch.work();
    long distances = work.distanceComputations;
    long nodes = work.nodesVisited;
    long bytes = work.bytesScanned;
    long began = System.nanoTime();
    probe.run();
    last =
        new StageWork(
            "probe",
            OptionalLong.of(number),
            work.distanceComputations - distances,
            work.nodesVisited - nodes,
            work.bytesScanned - bytes,
            hits.size(),
            System.nanoTime() - began);
  }

  @Override
  public VectorRows rows() {
    return segment.rows();
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
  public int ordinalAt(int position) {
    return segment.ordinalAt(position);
  }

  @Override
  public int ordinalOf(long label) {
    return segment.ordinalOf(label);
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

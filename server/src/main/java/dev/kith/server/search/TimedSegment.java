package dev.kith.server.search;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchStages;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import dev.kith.server.search.SearchAnswer.Stage;
import dev.kith.server.search.SearchAnswer.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// A segment that remembers what its last probe and its parts cost. Used only where a search is
/// explained, so that others pay nothing for it.
final class TimedSegment implements SegmentReader {
  private final SegmentReader segment;
  private final long number;
  private List<Stage> stages = List.of();
  private long nanos;

  TimedSegment(SegmentReader segment, long number) {
    this.segment = segment;
    this.number = number;
  }

  /// The last probe, and then its parts.
  List<Stage> stages() {
    return stages;
  }

  /// What the last probe took.
  long nanos() {
    return nanos;
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
    long multiplyAdds = work.multiplyAdds;
    work.stages.keep(true);
    long began = System.nanoTime();
    try {
      probe.run();
      nanos = System.nanoTime() - began;
      Work done =
          new Work(
              work.distanceComputations - distances,
              work.nodesVisited - nodes,
              work.bytesScanned - bytes,
              work.multiplyAdds - multiplyAdds);
      List<Stage> all = new ArrayList<>();
      all.add(stage("probe", OptionalInt.empty(), OptionalLong.empty(), hits.size(), done, nanos));
      work.stages.kept().forEach(part -> all.add(part(part)));
      stages = List.copyOf(all);
    } finally {
      work.stages.keep(false);
    }
  }

  private Stage part(SearchStages.Stage part) {
    return stage(
        part.name(),
        part.width() > 0 ? OptionalInt.of(part.width()) : OptionalInt.empty(),
        OptionalLong.of(part.in()),
        part.out(),
        new Work(0, 0, part.bytes(), part.multiplyAdds()),
        part.nanos());
  }

  private Stage stage(
      String name, OptionalInt width, OptionalLong in, long out, Work work, long took) {
    return new Stage(name, OptionalLong.of(number), width, in, out, work, took);
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

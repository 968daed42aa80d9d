package dev.kith.server.search;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchStages;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import dev.kith.server.search.SearchAnswer.Stage;
import dev.kith.server.search.SearchAnswer.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// A segment that remembers what its probes and their parts cost: one probe, or two where a search
/// begins anew. Used only where a search is explained, so that others pay nothing for it.
final class TimedSegment implements SegmentReader {
  private final SegmentReader segment;
  private final long number;
  private final List<Stage> parts = new ArrayList<>();
  private Work work = Work.NONE;
  private long out;
  private long nanos;

  TimedSegment(SegmentReader segment, long number) {
    this.segment = segment;
    this.number = number;
  }

  /// All probes, with what candidates the last one left, and then their parts.
  List<Stage> stages() {
    List<Stage> stages = new ArrayList<>();
    stages.add(stage("probe", OptionalInt.empty(), OptionalLong.empty(), out, work, nanos));
    stages.addAll(parts);
    return stages;
  }

  /// Candidates that the last probe left.
  long out() {
    return out;
  }

  /// What the probes took.
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

  @Override
  public OrdinalFilter returned() {
    return segment.returned();
  }

  private void measure(TopK hits, SearchScratch scratch, Runnable probe) {
    SearchWork done = scratch.work();
    long distances = done.distanceComputations;
    long nodes = done.nodesVisited;
    long bytes = done.bytesScanned;
    long multiplyAdds = done.multiplyAdds;
    done.stages.keep(true);
    long began = System.nanoTime();
    try {
      probe.run();
      nanos += System.nanoTime() - began;
      work =
          new Work(
              work.distanceComputations() + done.distanceComputations - distances,
              work.nodesVisited() + done.nodesVisited - nodes,
              work.bytesScanned() + done.bytesScanned - bytes,
              work.multiplyAdds() + done.multiplyAdds - multiplyAdds);
      out = hits.size();
      done.stages.kept().forEach(part -> parts.add(part(part)));
    } finally {
      done.stages.keep(false);
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
      String name, OptionalInt width, OptionalLong in, long left, Work spent, long took) {
    return new Stage(name, OptionalLong.of(number), width, in, left, spent, took);
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

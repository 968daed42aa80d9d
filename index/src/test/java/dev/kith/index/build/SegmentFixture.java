package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// What tests of segments do over and over.
public final class SegmentFixture {

  private SegmentFixture() {}

  /// Appends `[from, to)` of the mixture, labelled by position times ten, and publishes.
  public static void append(GrowingSegment segment, Mixture mixture, int from, int to) {
    for (int i = from; i < to; i++) {
      assertEquals(i, segment.append(10L * i, mixture.bytes(i), 0));
    }
    segment.publish();
  }

  /// Links all that is published, on this thread.
  public static void link(GrowingSegment segment) {
    HnswScratch scratch = new HnswScratch();
    boolean more = true;
    while (more) {
      more = segment.linkNext(scratch);
    }
    assertEquals(segment.size(), segment.linked());
  }

  /// Links all that a merge has to link, on this thread.
  static void link(SegmentMerge merge) {
    HnswScratch scratch = new HnswScratch();
    while (merge.linked() < merge.rows()) {
      assertTrue(merge.linkNext(scratch));
    }
    assertFalse(merge.linkNext(scratch));
  }

  /// A linked segment of the whole mixture.
  public static GrowingSegment linked(Mixture mixture, IndexSpec index) {
    GrowingSegment segment =
        GrowingSegment.create(mixture.space(), index, Math.max(1, mixture.count()));
    append(segment, mixture, 0, mixture.count());
    link(segment);
    return segment;
  }

  /// Labels of the hits of one search, best first.
  public static long[] search(SegmentReader segment, float[] query, SearchPlan plan) {
    PlanRunner runner = new PlanRunner();
    try (QueryBuffer buffer = new QueryBuffer(segment.space())) {
      buffer.set(query);
      assertTrue(runner.run(plan, buffer, List.of(segment), () -> false));
    }
    return IntStream.range(0, runner.size())
        .mapToLong(rank -> segment.label(runner.ordinal(rank)))
        .toArray();
  }

  /// Share of the true ten nearest that a beam finds, over the queries.
  public static double recall(
      SegmentReader segment, Mixture base, Mixture queries, int ef, IntPredicate alive) {
    SearchPlan plan = new SearchPlan(10, new Probe.Beam(ef));
    int found = 0;
    int wanted = 0;
    for (float[] query : queries.vectors()) {
      int[] truth = base.nearest(query, 10, base.count(), alive);
      long[] hits = search(segment, query, plan);
      for (int ordinal : truth) {
        found += IntStream.range(0, hits.length).anyMatch(i -> hits[i] == 10L * ordinal) ? 1 : 0;
      }
      wanted += truth.length;
    }
    return found / (double) wanted;
  }

  public static void assertClean(GrowingSegment segment) {
    assertEquals(List.of(), segment.verify());
  }

  public static void assertClean(SealedSegment segment) {
    assertEquals(List.of(), segment.verify());
  }
}

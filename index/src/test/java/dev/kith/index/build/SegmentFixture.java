package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.work.OrderedWorkTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

  /// Rows `[from, to)` of the mixture, labelled by position times ten, without the dead, sealed.
  ///
  /// @param folder takes the file
  static SealedSegment seal(
      Path folder, Mixture mixture, IndexSpec index, int from, int to, IntPredicate dead)
      throws IOException {
    Path file = Files.createTempFile(folder, "segment", "");
    try (GrowingSegment growing =
        GrowingSegment.create(mixture.space(), index, Math.max(1, to - from))) {
      for (int i = from; i < to; i++) {
        if (!dead.test(i)) {
          growing.append(10L * i, mixture.bytes(i), 0);
        }
      }
      growing.publish();
      link(growing);
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    return SealedSegment.open(file, mixture.space());
  }

  /// What a merge makes of segments.
  ///
  /// @param folder takes the file
  static SealedSegment merge(Path folder, IndexSpec index, List<SealedSegment> inputs)
      throws IOException {
    Path file = Files.createTempFile(folder, "merged", "");
    try (SegmentMerge merge = SegmentMerge.start(index, inputs, SealProgress.IGNORED)) {
      link(merge);
      merge.write(file, 1, 1, SealProgress.IGNORED);
    }
    return SealedSegment.open(file, inputs.getFirst().space());
  }

  /// Seals, and expects reports that rise from 0 to the total, on this thread.
  static void assertProgressRises(
      GrowingSegment growing, Path file, int threads, long total, int least) throws IOException {
    Thread caller = Thread.currentThread();
    List<Long> reports = new ArrayList<>();
    growing.seal(
        file,
        1,
        threads,
        (done, of) -> {
          assertSame(caller, Thread.currentThread());
          assertEquals(total, of);
          reports.add(done);
        });
    assertEquals(0, reports.getFirst());
    assertEquals(total, reports.getLast());
    assertTrue(reports.size() > least, reports.toString());
    assertArrayEquals(reports.stream().sorted().toArray(), reports.toArray());
  }

  /// Seals, is told to stop at one report after the other, and expects nothing to be left.
  ///
  /// @param folder takes the file, and is empty
  static void assertStopsAtAnyReport(
      GrowingSegment growing, Path folder, int threads, long total, long step) throws Exception {
    for (long stopAt = 0; stopAt <= total; stopAt += step) {
      long limit = stopAt;
      assertThrows(
          CancellationException.class,
          () ->
              growing.seal(
                  folder.resolve("segment"),
                  1,
                  threads,
                  (done, _) -> {
                    if (done >= limit) {
                      throw new CancellationException("enough");
                    }
                  }));
      assertEmpty(folder);
      OrderedWorkTest.assertEnded(
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("kith-index-helper-"))
              .toList());
    }
  }

  public static void assertEmpty(Path folder) throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
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

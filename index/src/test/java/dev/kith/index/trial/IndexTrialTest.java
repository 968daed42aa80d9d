package dev.kith.index.trial;

import static dev.kith.index.build.SegmentFixture.append;
import static dev.kith.index.build.SegmentFixture.assertEmpty;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Mixture;
import dev.kith.index.store.VectorRows;
import dev.kith.index.trial.IndexTrial.Candidate;
import dev.kith.index.trial.IndexTrial.Conditions;
import dev.kith.index.trial.IndexTrial.Verdict;
import dev.kith.index.work.OrderedWorkTest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class IndexTrialTest {
  private static final Conditions CONDITIONS = new Conditions(0.9, OptionalInt.empty(), 1);
  private static final int QUERIES = TrialSample.QUERIES;

  @TempDir Path scratch;

  /// By which a turn of sixteen searches takes a microsecond a search, whatever it does.
  private static LongSupplier steadyClock() {
    long[] now = new long[1];
    return () -> now[0] += 16_000;
  }

  private static GrowingSegment segment(Mixture mixture) {
    GrowingSegment segment =
        GrowingSegment.create(mixture.space(), new IndexSpec.Flat(), mixture.count());
    append(segment, mixture, 0, mixture.count());
    return segment;
  }

  private Verdict run(Mixture mixture, Conditions conditions, LongSupplier clock, Runnable step)
      throws IOException, InterruptedException {
    try (GrowingSegment segment = segment(mixture)) {
      return IndexTrial.run(List.of(segment), conditions, 2, scratch, clock, step);
    } finally {
      assertEmpty(scratch);
    }
  }

  private static Mixture clusters(Metric metric, int count, long seed) {
    return Mixture.of(new VectorSpace(16, metric), count, 8, seed);
  }

  @ParameterizedTest(name = "{0}, seed 1")
  @EnumSource(Metric.class)
  void everyIndexFindsEnoughAndOfEquallyQuickOnesTheSimplestIsChosen_seed1(Metric metric)
      throws Exception {
    Verdict verdict = run(clusters(metric, 2256, 1), CONDITIONS, steadyClock(), () -> {});
    assertEquals(2256, verdict.rows());
    assertEquals(2000, verdict.sampled());
    assertEquals(6, verdict.candidates().size());
    for (Candidate candidate : verdict.candidates()) {
      assertTrue(candidate.recall() >= 0.9, candidate.toString());
      assertEquals(1e6, candidate.queriesPerSecond(), 0.13e6, candidate.toString());
      assertTrue(candidate.bytes() > 8 && candidate.bytes() < 2000, candidate.toString());
    }
    assertEquals(new IndexSpec.Flat(), verdict.index());
    assertTrue(verdict.reason().startsWith("With a scan of all points "), verdict.reason());
  }

  @Test
  void theOneThatIsQuickestByTheClockIsChosen_seed2() throws Exception {
    int[] readings = new int[1];
    long[] now = new long[1];
    // A scan comes first, and takes twelve readings.
    LongSupplier clock = () -> now[0] += ++readings[0] <= 12 ? 160_000 : 16_000;
    Verdict verdict = run(clusters(Metric.COSINE, 2256, 2), CONDITIONS, clock, () -> {});
    assertEquals(Measurements.GRAPH, verdict.index());
    assertTrue(verdict.reason().startsWith("With a graph of vectors "), verdict.reason());
  }

  @Test
  void whatTakesMoreMemoryThanAllowedIsNotChosen_seed3() throws Exception {
    Conditions tight = new Conditions(0.9, OptionalInt.of(40), 1);
    Verdict verdict = run(clusters(Metric.COSINE, 2256, 3), tight, steadyClock(), () -> {});
    assertInstanceOf(IndexSpec.Ivf.class, verdict.index());
    assertTrue(verdict.reason().startsWith("With inverted lists of rabitq "), verdict.reason());
    Candidate chosen = candidate(verdict, verdict.index());
    assertTrue(chosen.bytes() <= 40, chosen.toString());
  }

  private static Candidate candidate(Verdict verdict, IndexSpec index) {
    return verdict.candidates().stream()
        .filter(one -> one.index().equals(index))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theDimensionOfTheDataIsTold_seed4() throws Exception {
    VectorSpace space = new VectorSpace(20, Metric.COSINE);
    Mixture sphere = MedianDimensionTest.sphere(space, 5, 3256, 4);
    Verdict verdict = run(sphere, CONDITIONS, steadyClock(), () -> {});
    assertEquals(5, verdict.localDimension(), 0.15 * 5);
    assertTrue(
        verdict.reason().endsWith("Measured on 3,000 of 3,256 points, whose local dimension is 5."),
        verdict.reason());
  }

  @Test
  void fewRowsAreScannedWithoutATrial_seed5() throws Exception {
    Verdict verdict =
        run(clusters(Metric.DOT, 1023 + QUERIES, 5), CONDITIONS, steadyClock(), () -> {});
    assertEquals(new IndexSpec.Flat(), verdict.index());
    assertEquals(List.of(), verdict.candidates());
    assertEquals("1,279 points are so few that a scan of all is quick.", verdict.reason());
  }

  @Test
  void aPartOfTheRowsTellsOfMore_seed6() throws Exception {
    Mixture mixture = clusters(Metric.EUCLIDEAN, 2256, 6);
    try (GrowingSegment segment = segment(mixture)) {
      Workplace place = new Workplace(1, scratch, steadyClock(), () -> {});
      TrialSample sample = TrialSample.draw(List.of(segment), 2000, 1, () -> {});
      List<Candidate> here = candidates(sample, place, 2000);
      List<Candidate> more = candidates(sample, place, 32_000);
      for (int i = 0; i < here.size(); i++) {
        double times = here.get(i).queriesPerSecond() / more.get(i).queriesPerSecond();
        switch (here.get(i).index()) {
          case IndexSpec.Flat _ -> assertEquals(16, times, 1e-9);
          case IndexSpec.Hnsw _ -> assertTrue(times >= 1 && times <= 4.4, "graph " + times);
          case IndexSpec.Ivf _ -> assertTrue(times >= 2 && times <= 8.1, "lists " + times);
        }
      }
      assertEmpty(scratch);
    }
  }

  private static List<Candidate> candidates(TrialSample sample, Workplace place, long rows)
      throws IOException, InterruptedException {
    VectorSpace space = new VectorSpace(16, Metric.EUCLIDEAN);
    try (Arena arena = Arena.ofShared();
        TrialSegments segments = new TrialSegments(sample, space, Measurements.GRAPH, place)) {
      VectorRows queries = sample.queries(arena);
      try (TrialSearches searches = new TrialSearches(queries, 0.9, place)) {
        return new Measurements(sample, queries, segments, searches, place).candidates(rows);
      }
    }
  }

  @Test
  void aStepMayEndItAndNothingIsLeft_seed7() throws Exception {
    Mixture mixture = clusters(Metric.COSINE, 1300, 7);
    int[] steps = new int[1];
    Thread caller = Thread.currentThread();
    run(
        mixture,
        CONDITIONS,
        steadyClock(),
        () -> {
          assertSame(caller, Thread.currentThread());
          steps[0]++;
        });
    int all = steps[0];
    for (int end = 1; end < 0.8 * all; end += all / 12) {
      steps[0] = 0;
      int last = end;
      assertThrows(
          CancellationException.class,
          () ->
              run(
                  mixture,
                  CONDITIONS,
                  steadyClock(),
                  () -> {
                    if (++steps[0] == last) {
                      throw new CancellationException("enough");
                    }
                  }));
      assertEquals(end, steps[0]);
      OrderedWorkTest.assertEnded(
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("kith-index-helper-"))
              .toList());
    }
  }

  @Test
  void anInterruptEndsItWhereverItIs_seed8() throws Exception {
    Mixture mixture = clusters(Metric.COSINE, 1300, 8);
    int[] steps = new int[1];
    run(mixture, CONDITIONS, steadyClock(), () -> steps[0]++);
    int all = steps[0];
    for (int at = 1; at < 0.8 * all; at += all / 6) {
      steps[0] = 0;
      int last = at;
      assertThrows(
          InterruptedException.class,
          () ->
              run(
                  mixture,
                  CONDITIONS,
                  steadyClock(),
                  () -> {
                    if (++steps[0] == last) {
                      Thread.currentThread().interrupt();
                    }
                  }));
      Thread.interrupted(); // It may still be set.
    }
  }

  @Test
  void conditionsThatCannotBeMetAreRefused() {
    for (double recall : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> new Conditions(recall, OptionalInt.empty(), 1));
    }
    assertThrows(IllegalArgumentException.class, () -> new Conditions(.9, OptionalInt.of(0), 1));
  }
}

package dev.kith.index.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.build.Mixture;
import dev.kith.index.build.SegmentFixture;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.store.VectorRows;
import dev.kith.index.trial.TrialSearches.Climb;
import dev.kith.index.trial.TrialSearches.Ladder;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class TrialSearchesTest {
  private static final VectorSpace SPACE = new VectorSpace(24, Metric.EUCLIDEAN);
  private static final IndexSpec GRAPH =
      new IndexSpec.Hnsw(new HnswParams(4, 20, 1), Layout.COMPACT);
  private static final int ROWS = 3000;
  private static final int QUERIES = 40;

  private static final Mixture ALL = Mixture.of(SPACE, ROWS + QUERIES, 3, 1);
  private static final Arena ARENA = Arena.ofShared();
  private static GrowingSegment segment;
  private static VectorRows queries;
  private static float[][] nearest;

  @BeforeAll
  static void link() throws InterruptedException {
    segment = SegmentFixture.linked(ALL.part(0, ROWS), GRAPH);
    queries = NearestScoresTest.rows(ALL.part(ROWS, ROWS + QUERIES), ARENA);
    nearest = NearestScores.of(segment.rows(), ROWS, queries, 10, 1, () -> {});
  }

  @AfterAll
  static void close() {
    segment.close();
    ARENA.close();
  }

  private static TrialSearches searches(double wanted, LongSupplier clock, Runnable step) {
    return new TrialSearches(queries, wanted, new Workplace(1, Path.of(""), clock, step));
  }

  private static double recall(int ef) {
    SearchPlan plan = new SearchPlan(10, new Probe.Beam(ef));
    int found = 0;
    for (int query = ROWS; query < ROWS + QUERIES; query++) {
      float[] vector = ALL.vectors()[query];
      long[] hits = SegmentFixture.search(segment, vector, plan);
      int[] truth = ALL.nearest(vector, 10, ROWS, _ -> true);
      found +=
          (int)
              Arrays.stream(truth)
                  .filter(row -> LongStream.of(hits).anyMatch(hit -> hit == 10L * row))
                  .count();
    }
    return found / (10.0 * QUERIES);
  }

  @Test
  void theClimbEndsWithTheLeastEffortThatFindsEnough_seed1() {
    int[] efs = {10, 14, 20, 28, 40, 56, 79, 111, 156, 219};
    double[] recalls = IntStream.of(efs).mapToDouble(TrialSearchesTest::recall).toArray();
    for (double wanted = 0.4; wanted < recalls[efs.length - 1]; wanted += 0.03) {
      int end = 0;
      while (recalls[end] < wanted) {
        end++;
      }
      double expected = end == 0 ? recalls[0] : wanted;
      try (TrialSearches searches = searches(wanted, () -> 0, () -> {})) {
        Climb climb = searches.climb(segment, nearest, Ladder.beams());
        assertEquals(expected, climb.recall(), 1e-9);
        assertEquals(new Probe.Beam(efs[end]), climb.enough().probe());
        assertEquals(new Probe.Beam(efs[Math.max(0, end - 1)]), climb.below().probe());
      }
    }
  }

  @Test
  void whatNoEffortFindsIsSaid_seed1() {
    try (TrialSearches searches = searches(1, () -> 0, () -> {})) {
      Climb climb = searches.climb(segment, nearest, new Ladder(10, 14, Probe.Beam::new));
      assertEquals(recall(14), climb.recall(), 1e-9);
      assertTrue(climb.recall() < 1);
      assertEquals(climb.enough().distances(), climb.distances());
    }
  }

  @Test
  void betweenTwoRungsWorkAndTimeAreInterpolated_seed1() {
    double low = recall(10);
    double high = recall(14);
    double share = 0.25;
    // Passes over the queries of the lower and of the higher rung in turn; the first pair warms up.
    long[] passes = {1, 1, 400, 900, 300, 800, 500, 700, 400, 750, 350, 999};
    try (TrialSearches searches = searches(low + share * (high - low), ticks(passes), () -> {})) {
      Climb climb = searches.climb(segment, nearest, Ladder.beams());
      double below = climb.below().distances();
      assertEquals(below + share * (climb.enough().distances() - below), climb.distances(), 1e-6);
      assertEquals((300 + share * (700 - 300)) / QUERIES, searches.nanos(segment, climb), 1e-6);
    }
  }

  /// A clock by which passes take so long; each is timed in three turns.
  private static LongSupplier ticks(long... passes) {
    List<Long> readings = new ArrayList<>();
    for (long pass : passes) {
      for (long turn : new long[] {pass / 3, pass / 3, pass - 2 * (pass / 3)}) {
        readings.add(0L);
        readings.add(turn);
      }
    }
    return readings.iterator()::next;
  }

  @Test
  void aScanIsTimedWithAFewQueries_seed1() {
    long[] readings = {0, 1, 0, 480, 0, 320, 0, 640, 0, 800, 0, 960};
    LongSupplier clock = LongStream.of(readings).iterator()::next;
    try (TrialSearches searches = searches(1, clock, () -> {})) {
      assertEquals(320 / 16.0, searches.scanNanos(segment));
    }
  }

  @Test
  void aClockThatStandsStillMakesNoSearchTakeNothing_seed1() {
    try (TrialSearches searches = searches(0.9, () -> 7, () -> {})) {
      Climb climb = searches.climb(segment, nearest, Ladder.beams());
      assertEquals(1, searches.nanos(segment, climb));
    }
  }

  @Test
  void timeSpentInStepsDoesNotCount_seed1() {
    long[] now = new long[1];
    try (TrialSearches searches = searches(0.9, () -> now[0], () -> now[0] += 1_000_000)) {
      assertEquals(1, searches.scanNanos(segment));
    }
  }

  @Test
  void aStepMayEndIt_seed1() {
    int[] steps = new int[1];
    Runnable third =
        () -> {
          if (++steps[0] == 3) {
            throw new CancellationException("enough");
          }
        };
    try (TrialSearches searches = searches(0.9, () -> 0, third)) {
      assertThrows(
          CancellationException.class, () -> searches.climb(segment, nearest, Ladder.beams()));
      steps[0] = 0;
      assertThrows(CancellationException.class, () -> searches.scanNanos(segment));
    }
  }
}

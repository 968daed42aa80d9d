package dev.kith.index.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.QueryBuffer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlanRunnerTest {
  private static final VectorSpace SPACE = new VectorSpace(3, Metric.EUCLIDEAN);

  private record Hit(int segment, int ordinal, float score) {}

  // Coarse coordinates make ties between segments common.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void mergesSegmentsAsOneSortOfAllTheirRowsWould(long seed) {
    Random random = new Random(seed);
    List<GrowingSegment> segments = new ArrayList<>();
    List<Hit> all = new ArrayList<>();
    for (int s = 0; s < random.nextInt(5); s++) {
      GrowingSegment segment = GrowingSegment.create(SPACE, new IndexSpec.Flat(), 200);
      segments.add(segment);
      for (int i = 0; i < random.nextInt(200); i++) {
        float[] vector = vector(random);
        int ordinal = segment.append(i, MemorySegment.ofArray(vector), 0);
        boolean dead = random.nextInt(4) == 0;
        if (dead) {
          segment.tombstones().kill(ordinal);
        } else {
          float norm = vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2];
          all.add(new Hit(s, ordinal, -norm));
        }
      }
      segment.publish();
    }
    all.sort(
        Comparator.comparingDouble((Hit hit) -> -hit.score())
            .thenComparingInt(Hit::segment)
            .thenComparingInt(Hit::ordinal));
    PlanRunner runner = new PlanRunner();
    try (QueryBuffer query = new QueryBuffer(SPACE)) {
      query.set(new float[3]);
      for (int limit : new int[] {1, 10, 1000, 3}) {
        SearchPlan plan = new SearchPlan(limit, new Probe.Exact());
        assertTrue(runner.run(plan, query, segments, () -> false));
        List<Hit> hits = new ArrayList<>();
        for (int rank = 0; rank < runner.size(); rank++) {
          hits.add(new Hit(runner.segment(rank), runner.ordinal(rank), runner.score(rank)));
        }
        assertEquals(all.subList(0, Math.min(limit, all.size())), hits);
      }
    }
    segments.forEach(GrowingSegment::close);
  }

  @Test
  void aSearchThatIsStoppedSaysSoAndHasNoHits() {
    try (GrowingSegment segment = GrowingSegment.create(SPACE, new IndexSpec.Flat(), 5000);
        QueryBuffer query = new QueryBuffer(SPACE)) {
      Random random = new Random(1);
      for (int i = 0; i < 5000; i++) {
        segment.append(i, MemorySegment.ofArray(vector(random)), 0);
      }
      segment.publish();
      query.set(new float[3]);
      PlanRunner runner = new PlanRunner();
      SearchPlan plan = new SearchPlan(10, new Probe.Exact());
      assertTrue(runner.run(plan, query, List.of(segment), () -> false));
      assertEquals(5000, runner.work().distanceComputations);
      AtomicInteger polls = new AtomicInteger();
      assertFalse(runner.run(plan, query, List.of(segment), () -> polls.incrementAndGet() > 3));
      assertEquals(0, runner.size());
      assertTrue(runner.work().distanceComputations < 5000);
      assertThrows(IllegalArgumentException.class, () -> runner.score(0));
    }
  }

  @Test
  void plansAreValuesThatCheckTheirNumbers() {
    assertEquals(new SearchPlan(10, new Probe.Beam(50)), new SearchPlan(10, new Probe.Beam(50)));
    assertEquals(
        "SearchPlan[limit=10, probe=Beam[ef=50, rescore=OptionalInt.empty], widths=Usual[], "
            + "sumAt=OptionalDouble.empty]",
        new SearchPlan(10, new Probe.Beam(50)).toString());
    assertThrows(IllegalArgumentException.class, () -> new SearchPlan(0, new Probe.Exact()));
    assertThrows(IllegalArgumentException.class, () -> new Probe.Beam(0));
    assertThrows(IllegalArgumentException.class, () -> new Probe.Beam(1, OptionalInt.of(0)));
    assertThrows(IllegalArgumentException.class, () -> new Probe.Beam(Probe.MAX_EF + 1));
  }

  private static float[] vector(Random random) {
    return new float[] {random.nextInt(-2, 3), random.nextInt(-2, 3), random.nextInt(-2, 3)};
  }
}

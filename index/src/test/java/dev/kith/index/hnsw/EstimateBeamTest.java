package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EstimateBeamTest {

  /// An entry of the naive beam.
  private record Estimate(int node, float score) {}

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void takesWhatASortedListOfTheBestAboveTheLimitWouldHold(long seed) {
    Random random = new Random(seed);
    int ef = 5 + random.nextInt(60);
    EstimateBeam beam = new EstimateBeam();
    beam.reset(10_000, ef, 1, BeamSearch.EVERY_NODE);
    List<Estimate> open = new ArrayList<>();
    List<Estimate> taken = new ArrayList<>();
    float limit = Float.NEGATIVE_INFINITY;
    Set<Integer> seen = new HashSet<>();
    int next = 0;
    for (int step = 0; step < 400; step++) {
      float floor = beam.floor();
      long[] found = new long[32];
      int count = 0;
      for (int i = random.nextInt(33); i > 0; i--) {
        float score = random.nextFloat() - 1;
        if (score > floor) {
          open.add(new Estimate(next, score));
          found[count++] = Scored.pack(next++, score);
        }
      }
      beam.add(found, count);
      if (random.nextInt(8) == 0) {
        limit = Math.max(limit, random.nextFloat() * step / 400 - 1);
        beam.narrow(limit);
      }
      trim(open, taken, ef, limit);
      assertTrue(beam.floor() >= limit);
      if (random.nextBoolean()) {
        Estimate best = open.isEmpty() ? null : open.removeFirst();
        assertEquals(best == null ? -1 : best.node, nextOpen(beam, seen), "step " + step);
        if (best != null) {
          taken.add(best);
          seen.add(best.node);
        }
      }
    }
    beam.narrow(1);
    assertEquals(-1, nextOpen(beam, seen));
  }

  /// The next node that was not taken before, as a search asks for it, or -1.
  private static int nextOpen(EstimateBeam beam, Set<Integer> seen) {
    while (beam.hasNext()) {
      int node = beam.next();
      if (!seen.contains(node)) {
        return node;
      }
    }
    return -1;
  }

  /// Leaves what a beam of `ef` entries, taken ones included, holds and has not taken.
  private static void trim(List<Estimate> open, List<Estimate> taken, int ef, float limit) {
    open.sort(Comparator.comparingDouble((Estimate estimate) -> -estimate.score));
    List<Estimate> all = new ArrayList<>(open);
    all.addAll(taken);
    all.sort(Comparator.comparingDouble((Estimate estimate) -> -estimate.score));
    while (all.size() > ef || (!open.isEmpty() && open.getLast().score < limit)) {
      Estimate worst = all.size() > ef ? all.getLast() : open.getLast();
      all.remove(worst);
      open.remove(worst);
      taken.remove(worst);
    }
  }
}

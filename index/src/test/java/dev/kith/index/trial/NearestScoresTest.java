package dev.kith.index.trial;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.Mixture;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class NearestScoresTest {

  static VectorRows rows(Mixture mixture, Arena arena) {
    VectorRows rows = VectorRows.reserve(mixture.space(), mixture.count(), arena);
    for (int row = 0; row < mixture.count(); row++) {
      rows.set(row, mixture.vectors()[row]);
    }
    return rows;
  }

  @ParameterizedTest(name = "{0}, seed 1")
  @EnumSource(Metric.class)
  void scoresAreThoseOfAScanOfEachRow_seed1(Metric metric) throws InterruptedException {
    Random random = new Random(1);
    for (int round = 0; round < 5; round++) {
      int count = 20 + random.nextInt(1200);
      int k = 1 + random.nextInt(20);
      Mixture all = Mixture.of(new VectorSpace(1 + random.nextInt(30), metric), 1300, 5, round);
      try (Arena arena = Arena.ofShared()) {
        VectorRows rows = rows(all, arena);
        VectorRows queries = rows(all.part(0, 1 + random.nextInt(50)), arena);
        int threads = 1 + random.nextInt(3);
        float[][] found = NearestScores.of(rows, count, queries, k, threads, () -> {});
        assertEquals(queries.capacity(), found.length);
        for (int query = 0; query < found.length; query++) {
          F32Scorer scorer = new F32Scorer().bind(rows, queries, query);
          double[] sorted =
              IntStream.range(0, count).mapToDouble(row -> -scorer.score(row)).sorted().toArray();
          float[] expected = new float[k];
          for (int rank = 0; rank < k; rank++) {
            expected[rank] = (float) -sorted[rank];
          }
          // Rows are summed up in another order one by one than in fours.
          assertArrayEquals(
              expected, found[query], 1e-4f, "round %d query %d".formatted(round, query));
        }
      }
    }
  }

  @Test
  void stepsAreOnTheCallingThreadAndMayEndIt_seed2() {
    Mixture mixture = Mixture.of(new VectorSpace(4, Metric.DOT), 100, 2, 2);
    Thread caller = Thread.currentThread();
    int[] steps = new int[1];
    try (Arena arena = Arena.ofShared()) {
      VectorRows rows = rows(mixture, arena);
      assertThrows(
          CancellationException.class,
          () ->
              NearestScores.of(
                  rows,
                  100,
                  rows,
                  3,
                  2,
                  () -> {
                    assertSame(caller, Thread.currentThread());
                    if (++steps[0] == 5) {
                      throw new CancellationException("enough");
                    }
                  }));
    }
    assertEquals(5, steps[0]);
  }
}

package dev.kith.index.flat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FlatScanTest {

  // Coarse coordinates make ties common; ranges start and end in the middle of blocks and fours.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void keepsWhatSortingTheAcceptedRowsOfTheRangeKeeps(long seed) {
    Random random = new Random(seed);
    int count = 1 + random.nextInt(2500);
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = rows(count, random, arena);
      F32Scorer scorer = new F32Scorer().bind(rows, random.nextInt(count));
      int from = random.nextInt(count);
      int to = from + random.nextInt(count - from + 1);
      int divisor = 1 + random.nextInt(3);
      OrdinalFilter accepted = ordinal -> ordinal % divisor == 0;
      TopK hits = new TopK(1 + random.nextInt(40));
      SearchWork work = new SearchWork();

      new FlatScan().scan(scorer, new FlatScan.Range(from, to), accepted, hits, () -> false, work);

      int[] expected =
          IntStream.range(from, to)
              .filter(accepted::accepts)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer i) -> -scorer.score(i)))
              .limit(hits.k())
              .mapToInt(Integer::intValue)
              .toArray();
      int[] found = new int[hits.size()];
      hits.drainTo(found, new float[found.length]);
      assertArrayEquals(expected, found);
      assertEquals(to - from, work.distanceComputations);
      assertEquals((to - from) * scorer.bytesPerVector(), work.bytesScanned);
    }
  }

  @Test
  void stopsWithinABlockOfBeingToldTo() {
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = rows(10 * FlatScan.BLOCK, new Random(1), arena);
      AtomicInteger polls = new AtomicInteger();
      SearchWork work = new SearchWork();
      new FlatScan()
          .scan(
              new F32Scorer().bind(rows, 0),
              new FlatScan.Range(0, 10 * FlatScan.BLOCK),
              ordinal -> true,
              new TopK(3),
              () -> polls.incrementAndGet() > 3,
              work);
      assertEquals(3L * FlatScan.BLOCK, work.distanceComputations);
    }
  }

  @Test
  void aRangeThatRunsBackwardsIsRefused() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new FlatScan.Range(5, 4));
    assertEquals("a range must have 0 <= from <= to, got [5, 4)", refused.getMessage());
  }

  private static VectorRows rows(int count, Random random, Arena arena) {
    VectorRows rows = VectorRows.reserve(new VectorSpace(5, Metric.EUCLIDEAN), count, arena);
    for (int i = 0; i < count; i++) {
      float[] vector = new float[5];
      for (int j = 0; j < 5; j++) {
        vector[j] = random.nextInt(-2, 3);
      }
      rows.set(i, vector);
    }
    return rows;
  }
}

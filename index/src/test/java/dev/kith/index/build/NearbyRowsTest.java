package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NearbyRowsTest {
  private static final int DIMENSION = 16;
  private static final int CLUSTERS = 50;

  private static VectorRows rows(float[][] vectors, Metric metric, Arena arena) {
    VectorRows rows = VectorRows.reserve(new VectorSpace(DIMENSION, metric), vectors.length, arena);
    for (int row = 0; row < vectors.length; row++) {
      rows.set(row, vectors[row]);
    }
    return rows;
  }

  private static float[][] vectors(int count, Metric metric, long seed) {
    return Mixture.of(new VectorSpace(DIMENSION, metric), count, CLUSTERS, seed).vectors();
  }

  private static int[] order(VectorRows rows) {
    NearbyRows nearby = new NearbyRows(rows, rows.capacity(), 3);
    nearby.arrange(() -> {});
    return nearby.order();
  }

  /// Mean score of rows that follow each other.
  private static double nearness(VectorRows rows, int[] order) {
    F32Scorer scorer = new F32Scorer();
    return IntStream.range(1, order.length)
        .mapToDouble(i -> scorer.bind(rows, order[i - 1]).score(order[i]))
        .average()
        .orElseThrow();
  }

  @ParameterizedTest(name = "{0}, seed 1")
  @EnumSource(Metric.class)
  void rowsThatFollowEachOtherAreNear_seed1(Metric metric) {
    float[][] vectors = vectors(5_000, metric, 1);
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = rows(vectors, metric, arena);
      int[] natural = IntStream.range(0, vectors.length).toArray();
      int[] order = order(rows);
      double best = nearness(rows, clustered(rows, vectors));
      double gained = nearness(rows, order) - nearness(rows, natural);
      assertTrue(gained > 0.5 * (best - nearness(rows, natural)), gained + " of " + best);
    }
  }

  /// By the cluster's first row that is near, as nobody could do it who did not know the clusters.
  private static int[] clustered(VectorRows rows, float[][] vectors) {
    F32Scorer scorer = new F32Scorer();
    return IntStream.range(0, vectors.length)
        .boxed()
        .sorted(
            Comparator.comparingInt(
                row -> {
                  scorer.bind(rows, row);
                  return IntStream.range(0, 300)
                      .boxed()
                      .max(Comparator.comparingDouble(scorer::score))
                      .orElseThrow();
                }))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @ParameterizedTest(name = "{0} rows")
  @ValueSource(ints = {1, 2, 63, 127, 128, 8_192, 16_384, 20_001})
  void everyRowStaysInItsBlockAndIsThereOnce(int count) {
    try (Arena arena = Arena.ofConfined()) {
      int[] order = order(rows(vectors(count, Metric.COSINE, 2), Metric.COSINE, arena));
      int blocks = Math.max(1, count / 8_192);
      for (int block = 0; block < blocks; block++) {
        int from = (int) ((long) count * block / blocks);
        int to = (int) ((long) count * (block + 1) / blocks);
        int[] there = Arrays.copyOfRange(order, from, to);
        assertEquals(count >= 128, !Arrays.equals(there, IntStream.range(from, to).toArray()));
        Arrays.sort(there);
        assertArrayEquals(IntStream.range(from, to).toArray(), there);
      }
    }
  }

  @Test
  void rowsThatComeInAnOrderLikeThatStayInIt() {
    float[][] vectors = vectors(6_000, Metric.EUCLIDEAN, 4);
    try (Arena arena = Arena.ofConfined()) {
      VectorRows shuffled = rows(vectors, Metric.EUCLIDEAN, arena);
      int[] order = order(shuffled);
      float[][] arranged =
          Arrays.stream(order).mapToObj(row -> vectors[row]).toArray(float[][]::new);
      int[] again = order(rows(arranged, Metric.EUCLIDEAN, arena));
      int[] natural = IntStream.range(0, again.length).toArray();
      assertFalse(Arrays.equals(natural, order));
      assertArrayEquals(natural, again);
    }
  }

  @Test
  void anyNumberOfThreadsFindsTheSameOrder() throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      VectorRows rows = rows(vectors(30_000, Metric.COSINE, 5), Metric.COSINE, arena);
      NearbyRows nearby = new NearbyRows(rows, rows.capacity(), 3);
      Thread[] threads = new Thread[4];
      for (int i = 0; i < threads.length; i++) {
        threads[i] = Thread.ofPlatform().start(() -> nearby.arrange(() -> {}));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertArrayEquals(order(rows), nearby.order());
    }
  }

  @Test
  void arrangingEndsWhenThePollSaysSo() {
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = rows(vectors(9_000, Metric.COSINE, 7), Metric.COSINE, arena);
      int[] polls = new int[1];
      CancellationException asked = new CancellationException("enough");
      Runnable third =
          () -> {
            if (++polls[0] == 3) {
              throw asked;
            }
          };
      NearbyRows nearby = new NearbyRows(rows, rows.capacity(), 3);
      assertSame(asked, assertThrows(CancellationException.class, () -> nearby.arrange(third)));
    }
  }

  @Test
  void aSegmentIsLinkedWholeInAnyOrder() {
    VectorSpace space = new VectorSpace(DIMENSION, Metric.COSINE);
    Mixture mixture = Mixture.of(space, 2_000, CLUSTERS, 6);
    IndexSpec index = new IndexSpec.Hnsw(new HnswParams(8, 60, 5), Layout.COMPACT);
    for (LinkOrder order : LinkOrder.values()) {
      try (GrowingSegment segment = GrowingSegment.create(space, index, 2_000)) {
        SegmentLinking.link(segment, order, 2, linked -> assertEquals(0, linked));
        SegmentFixture.append(segment, mixture, 0, 2_000);
        long[] most = new long[1];
        SegmentLinking.link(segment, order, 2, linked -> most(most, linked));
        assertEquals(2_000, most[0]);
        assertEquals(2_000, segment.linkedCount());
        assertEquals(2_000, segment.linked());
        SegmentFixture.assertClean(segment);
      }
    }
  }

  private static synchronized void most(long[] most, long linked) {
    most[0] = Math.max(most[0], linked);
  }
}

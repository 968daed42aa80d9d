package dev.kith.index.ivf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.Mixture;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The order in which lists come when a graph finds them, held to the scores of all centroids.
final class CentroidGraphTest {
  private static final int LISTS = 2_048;
  private static final int QUERIES = 20;

  private final ListOrder order = new ListOrder();
  private final SearchWork work = new SearchWork();

  /// Made once, as graphs take a while.
  private static final Map<Metric, Lists> MADE = new EnumMap<>(Metric.class);

  /// A tenth of the lists is empty, and a hundredth of the centroids is there twice.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Lists(Mixture mixture, CoarseQuantizer coarse, int[] sizes, Arena arena) {

    static Lists of(Metric metric, long seed) {
      Mixture given = Mixture.of(new VectorSpace(24, metric), LISTS + QUERIES, 200, seed);
      for (int list = 0; list < LISTS; list += 100) {
        given.vectors()[list + 1] = given.vectors()[list];
      }
      Arena arena = Arena.ofShared();
      VectorRows centroids = IvfFixture.rows(given.part(0, LISTS), arena);
      Random random = new Random(seed);
      int[] sizes = new int[LISTS];
      Arrays.setAll(sizes, _ -> random.nextInt(10));
      return new Lists(given, CentroidGraph.build(centroids, seed, _ -> {}, arena), sizes, arena);
    }

    float[][] queries() {
      return mixture.part(LISTS, LISTS + QUERIES).vectors();
    }

    Lists withoutGraph() {
      return new Lists(mixture, CoarseQuantizer.flat(coarse.centroids()), sizes, arena);
    }

    int filled() {
      return (int) IntStream.of(sizes).filter(size -> size > 0).count();
    }

    /// Lists with rows, the nearest first.
    int[] nearest(float[] query, int most) {
      return mixture.nearest(query, most, LISTS, list -> sizes[list] > 0);
    }
  }

  @AfterAll
  static void free() {
    MADE.values().forEach(lists -> lists.arena.close());
    MADE.clear();
  }

  private static Lists lists(Metric metric, long seed) {
    return MADE.computeIfAbsent(metric, made -> Lists.of(made, seed));
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 1", "DOT, 2", "EUCLIDEAN, 3"})
  void aWalkFindsNearlyAllOfTheNearestListsByFewComparisons(Metric metric, long seed) {
    Lists lists = lists(metric, seed);
    try (QueryBuffer query = new QueryBuffer(lists.mixture.space())) {
      for (int most : new int[] {1, 7, 32, 55}) {
        int found = 0;
        work.reset();
        for (float[] vector : lists.queries()) {
          query.set(vector);
          int[] given = read(lists, query, new Reach.Until(most), 0);
          assertEquals(most, given.length);
          Set<Integer> truth =
              IntStream.of(lists.nearest(vector, most)).boxed().collect(Collectors.toSet());
          found += (int) IntStream.of(given).filter(truth::contains).count();
        }
        assertTrue(found >= 0.97 * QUERIES * most, found + " of the first " + most);
        assertTrue(work.distanceComputations < 0.9 * QUERIES * LISTS, work::toString);
        assertEquals(0, work.nodesVisited, "nodes of a graph are no lists");
        assertEquals(
            work.distanceComputations * VectorRows.strideBytes(lists.mixture.space()),
            work.bytesScanned);
      }
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 1", "DOT, 2", "EUCLIDEAN, 3"})
  void whoReadsOnComesToEveryListWithRowsOnce(Metric metric, long seed) {
    Lists lists = lists(metric, seed);
    try (QueryBuffer query = new QueryBuffer(lists.mixture.space())) {
      Random random = new Random(seed);
      int[] all = IntStream.range(0, LISTS).filter(list -> lists.sizes[list] > 0).toArray();
      for (float[] vector : lists.queries()) {
        query.set(vector);
        // Some end early where candidates change no more, but never have as many as are wanted.
        int nprobe = 1 + random.nextInt(random.nextBoolean() ? 60 : LISTS);
        int patience = 1 + random.nextInt(2 * nprobe);
        int[] given = read(lists, query, new Reach.Until(nprobe, 1, patience), 1);
        assertArrayEquals(all, IntStream.of(given).sorted().toArray());
      }
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 1", "DOT, 2", "EUCLIDEAN, 3"})
  void whoAsksForManyListsIsGivenThemInTheirOrder(Metric metric, long seed) {
    Lists lists = lists(metric, seed);
    try (QueryBuffer query = new QueryBuffer(lists.mixture.space())) {
      for (float[] vector : lists.queries()) {
        query.set(vector);
        for (Reach.Until reach :
            new Reach.Until[] {
              new Reach.Until(70), new Reach.Until(LISTS), new Reach.Until(LISTS, 0.9999, LISTS)
            }) {
          int[] expected = read(lists.withoutGraph(), query, reach, 0);
          work.reset();
          assertArrayEquals(expected, read(lists, query, reach, 0));
          assertEquals(LISTS, work.distanceComputations);
        }
      }
    }
  }

  @Test
  void whereFewListsHaveRowsAllCentroidsAreScored() {
    Lists all = lists(Metric.EUCLIDEAN, 3);
    int[] sizes = all.sizes.clone();
    Arrays.fill(sizes, 100, LISTS, 0);
    Lists lists = new Lists(all.mixture, all.coarse, sizes, all.arena);
    try (QueryBuffer query = new QueryBuffer(lists.mixture.space())) {
      query.set(lists.queries()[0]);
      int[] given = read(lists, query, new Reach.Until(4), 0);
      assertArrayEquals(lists.nearest(lists.queries()[0], 4), given);
      assertEquals(LISTS, work.distanceComputations);
    }
  }

  @Test
  void aCopyFindsTheSameWhenTheOriginalIsGone() {
    Lists lists = lists(Metric.COSINE, 1);
    try (Arena arena = Arena.ofShared();
        QueryBuffer query = new QueryBuffer(lists.mixture.space())) {
      CoarseQuantizer copy;
      try (Arena original = Arena.ofShared()) {
        copy = lists.coarse.copy(original).copy(arena);
      }
      assertEquals(lists.coarse.bytes(), copy.bytes());
      Lists copied = new Lists(lists.mixture, copy, lists.sizes, arena);
      for (float[] vector : lists.queries()) {
        query.set(vector);
        int[] before = read(lists, query, new Reach.Until(20), 0);
        assertArrayEquals(before, read(copied, query, new Reach.Until(20), 0));
      }
      assertTrue(work.distanceComputations < 2L * QUERIES * LISTS, "nothing was walked");
    }
  }

  @Test
  void whatIsBuiltHoldsItsPromisesAndTheListenerMayEndIt() {
    Lists lists = lists(Metric.COSINE, 1);
    assertEquals(List.of(), lists.coarse.verify());
    AtomicInteger steps = new AtomicInteger();
    try (Arena arena = Arena.ofShared()) {
      assertThrows(
          CancellationException.class,
          () ->
              CentroidGraph.build(
                  lists.coarse.centroids(),
                  1,
                  _ -> {
                    if (steps.incrementAndGet() == 5) {
                      throw new CancellationException("enough");
                    }
                  },
                  arena));
    }
  }

  @Test
  void aGraphOfMoreOrFewerNodesIsRefused() {
    Lists lists = lists(Metric.COSINE, 1);
    try (Arena arena = Arena.ofShared()) {
      VectorRows few = VectorRows.reserve(lists.mixture.space(), 7, arena);
      CentroidGraph graph = (CentroidGraph) lists.coarse;
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> new CentroidGraph(few, graph.graph()));
      assertEquals("a graph over 7 centroids needs as many nodes, got 2048", refused.getMessage());
    }
  }

  /// Lists in the order in which they are given to a search that finds nothing.
  private int[] read(Lists lists, QueryBuffer query, Reach.Until reach, int wanted) {
    order.bind(lists.coarse, query, work);
    order.begin(lists.sizes, lists.filled(), reach, wanted);
    TopK none = new TopK(1);
    int[] given = new int[LISTS + 1];
    int count = 0;
    while (order.advance(none)) {
      given[count++] = order.list();
      order.done(none);
    }
    return Arrays.copyOf(given, count);
  }
}

package dev.kith.index.ivf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.Mixture;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds lists that grow to their definition, by double loops over rows and centroids.
final class GrowingListsTest {

  @AutoClose private final Arena arena = Arena.ofShared();

  /// One for all, as a worker has it.
  private final IvfScratch scratch = new IvfScratch();

  private final SearchWork work = new SearchWork();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void everyRowIsInTheListOfItsNearestCentroidAndInNoOtherUnlessItIsSpilled(long seed)
      throws InterruptedException {
    Mixture mixture = mixture(seed, 700);
    VectorRows rows = IvfFixture.rows(mixture, arena);
    GrowingLists lists = empty(rows, 1 + (int) (seed * 7), seed, 700, isSpilled(seed));
    addInBatches(lists, shuffled(700, seed), new Random(seed));
    List<Integer> found = new ArrayList<>();
    List<Integer> spilled = new ArrayList<>();
    int[] listsOf = lists.listsOf(700);
    for (int list = 0; list < lists.count(); list++) {
      for (int row : lists.entriesOf(list)) {
        if (row < 0) {
          spilled.add(~row);
          assertNotEquals(list, listsOf[~row]);
          continue;
        }
        found.add(row);
        assertEquals(list, listsOf[row]);
        double its = squaredDistance(rows, row, lists.centroids().rows(), list);
        for (int other = 0; other < lists.count(); other++) {
          double its2 = squaredDistance(rows, row, lists.centroids().rows(), other);
          assertTrue(its <= its2 + 1e-5 * (1 + its), "row %d, list %d".formatted(row, other));
        }
      }
    }
    Collections.sort(found);
    Collections.sort(spilled);
    assertEquals(IntStream.range(0, 700).boxed().toList(), found);
    assertEquals(isSpilled(seed) ? found : List.of(), spilled);
    assertViolations(lists, 700);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void readingAllListsFindsTheNearestOfTheLivingAndNoneOfTheDead(long seed)
      throws InterruptedException {
    Mixture all = mixture(seed, 520);
    Mixture mixture = all.part(0, 500);
    VectorRows rows = IvfFixture.rows(mixture, arena);
    GrowingLists lists = empty(rows, 20, seed, 500, isSpilled(seed));
    Random random = new Random(seed);
    addInBatches(lists, shuffled(500, seed), random);
    boolean[] dead = new boolean[500];
    for (int row = 0; row < 500; row++) {
      dead[row] = random.nextInt(4) == 0;
    }
    try (QueryBuffer query = new QueryBuffer(all.space())) {
      for (float[] vector : all.part(500, 520).vectors()) {
        query.set(vector);
        int[] truth = mixture.nearest(vector, 10, 500, row -> !dead[row]);
        assertArrayEquals(truth, search(lists, query, 20, row -> !dead[row]));
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void readsTheNearestListsThatHaveRowsAndMoreWhileTheyHoldTooFew(long seed)
      throws InterruptedException {
    Mixture all = mixture(seed, 620);
    Mixture mixture = all.part(0, 600);
    VectorRows rows = IvfFixture.rows(mixture, arena);
    GrowingLists lists = empty(rows, 60, seed, 600, isSpilled(seed));
    // Some of the rows, so that some lists are empty.
    addInBatches(lists, IntStream.range(0, 90).toArray(), new Random(seed));
    IntPredicate accepted = row -> row % 3 != 1;
    try (QueryBuffer query = new QueryBuffer(all.space())) {
      for (float[] vector : all.part(600, 620).vectors()) {
        query.set(vector);
        int nprobe = 1 + (int) (seed % 5);
        int[] read = read(lists, query, nprobe, accepted);
        work.reset();
        int[] found = search(lists, query, nprobe, accepted::test);
        assertArrayEquals(
            mixture.nearest(
                vector, 10, 600, row -> Arrays.stream(read).anyMatch(other -> other == row)),
            found);
        assertTrue(work.distanceComputations < 60 + (isSpilled(seed) ? 180 : 90), work.toString());
      }
    }
  }

  /// Accepted rows of the nearest lists with any, and of four times as many while they are below
  /// ten.
  private static int[] read(
      GrowingLists lists, QueryBuffer query, int nprobe, IntPredicate accepted) {
    List<Integer> nearest =
        IntStream.range(0, lists.count())
            .filter(list -> lists.entriesOf(list).length > 0)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer list) -> -score(query, lists, list))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    int to = nprobe;
    while (true) {
      int[] rows =
          nearest.stream()
              .limit(to)
              .flatMapToInt(list -> IntStream.of(lists.entriesOf(list)))
              .map(entry -> entry < 0 ? ~entry : entry)
              .filter(accepted)
              .distinct()
              .toArray();
      if (rows.length >= 10 || to >= lists.count()) {
        return rows;
      }
      to *= 4;
    }
  }

  private static double score(QueryBuffer query, GrowingLists lists, int list) {
    VectorRows centroids = lists.centroids().rows();
    double dot = 0;
    double distance = 0;
    for (int i = 0; i < centroids.space().dimension(); i++) {
      double a = query.segment().get(Points.FLOAT, 4L * i);
      double b = centroids.segment().get(Points.FLOAT, centroids.offset(list) + 4L * i);
      dot += a * b;
      distance += (a - b) * (a - b);
    }
    return centroids.space().metric() == Metric.EUCLIDEAN ? -distance : dot;
  }

  @Test
  void aListOfAnyLengthIsReadFromItsFirstRowToItsLast() throws InterruptedException {
    for (int count : new int[] {0, 1, 62, 63, 64, 126, 127, 400}) {
      Mixture mixture = Mixture.of(new VectorSpace(7, Metric.EUCLIDEAN), 400, 3, 5);
      VectorRows rows = IvfFixture.rows(mixture, arena);
      GrowingLists lists = empty(rows, 1, 5);
      addInBatches(lists, IntStream.range(0, count).toArray(), new Random(count));
      assertArrayEquals(IntStream.range(0, count).toArray(), lists.entriesOf(0));
      assertViolations(lists, count);
      try (QueryBuffer query = new QueryBuffer(mixture.space())) {
        query.set(mixture.vectors()[0]);
        work.reset();
        assertArrayEquals(
            mixture.nearest(mixture.vectors()[0], 10, count, _ -> true),
            search(lists, query, 1, _ -> true));
        assertEquals(1 + count, work.distanceComputations);
        assertEquals(count == 0 ? 0 : 1, work.nodesVisited);
      }
    }
  }

  @Test
  void memoryIsCountedAsItIsUsed() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(16, Metric.DOT), 3000, 3, 6);
    GrowingLists lists = empty(IvfFixture.rows(mixture, arena), 10, 6);
    long empty = lists.bytes();
    assertEquals(10 * 3 * 64 + 10 * 256, empty);
    addInBatches(lists, IntStream.range(0, 3000).toArray(), new Random(6));
    long rows = lists.bytes() - empty;
    assertTrue(rows > 3000 * 4 - 10 * 256 && rows <= 3000 / 63 * 256, rows + " bytes");
  }

  @Test
  void aRowInTwoListsAndARowInNoneAreViolations() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(16, Metric.DOT), 30, 3, 6);
    GrowingLists lists = empty(IvfFixture.rows(mixture, arena), 1, 6);
    lists.add(new int[] {0, 1, 3, 1}, 4);
    assertViolations(lists, 4, "row 1 is in list 0 and once more", "row 2 is in no list");
    GrowingLists spilled = empty(IvfFixture.rows(mixture, arena), 2, 6, 30, true);
    spilled.add(new int[] {0, 2}, 2);
    assertViolations(spilled, 3, "row 1 is in no list", "row 1 is in no second list");
  }

  @Test
  void rowsLikeThoseThatCentroidsWereLearntFromHaveNotDriftedAndOthersHave()
      throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(12, Metric.EUCLIDEAN), 2000, 30, 8);
    Mixture other = Mixture.of(mixture.space(), 500, 30, 9);
    float[][] vectors = Arrays.copyOf(mixture.vectors(), 2500);
    System.arraycopy(other.vectors(), 0, vectors, 2000, 500);
    VectorRows rows = IvfFixture.rows(new Mixture(mixture.space(), vectors), arena);
    GrowingLists lists = empty(rows, 30, 8, 1000, false);
    assertEquals(1, lists.drift(IntStream.range(0, 1000).toArray()), 1e-4);
    assertEquals(1, lists.drift(IntStream.range(1000, 2000).toArray()), 0.1);
    assertTrue(lists.drift(IntStream.range(2000, 2500).toArray()) > 1.5);
  }

  @Test
  void whileRowsAreAddedASearchFindsAllThatWereThereWhenItBeganAndNoneTwice() throws Exception {
    int count = 20_000;
    Mixture mixture = Mixture.of(new VectorSpace(8, Metric.EUCLIDEAN), count, 40, 10);
    VectorRows rows = IvfFixture.rows(mixture, arena);
    GrowingLists lists = empty(rows, 50, 10, 2_000, true);
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<AtomicInteger> added = List.of(new AtomicInteger(-1), new AtomicInteger(-1));
      List<Future<?>> work = new ArrayList<>();
      for (AtomicInteger last : added) {
        work.add(threads.submit(() -> addAll(lists, next, last, count)));
      }
      work.add(threads.submit(() -> searchAdded(lists, mixture, added, count)));
      for (Future<?> done : work) {
        done.get();
      }
    }
    assertViolations(lists, count);
  }

  /// @param last takes the last row that this thread has added
  private static void addAll(
      GrowingLists lists, AtomicInteger next, AtomicInteger last, int count) {
    for (int from = next.getAndAdd(20); from < count; from = next.getAndAdd(20)) {
      lists.add(IntStream.range(from, from + 20).toArray(), 20);
      last.set(from + 19);
    }
    last.set(count); // Nothing is to come.
  }

  private static void searchAdded(
      GrowingLists lists, Mixture mixture, List<AtomicInteger> added, int count) {
    IvfScratch scratch = new IvfScratch();
    SearchWork work = new SearchWork();
    TopK hits = new TopK(3);
    int[] ordinals = new int[3];
    try (QueryBuffer query = new QueryBuffer(mixture.space())) {
      boolean more = true;
      while (more) {
        more = added.stream().anyMatch(last -> last.get() < count);
        for (AtomicInteger last : added) {
          int row = Math.min(count - 1, last.get());
          if (row >= 0) {
            query.set(mixture.vectors()[row]);
            hits.reset(3);
            lists.search(query, new Reach.Until(50), _ -> true, hits, scratch, work);
            int found = hits.drainTo(ordinals, new float[3]);
            assertEquals(row, ordinals[0]);
            assertEquals(found, IntStream.of(ordinals).limit(found).distinct().count());
          }
        }
      }
    }
  }

  /// Of 1 to 40 dimensions; in one, too many scores are the same.
  private static Mixture mixture(long seed, int count) {
    Random random = new Random(seed);
    Metric metric = List.of(Metric.values()).get((int) (seed % 3));
    return Mixture.of(new VectorSpace(2 + random.nextInt(39), metric), count, 12, seed);
  }

  private GrowingLists empty(VectorRows rows, int count, long seed) throws InterruptedException {
    return empty(rows, count, seed, rows.capacity(), false);
  }

  private static boolean isSpilled(long seed) {
    return seed % 2 == 0;
  }

  private GrowingLists empty(VectorRows rows, int count, long seed, int learntFrom, boolean spill)
      throws InterruptedException {
    try (Arena other = Arena.ofShared()) {
      Partition.Centroids centroids =
          Partition.train(
              new IvfParams(count, seed),
              rows,
              IntStream.range(0, learntFrom).toArray(),
              1,
              other,
              _ -> {});
      return new GrowingLists(centroids, Tuning.fixed(3, 1), spill, rows, arena);
    }
  }

  private static void addInBatches(GrowingLists lists, int[] rows, Random random) {
    int from = 0;
    while (from < rows.length) {
      int count = Math.min(rows.length - from, 1 + random.nextInt(2 * GrowingLists.BATCH));
      int[] batch = Arrays.copyOf(Arrays.copyOfRange(rows, from, from + count), count + 3);
      lists.add(batch, count);
      from += count;
    }
  }

  private static int[] shuffled(int count, long seed) {
    List<Integer> rows = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    Collections.shuffle(rows, new Random(seed));
    return rows.stream().mapToInt(Integer::intValue).toArray();
  }

  private int[] search(GrowingLists lists, QueryBuffer query, int nprobe, OrdinalFilter accepted) {
    TopK hits = new TopK(10);
    lists.search(query, new Reach.Until(nprobe), accepted, hits, scratch, work);
    int[] ordinals = new int[hits.size()];
    hits.drainTo(ordinals, new float[hits.size()]);
    return ordinals;
  }

  private static void assertViolations(GrowingLists lists, int first, String... expected) {
    List<String> violations = new ArrayList<>();
    lists.verify(first, violations);
    assertEquals(List.of(expected), violations);
  }

  private static double squaredDistance(VectorRows rows, int row, VectorRows others, int other) {
    double sum = 0;
    for (int i = 0; i < rows.space().dimension(); i++) {
      double a = rows.segment().get(Points.FLOAT, rows.offset(row) + 4L * i);
      double b = others.segment().get(Points.FLOAT, others.offset(other) + 4L * i);
      sum += (a - b) * (a - b);
    }
    return sum;
  }
}

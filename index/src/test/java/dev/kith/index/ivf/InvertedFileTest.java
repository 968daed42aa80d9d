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
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Codecs;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Widths;
import dev.kith.index.kernel.FastScan;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Searches of lists, held to naive ones: if all that is read is scored exactly, codes must not
/// matter.
final class InvertedFileTest {
  private static final List<Metric> METRICS = List.of(Metric.values());
  private static final OptionalInt NONE = OptionalInt.empty();

  /// One for all, as a worker has it.
  private final IvfScratch scratch = new IvfScratch();

  private final SearchWork work = new SearchWork();

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void readingAllListsFindsWhatANaiveScanFinds(Codecs named) throws InterruptedException {
    // Around the multiples of a block and of a padded row, with lists of one row and of many.
    int[][] shapes = {
      {1, 40, 3}, {16, 1, 1}, {17, 31, 1}, {20, 33, 1}, {100, 200, 5}, {64, 96, 90}
    };
    readingAllListsFindsWhatANaiveScanFinds(named.codec(), false, shapes);
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void readingAllListsFindsTheSameOfRowsThatAreInTwo(Codecs named) throws InterruptedException {
    int[][] shapes = {{16, 1, 1}, {20, 33, 2}, {17, 96, 40}};
    readingAllListsFindsWhatANaiveScanFinds(named.codec(), true, shapes);
  }

  private void readingAllListsFindsWhatANaiveScanFinds(Codec codec, boolean spill, int[][] shapes)
      throws InterruptedException {
    for (int i = 0; i < shapes.length; i++) {
      int[] shape = shapes[i];
      Metric metric = METRICS.get((codec.number() + i) % METRICS.size()); // In turn.
      Mixture mixture = mixture(shape[0], metric, shape[1], 1);
      IvfParams params = new IvfParams(shape[2], 7, spill);
      try (IvfFixture fixture = new IvfFixture(mixture, params, codec, 1);
          QueryBuffer query = new QueryBuffer(mixture.space())) {
        for (float[] vector : mixture(shape[0], metric, 5, 2).vectors()) {
          query.set(vector);
          TopK hits = search(fixture, query, shape[2], 10, _ -> true);
          fixture.assertBest(query, fixture.read(query, shape[2], 10, _ -> true), hits);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}, spilled {2}, seed {3}")
  @CsvSource({
    "F32, COSINE, false, 1",
    "F32, DOT, false, 2",
    "F32, EUCLIDEAN, false, 3",
    "F16, DOT, false, 4",
    "BF16, COSINE, false, 5",
    "INT8, EUCLIDEAN, false, 6",
    "RABITQ, COSINE, false, 7",
    "RABITQ, DOT, false, 8",
    "RABITQ, EUCLIDEAN, false, 9",
    "PQ, COSINE, false, 10",
    "PQ, DOT, false, 11",
    "PQ, EUCLIDEAN, false, 12",
    "F32, COSINE, true, 13",
    "F32, DOT, true, 14",
    "INT8, EUCLIDEAN, true, 15",
    "RABITQ_4, DOT, true, 16",
    "RABITQ, COSINE, true, 17",
    "RABITQ, EUCLIDEAN, true, 18",
    "PQ, DOT, true, 19",
    "OPQ, COSINE, true, 20",
    "PQ_8, EUCLIDEAN, true, 21",
    "OPQ_8, DOT, true, 22"
  })
  void readingFewListsFindsTheBestAcceptedRowsOfTheNearestOnes(
      Codecs named, Metric metric, boolean spill, long seed) throws InterruptedException {
    Random random = new Random(seed);
    Mixture mixture = mixture(20, metric, 800, seed);
    IvfParams params = new IvfParams(40, 7, spill);
    try (IvfFixture fixture = new IvfFixture(mixture, params, named.codec(), 2);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      for (float[] vector : mixture(20, metric, 30, seed + 100).vectors()) {
        query.set(vector);
        int nprobe = 1 + random.nextInt(12);
        int k = 1 + random.nextInt(40);
        int modulus = 1 + random.nextInt(30);
        IntPredicate accepted = position -> position % modulus == 0;
        TopK hits = search(fixture, query, nprobe, k, accepted);
        fixture.assertBest(query, fixture.read(query, nprobe, k, accepted), hits);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void itReadsOnUntilThereAreAsManyAcceptedRowsAsWanted(Codecs named) throws InterruptedException {
    itReadsOnUntilThereAreAsManyAcceptedRowsAsWanted(named.codec(), false);
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void itReadsOnUntilThereAreAsManyDifferentRowsAsWanted(Codecs named) throws InterruptedException {
    itReadsOnUntilThereAreAsManyAcceptedRowsAsWanted(named.codec(), true);
  }

  private void itReadsOnUntilThereAreAsManyAcceptedRowsAsWanted(Codec codec, boolean spill)
      throws InterruptedException {
    Mixture mixture = mixture(24, Metric.COSINE, 500, 3);
    try (IvfFixture fixture = new IvfFixture(mixture, new IvfParams(40, 7, spill), codec, 1);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      query.set(mixture.vectors()[0]);
      assertEquals(300, search(fixture, query, 1, 300, _ -> true).size());
      assertEquals(500, search(fixture, query, 1, 500, _ -> true).size());
      assertEquals(500, search(fixture, query, 1, 5000, _ -> true).size());
      IntPredicate few = position -> position % 97 == 5;
      TopK hits = search(fixture, query, 1, 10, few);
      fixture.assertBest(query, IntStream.range(0, 500).filter(few).toArray(), hits);
      assertEquals(0, search(fixture, query, 1, 10, _ -> false).size());
    }
  }

  /// Coordinates are small whole numbers: every sum is exact.
  @ParameterizedTest
  @EnumSource(Codecs.class)
  void equallyGoodRowsComeBySmallestOrdinal(Codecs named) throws InterruptedException {
    Codec codec = named.codec();
    for (Metric metric : new Metric[] {Metric.DOT, Metric.EUCLIDEAN}) {
      Random random = new Random(4);
      float[][] vectors = new float[400][20];
      for (float[] vector : vectors) {
        for (int i = 0; i < 2; i++) {
          vector[i] = random.nextInt(-2, 3);
        }
      }
      Mixture mixture = new Mixture(new VectorSpace(20, metric), vectors);
      try (IvfFixture fixture = new IvfFixture(mixture, 30, codec, 1);
          QueryBuffer query = new QueryBuffer(mixture.space())) {
        for (int i = 0; i < 20; i++) {
          query.set(vectors[i]);
          TopK expected = new TopK(25);
          for (int position = 0; position < 400; position++) {
            expected.offer(position, (float) fixture.exact(query, position));
          }
          assertSame(expected, search(fixture, query, 30, 25, _ -> true));
        }
      }
    }
  }

  private static void assertSame(TopK expected, TopK found) {
    int[] ordinals = new int[expected.size()];
    float[] scores = new float[expected.size()];
    int[] foundOrdinals = new int[found.size()];
    float[] foundScores = new float[found.size()];
    expected.drainTo(ordinals, scores);
    found.drainTo(foundOrdinals, foundScores);
    assertArrayEquals(ordinals, foundOrdinals);
    assertArrayEquals(scores, foundScores);
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void amongRowsThatAreAllTheSameTheFirstAreFound(Codecs named) throws InterruptedException {
    Codec codec = named.codec();
    for (Metric metric : Metric.values()) {
      float[][] vectors = new float[70][];
      Arrays.fill(vectors, new float[] {2, 0, -1});
      Mixture mixture = new Mixture(new VectorSpace(3, metric), vectors);
      try (IvfFixture fixture = new IvfFixture(mixture, 0, codec, 1);
          QueryBuffer query = new QueryBuffer(mixture.space())) {
        query.set(vectors[0]);
        TopK hits = search(fixture, query, 1, 10, _ -> true);
        int[] found = new int[10];
        assertEquals(10, hits.drainTo(found, new float[10]));
        assertArrayEquals(IntStream.range(0, 10).toArray(), found);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void inAFileWithoutRowsNothingIsFound(Codecs named) throws InterruptedException {
    Codec codec = named.codec();
    Mixture none = mixture(20, Metric.COSINE, 0, 5);
    try (IvfFixture fixture = new IvfFixture(none, 0, codec, 1);
        QueryBuffer query = new QueryBuffer(none.space())) {
      float[] vector = new float[20];
      vector[3] = 1;
      query.set(vector);
      assertEquals(0, search(fixture, query, 10, 10, _ -> true).size());
    }
  }

  @Test
  void ofTheRowsReadAsManyAreScoredExactlyAsAskedForAndAtLeastAsManyAsAreWanted()
      throws InterruptedException {
    Mixture mixture = mixture(32, Metric.EUCLIDEAN, 1000, 6);
    try (IvfFixture fixture = new IvfFixture(mixture, 20, new Codec.Pq(0, false), 1);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      query.set(mixture.vectors()[0]);
      for (int rescore : new int[] {1, 10, 11, 500, 4000}) {
        work.reset();
        TopK hits = new TopK(10);
        fixture
            .file()
            .search(
                query,
                new Reach.Until(20),
                OptionalInt.of(rescore),
                new Widths.Usual(),
                _ -> true,
                hits,
                scratch,
                work);
        int blocks = 0;
        for (int list = 0; list < 20; list++) {
          blocks += Math.ceilDiv(fixture.lists().size(list), FastScan.BLOCK);
        }
        int rescored = Math.clamp(rescore, 10, 1000);
        assertEquals(20 + blocks * FastScan.BLOCK + rescored, work.distanceComputations);
        assertEquals(10, hits.size());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void theMoreListsTheMoreWork(Codecs named) throws InterruptedException {
    Codec codec = named.codec();
    Mixture mixture = mixture(32, Metric.COSINE, 500, 7);
    try (IvfFixture fixture = new IvfFixture(mixture, 25, codec, 1);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      query.set(mixture.vectors()[0]);
      long bytes = 0;
      long distances = 0;
      int most = fixture.nearestLists(query).size();
      for (int nprobe = 1; nprobe <= most; nprobe++) {
        work.reset();
        search(fixture, query, nprobe, 1, _ -> true);
        assertEquals(nprobe, work.nodesVisited);
        assertTrue(work.bytesScanned > bytes);
        assertTrue(work.distanceComputations > distances);
        bytes = work.bytesScanned;
        distances = work.distanceComputations;
      }
      if (!codec.hasCodes()) {
        assertEquals(525, distances);
        assertEquals(525 * 128, bytes);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void aSearchEndsEarlyOnceItIsToldTo(Codecs named) throws InterruptedException {
    Codec codec = named.codec();
    Mixture mixture = mixture(32, Metric.COSINE, 500, 8);
    try (IvfFixture fixture = new IvfFixture(mixture, 25, codec, 1);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      query.set(mixture.vectors()[0]);
      AtomicInteger polls = new AtomicInteger();
      scratch.stopWhen(() -> polls.incrementAndGet() > 8);
      // As many rows as there are: it would read on to the end.
      int found = search(fixture, query, 1, 500, _ -> true).size();
      assertTrue(found < 500, "found " + found);
      assertTrue(work.nodesVisited > 0 && work.nodesVisited <= 8, work::toString);
      scratch.stopWhen(() -> false);
      assertEquals(500, search(fixture, query, 1, 500, _ -> true).size());
      work.reset();
      scratch.stopWhen(() -> true);
      assertEquals(0, search(fixture, query, 25, 500, _ -> true).size());
      assertEquals(0, work.nodesVisited);
    }
  }

  @Test
  void withoutOrdersAsManyRowsAreScoredExactlyAsTheFactorSays() throws InterruptedException {
    Mixture mixture = mixture(8, Metric.DOT, 500, 9);
    try (IvfFixture fixture = new IvfFixture(mixture, 10, new Codec.Pq(0, false), 1);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      query.set(mixture.vectors()[0]);
      Tuning tuning =
          new Tuning(
              List.of(
                  new Tuning.Setting(0.5, 10, Reach.ALL, 1),
                  new Tuning.Setting(0.97, 10, Reach.ALL, 2.31f)));
      InvertedFile file = new InvertedFile(fixture.lists(), fixture.file().rows(), tuning);
      assertEquals(24, rescored(file, query, new Reach.Until(10)));
      assertEquals(24, rescored(file, query, Reach.DEFAULT));
      assertEquals(24, rescored(file, query, new Reach.Measured(0.99)));
      assertEquals(10, rescored(file, query, new Reach.Measured(0.4)));
    }
  }

  private int rescored(InvertedFile file, QueryBuffer query, Reach reach) {
    long[] distances = new long[2];
    for (int i = 0; i < 2; i++) {
      work.reset();
      OptionalInt rescore = i == 0 ? OptionalInt.of(10) : OptionalInt.empty();
      file.search(
          query, reach, rescore, new Widths.Usual(), _ -> true, new TopK(10), scratch, work);
      distances[i] = work.distanceComputations;
    }
    return (int) (distances[1] - distances[0]) + 10;
  }

  @ParameterizedTest(name = "{0}, spilled {1}, seed {2}")
  @CsvSource({
    "COSINE, false, 21",
    "DOT, false, 22",
    "EUCLIDEAN, false, 23",
    "COSINE, true, 24",
    "DOT, true, 25",
    "EUCLIDEAN, true, 26"
  })
  void patienceEndsASearchAfterSoManyListsInARowThatChangeNothing(
      Metric metric, boolean spill, long seed) throws InterruptedException {
    Mixture mixture = mixture(20, metric, 800, seed);
    IvfParams params = new IvfParams(60, 7, spill);
    try (IvfFixture fixture = new IvfFixture(mixture, params, new Codec.F32(), 2);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      Random random = new Random(seed);
      for (float[] vector : mixture(20, metric, 30, seed + 100).vectors()) {
        query.set(vector);
        int patience = 1 + random.nextInt(8);
        int nprobe = 1 + random.nextInt(90);
        int k = 1 + random.nextInt(30);
        List<Integer> lists = fixture.nearestLists(query);
        int expected = listsUntilStill(fixture, query, lists, Math.min(nprobe, 60), patience, k);
        work.reset();
        TopK hits = new TopK(k);
        Reach reach = new Reach.Until(nprobe, 1, patience);
        fixture
            .file()
            .search(query, reach, NONE, new Widths.Usual(), _ -> true, hits, scratch, work);
        int read = (int) work.nodesVisited;
        assertEquals(expected, read);
        assertEquals(k, hits.size());
        fixture.assertBest(query, fixture.rowsOf(lists, read, _ -> true), hits);
      }
    }
  }

  /// From the definition, with all scores of the lists sorted afresh after each.
  private static int listsUntilStill(
      IvfFixture fixture, QueryBuffer query, List<Integer> lists, int most, int patience, int k) {
    List<Double> before = List.of();
    int bound = most;
    int still = 0;
    for (int read = 1; read <= lists.size(); read++) {
      List<Double> best =
          IntStream.of(fixture.rowsOf(lists, read, _ -> true))
              .mapToObj(position -> -fixture.exact(query, position))
              .sorted()
              .limit(k)
              .toList();
      still = best.size() == k && best.equals(before) ? still + 1 : 0;
      before = best;
      if (best.size() == k && (still == patience || read == bound)) {
        return read;
      }
      bound = read == bound ? 4 * bound : bound;
    }
    return lists.size();
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 31", "DOT, 32", "EUCLIDEAN, 33"})
  void aNucleusIsTheFewestListsThatHoldTheMass(Metric metric, long seed)
      throws InterruptedException {
    Mixture mixture = mixture(20, metric, 2000, seed);
    try (IvfFixture fixture = new IvfFixture(mixture, 60, new Codec.Rabitq(0), 2);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      Random random = new Random(seed);
      for (float[] vector : mixture(20, metric, 30, seed + 100).vectors()) {
        query.set(vector);
        double mass = random.nextDouble(0.01, 1);
        int nprobe = 1 + random.nextInt(90);
        work.reset();
        Reach reach = new Reach.Until(nprobe, mass, Reach.ALL);
        fixture
            .file()
            .search(query, reach, NONE, new Widths.Usual(), _ -> true, new TopK(1), scratch, work);
        long least = nucleus(fixture, query, mass - 1e-5);
        long most = nucleus(fixture, query, mass + 1e-5);
        assertTrue(
            work.nodesVisited >= Math.min(nprobe, least)
                && work.nodesVisited <= Math.min(nprobe, most),
            () -> "%d lists for %s, expected %d".formatted(work.nodesVisited, reach, least));
      }
    }
  }

  private static long nucleus(IvfFixture fixture, QueryBuffer query, double mass) {
    double[] scores =
        fixture.nearestLists(query).stream()
            .mapToDouble(list -> fixture.centroidScore(query, list))
            .toArray();
    double mean = DoubleStream.of(scores).average().orElseThrow();
    double variance =
        DoubleStream.of(scores).map(score -> (score - mean) * (score - mean)).sum() / scores.length;
    double[] weights =
        DoubleStream.of(scores)
            .map(score -> Math.exp((score - scores[0]) / Math.sqrt(variance)))
            .toArray();
    double left = mass * DoubleStream.of(weights).sum();
    int lists = 0;
    while (lists < weights.length && (left > 0 || lists == 0)) {
      left -= weights[lists++];
    }
    return lists;
  }

  @Test
  void aNucleusOfListsThatAreAllAsNearIsAShareOfThem() throws InterruptedException {
    float[][] vectors = new float[400][4];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i][i % 4] = 1;
    }
    Mixture mixture = new Mixture(new VectorSpace(4, Metric.COSINE), vectors);
    try (IvfFixture fixture = new IvfFixture(mixture, 4, new Codec.F32(), 1);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      query.set(new float[] {1, 1, 1, 1});
      fixture
          .file()
          .search(
              query,
              new Reach.Until(4, 0.6, 4),
              NONE,
              new Widths.Usual(),
              _ -> true,
              new TopK(1),
              scratch,
              work);
      assertEquals(
          Math.ceilDiv(fixture.nearestLists(query).size() * 6, 10), (int) work.nodesVisited);
    }
  }

  @Test
  void aReachThatMeansNothingIsRefused() {
    for (double mass : new double[] {0, -0.1, 1.1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Reach.Until(1, mass, 1));
    }
    for (double recall : new double[] {-0.1, 0.996, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Reach.Measured(recall));
    }
    assertThrows(IllegalArgumentException.class, () -> new Reach.Until(0));
    assertThrows(IllegalArgumentException.class, () -> new Reach.Until(1, 1, 0));
  }

  @Test
  void rowsThatAreNotThoseOfTheListsAreRefused() throws InterruptedException {
    try (IvfFixture fixture = new IvfFixture(mixture(8, Metric.DOT, 50, 9), 4, new Codec.F32(), 1);
        IvfFixture other = new IvfFixture(mixture(8, Metric.DOT, 49, 9), 4, new Codec.F32(), 1)) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> new InvertedFile(fixture.lists(), other.file().rows(), Tuning.fixed(1, 1)));
      assertEquals("lists of 50 rows need as many vectors, got 49", refused.getMessage());
    }
  }

  @Test
  void theListOfAPositionIsTheOneThatHoldsIt() throws InterruptedException {
    try (IvfFixture fixture =
        new IvfFixture(mixture(8, Metric.DOT, 300, 10), 40, new Codec.F32(), 1)) {
      int position = 0;
      for (int list = 0; list < 40; list++) {
        for (int i = 0; i < fixture.lists().size(list); i++) {
          assertEquals(list, fixture.lists().listOf(position++));
        }
      }
      assertEquals(300, position);
      assertEquals(List.of(40, 300), List.of(fixture.lists().count(), fixture.lists().size()));
    }
  }

  private TopK search(
      IvfFixture fixture, QueryBuffer query, int nprobe, int k, IntPredicate accepted) {
    TopK hits = new TopK(k);
    OptionalInt rescore = OptionalInt.of(Math.max(1, fixture.lists().size()));
    fixture
        .file()
        .search(
            query,
            new Reach.Until(nprobe),
            rescore,
            new Widths.Usual(),
            accepted::test,
            hits,
            scratch,
            work);
    return hits;
  }

  private static Mixture mixture(int dimension, Metric metric, int count, long seed) {
    return Mixture.of(new VectorSpace(dimension, metric), count, 10, seed);
  }
}

package dev.kith.index.ivf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.Mixture;
import dev.kith.index.codec.Projection;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds a partition to its definition, by double loops over rows and centroids.
final class PartitionTest {

  @AutoClose private final Arena arena = Arena.ofShared();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void everyRowIsInOneListInTheOrderInWhichItWasGiven(long seed) throws InterruptedException {
    Random random = new Random(seed);
    Metric metric = List.of(Metric.values()).get(random.nextInt(3));
    int count = 1 + random.nextInt(1500);
    Mixture mixture = Mixture.of(new VectorSpace(1 + random.nextInt(40), metric), count, 9, seed);
    int[] sources = some(count, random);
    IvfParams params = new IvfParams(random.nextInt(90), seed);
    Partition partition = partition(mixture, params, sources, 2);
    int[] starts = partition.starts();
    assertEquals(params.listsFor(sources.length), partition.centroids().capacity());
    assertEquals(partition.centroids().capacity() + 1, starts.length);
    assertEquals(0, starts[0]);
    assertEquals(sources.length, starts[starts.length - 1]);
    int[] order = partition.order();
    assertArrayEquals(
        IntStream.range(0, sources.length).toArray(), IntStream.of(order).sorted().toArray());
    for (int list = 0; list + 1 < starts.length; list++) {
      assertTrue(starts[list] <= starts[list + 1]);
      for (int place = starts[list] + 1; place < starts[list + 1]; place++) {
        assertTrue(order[place - 1] < order[place], "list " + list);
      }
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"COSINE, 21", "DOT, 22", "EUCLIDEAN, 23"})
  void ofPrefixesEveryRowIsInTheListOfItsNearestAndCentroidsAreMeansOfWholeRows(
      Metric metric, long seed) throws InterruptedException {
    int width = 6;
    Mixture mixture = Mixture.of(new VectorSpace(20, metric), 900, 15, seed);
    VectorRows rows = IvfFixture.rows(mixture, arena);
    int[] sources = some(900, new Random(seed));
    VectorRows prefixes = Projection.asIs(20, width).prefixes(rows, sources, 2, arena, () -> {});
    IvfParams params = new IvfParams(30, seed);
    Partition partition = Partition.ofPrefixes(params, rows, sources, prefixes, 2, arena, _ -> {});
    Partition again = Partition.ofPrefixes(params, rows, sources, prefixes, 1, arena, _ -> {});
    assertArrayEquals(partition.order(), again.order());
    assertArrayEquals(partition.starts(), again.starts());
    int[] all = IntStream.range(0, sources.length).toArray();
    Partition narrow =
        Partition.of(
            Partition.train(params, prefixes, all, 2, arena, _ -> {}), prefixes, all, 2, _ -> {});
    assertArrayEquals(narrow.order(), partition.order());
    assertArrayEquals(narrow.starts(), partition.starts());
    double squares = 0;
    for (int list = 0; list < 30; list++) {
      double[] mean = new double[20];
      int from = partition.starts()[list];
      int to = partition.starts()[list + 1];
      for (int place = from; place < to; place++) {
        float[] row = floats(rows, sources[partition.order()[place]]);
        for (int i = 0; i < mean.length; i++) {
          mean[i] += row[i] / (double) (to - from);
        }
      }
      double length = Math.sqrt(Arrays.stream(mean).map(x -> x * x).sum());
      float[] centroid = floats(partition.centroids(), list);
      for (int i = 0; i < mean.length && to > from; i++) {
        assertEquals(mean[i] / (metric == Metric.COSINE ? length : 1), centroid[i], 1e-5);
      }
      for (int place = from; place < to; place++) {
        float[] row = floats(rows, sources[partition.order()[place]]);
        for (int i = 0; i < mean.length; i++) {
          squares += Math.pow((double) row[i] - centroid[i], 2);
        }
      }
    }
    assertEquals(squares / sources.length, partition.error(), 1e-4 * partition.error());
  }

  private static float[] floats(VectorRows rows, int ordinal) {
    return rows.segment()
        .asSlice(rows.offset(ordinal), (long) rows.space().dimension() * Float.BYTES)
        .toArray(Points.FLOAT);
  }

  /// About two thirds of the rows, at least one.
  private static int[] some(int count, Random random) {
    int[] sources = IntStream.range(0, count).filter(_ -> random.nextInt(3) > 0).toArray();
    return sources.length > 0 ? sources : new int[] {count - 1};
  }

  @ParameterizedTest
  @CsvSource({
    "COSINE, 24, 800, 0",
    "DOT, 24, 800, 0",
    "EUCLIDEAN, 24, 800, 0",
    "COSINE, 100, 500, 70",
    "DOT, 3, 500, 13",
    "EUCLIDEAN, 1, 300, 1"
  })
  void everyRowIsAroundItsNearestCentroidAndTheErrorIsTheMean(
      Metric metric, int dimension, int count, int lists) throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(dimension, metric), count, 9, 11);
    int[] sources = IntStream.range(0, count).filter(i -> i % 4 != 1).toArray();
    VectorRows rows = IvfFixture.rows(mixture, arena);
    Partition partition = partition(mixture, new IvfParams(lists, 3), sources, 2);
    VectorRows centroids = partition.centroids();
    double sum = 0;
    for (int list = 0; list < centroids.capacity(); list++) {
      for (int place = partition.starts()[list]; place < partition.starts()[list + 1]; place++) {
        int row = sources[partition.order()[place]];
        double its = squaredDistance(rows, row, centroids, list);
        double least =
            IntStream.range(0, centroids.capacity())
                .mapToDouble(other -> squaredDistance(rows, row, centroids, other))
                .min()
                .orElseThrow();
        assertEquals(least, its, 1e-5 * (1 + least));
        sum += its;
      }
    }
    double error = sum / sources.length;
    assertEquals(error, partition.error(), 1e-4 * error);
    // All rows were learnt from, and put around the centroids that they ended with.
    assertEquals(sources.length, partition.trained());
    assertEquals(error, partition.trainedError(), 1e-4 * error);
  }

  @Test
  void ofVeryManyRowsSomeAreLearntFrom() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(4, Metric.EUCLIDEAN), 1500, 4, 12);
    Partition partition = partition(mixture, new IvfParams(4, 3), all(1500), 1);
    assertEquals(1024, partition.trained());
    assertEquals(partition.trainedError(), partition.error(), 0.1 * partition.error());
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void theSameSeedGivesTheSamePartitionWithAnyNumberOfThreads(Metric metric)
      throws InterruptedException {
    // More rows than a thread assigns at a time.
    Mixture mixture = Mixture.of(new VectorSpace(16, metric), 3500, 20, 4);
    Partition one = partition(mixture, new IvfParams(0, 8), all(3500), 1);
    Partition three = partition(mixture, new IvfParams(0, 8), all(3500), 3);
    assertEquals(-1, one.centroids().segment().mismatch(three.centroids().segment()));
    assertArrayEquals(one.starts(), three.starts());
    assertArrayEquals(one.order(), three.order());
    assertEquals(one.error(), three.error());
    assertEquals(one.trainedError(), three.trainedError());
    Partition other = partition(mixture, new IvfParams(0, 9), all(3500), 1);
    assertTrue(one.centroids().segment().mismatch(other.centroids().segment()) >= 0);
  }

  @ParameterizedTest
  @CsvSource({"COSINE, 1", "COSINE, 7", "DOT, 1", "DOT, 7", "EUCLIDEAN, 1", "EUCLIDEAN, 7"})
  void thereAreNeverMoreListsThanRows(Metric metric, int count) throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(5, metric), count, 3, 5);
    Partition partition = partition(mixture, new IvfParams(1000, 1), all(count), 3);
    assertEquals(count, partition.centroids().capacity());
    assertEquals(count, partition.starts()[count]);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void rowsThatAreAllTheSameShareAList(Metric metric) throws InterruptedException {
    float[][] vectors = new float[100][];
    Arrays.fill(vectors, new float[] {1, 2, -3});
    Mixture twins = new Mixture(new VectorSpace(3, metric), vectors);
    Partition partition = partition(twins, new IvfParams(0, 2), all(100), 1);
    int list = Partition.listOf(partition.starts(), 0);
    assertEquals(list, Partition.listOf(partition.starts(), 99));
    assertEquals(0, partition.error(), 1e-5);
  }

  @Test
  void rowsThatPointEveryWhichWayHaveCentroidsAsWell() throws InterruptedException {
    float[][] vectors = {{1, 0}, {-1, 0}};
    Mixture opposite = new Mixture(new VectorSpace(2, Metric.COSINE), vectors);
    Partition partition = partition(opposite, new IvfParams(1, 2), all(2), 1);
    assertArrayEquals(new int[] {0, 2}, partition.starts());
    assertTrue(Double.isFinite(partition.error()));
  }

  @Test
  void rowsMayBePutAroundCentroidsOfOtherRows() throws InterruptedException {
    VectorSpace space = new VectorSpace(1, Metric.EUCLIDEAN);
    VectorRows centroids =
        IvfFixture.rows(new Mixture(space, new float[][] {{0}, {10}, {20}, {30}}), arena);
    VectorRows rows =
        IvfFixture.rows(new Mixture(space, new float[][] {{29}, {1}, {19}, {-9}, {33}}), arena);
    Partition partition =
        Partition.of(
            new Partition.Centroids(centroids, 17, 0.5), rows, new int[] {0, 1, 3, 4}, 1, _ -> {});
    assertArrayEquals(new int[] {0, 2, 2, 2, 4}, partition.starts());
    assertArrayEquals(new int[] {1, 2, 0, 3}, partition.order());
    assertEquals((1 + 1 + 81 + 9) / 4.0, partition.error(), 1e-4);
    assertEquals(17, partition.trained());
    assertEquals(0.5, partition.trainedError());
  }

  @Test
  void listsThatAreKnownAreKeptAndTheOthersFound() throws InterruptedException {
    VectorSpace space = new VectorSpace(1, Metric.EUCLIDEAN);
    VectorRows centroids =
        IvfFixture.rows(new Mixture(space, new float[][] {{0}, {10}, {20}, {30}}), arena);
    VectorRows rows =
        IvfFixture.rows(new Mixture(space, new float[][] {{29}, {1}, {19}, {-9}, {33}}), arena);
    int unknown = Partition.UNKNOWN;
    Partition partition =
        Partition.of(
            new Partition.Centroids(centroids, 17, 0.5),
            rows,
            new int[] {4, 3, 2, 1},
            new int[] {unknown, 1, unknown, 0},
            1,
            _ -> {});
    assertArrayEquals(new int[] {0, 1, 2, 3, 4}, partition.starts());
    assertArrayEquals(new int[] {3, 1, 2, 0}, partition.order());
    assertEquals((1 + 19 * 19 + 1 + 9) / 4.0, partition.error());
  }

  @Test
  void progressRisesToTheEndAndMayEndTheWork() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(8, Metric.DOT), 3000, 5, 6);
    VectorRows rows = IvfFixture.rows(mixture, arena);
    IvfParams params = new IvfParams(0, 1);
    List<Double> shares = new ArrayList<>();
    Partition.Centroids centroids = Partition.train(params, rows, all(3000), 2, arena, shares::add);
    assertTrue(shares.size() > 2, shares::toString);
    assertTrue(shares.getLast() <= 1, shares::toString);
    assertEquals(shares.stream().sorted().toList(), shares);
    shares.clear();
    Partition.of(centroids, rows, all(3000), 2, shares::add);
    assertEquals(1, shares.getLast());
    Partition.Progress enough =
        _ -> {
          throw new CancellationException("enough");
        };
    assertThrows(
        CancellationException.class,
        () -> Partition.train(params, rows, all(3000), 2, arena, enough));
    assertThrows(
        CancellationException.class, () -> Partition.of(centroids, rows, all(3000), 2, enough));
  }

  @Test
  void theListOfAPlaceIsNeverAnEmptyOne() {
    int[] starts = {0, 0, 3, 3, 3, 4, 9, 9};
    int[] lists = {1, 1, 1, 4, 5, 5, 5, 5, 5};
    for (int place = 0; place < lists.length; place++) {
      assertEquals(lists[place], Partition.listOf(starts, place), "place " + place);
    }
    assertEquals(0, Partition.listOf(new int[] {0, 1}, 0));
  }

  private Partition partition(Mixture mixture, IvfParams params, int[] sources, int threads)
      throws InterruptedException {
    VectorRows rows = IvfFixture.rows(mixture, arena);
    Partition.Centroids centroids = Partition.train(params, rows, sources, threads, arena, _ -> {});
    return Partition.of(centroids, rows, sources, threads, _ -> {});
  }

  private static int[] all(int count) {
    return IntStream.range(0, count).toArray();
  }

  private static double squaredDistance(VectorRows a, int rowA, VectorRows b, int rowB) {
    double sum = 0;
    for (int i = 0; i < a.space().dimension(); i++) {
      double difference =
          (double) a.segment().get(Points.FLOAT, a.offset(rowA) + 4L * i)
              - b.segment().get(Points.FLOAT, b.offset(rowB) + 4L * i);
      sum += difference * difference;
    }
    return sum;
  }
}

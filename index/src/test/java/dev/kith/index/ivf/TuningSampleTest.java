package dev.kith.index.ivf;

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
import dev.kith.index.hnsw.GraphCompactor;
import dev.kith.index.hnsw.HnswGraph;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.ivf.Tuning.Setting;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What is measured, held to the recall that it is to bring for queries that are not in the file.
final class TuningSampleTest {
  private static final int K = 10;

  @ParameterizedTest(name = "{0}, {1}, {2} dimensions, spilled {3}, seed {4}")
  @CsvSource({
    "F32, EUCLIDEAN, 32, false, 1",
    "F16, COSINE, 32, false, 2",
    "BF16, DOT, 32, false, 3",
    "INT8, COSINE, 100, false, 4",
    "RABITQ, EUCLIDEAN, 100, false, 5",
    "RABITQ, DOT, 200, false, 6",
    "PQ, COSINE, 32, false, 7",
    "PQ, DOT, 32, false, 8",
    "F32, EUCLIDEAN, 32, true, 9",
    "INT8, DOT, 100, true, 10",
    "RABITQ, COSINE, 100, true, 11",
    "PQ_8, EUCLIDEAN, 32, true, 12"
  })
  void aSearchFindsAboutAsMuchOfTheNearestAsItAsksFor(
      Codecs named, Metric metric, int dimension, boolean spill, long seed)
      throws InterruptedException {
    Codec codec = named.codec();
    Mixture all = Mixture.of(new VectorSpace(dimension, metric), 2600, 30, seed);
    Mixture base = all.part(0, 2500);
    try (IvfFixture fixture = new IvfFixture(base, new IvfParams(0, 7, spill), codec, 2);
        QueryBuffer query = new QueryBuffer(base.space())) {
      Tuning tuning = measure(fixture, 1);
      assertEquals(Tuning.RECALLS, tuning.settings().stream().map(Setting::recall).toList());
      InvertedFile tuned = new InvertedFile(fixture.lists(), fixture.file().rows(), tuning);
      long last = 0;
      for (Setting setting : tuning.settings()) {
        assertTrue(setting.nprobe() >= 1, tuning::toString);
        assertTrue(setting.nprobe() <= fixture.lists().count(), tuning::toString);
        assertTrue(setting.patience() <= setting.nprobe(), tuning::toString);
        assertTrue(codec.hasCodes() || setting.rescoreFactor() == 1, tuning::toString);
        SearchWork work = new SearchWork();
        int found = 0;
        for (float[] vector : all.part(2500, 2600).vectors()) {
          query.set(vector);
          found += found(tuned, query, setting.recall(), nearest(fixture, base, vector), work);
        }
        // A hundred other queries: their own luck is about two points.
        assertTrue(found >= 1000 * setting.recall() - 40, "%d, %s".formatted(found, setting));
        // Which estimate of a row in two lists stands depends on how many candidates there are.
        assertTrue(work.distanceComputations >= last * (spill ? 0.9 : 1), tuning::toString);
        last = work.distanceComputations;
      }
      assertEquals(tuning.settings().get(2), tuning.usual());
      assertTrue(tuning.usual().nprobe() < fixture.lists().count() || metric == Metric.DOT);
    }
  }

  private static int found(
      InvertedFile file, QueryBuffer query, double recall, Set<Integer> truth, SearchWork work) {
    TopK hits = new TopK(K);
    Reach reach = new Reach.Measured(recall);
    file.search(
        query,
        reach,
        OptionalInt.empty(),
        new Widths.Usual(),
        _ -> true,
        hits,
        new IvfScratch(),
        work);
    int[] ordinals = new int[K];
    return (int)
        IntStream.of(ordinals).limit(hits.drainTo(ordinals)).filter(truth::contains).count();
  }

  /// Positions of the nearest rows.
  private static Set<Integer> nearest(IvfFixture fixture, Mixture base, float[] vector) {
    Set<Integer> rows =
        IntStream.of(base.nearest(vector, K, base.count(), _ -> true))
            .boxed()
            .collect(Collectors.toSet());
    int[] order = fixture.partition().order();
    return IntStream.range(0, order.length)
        .filter(position -> rows.contains(order[position]))
        .boxed()
        .collect(Collectors.toSet());
  }

  /// A graph with next to no links, of other vectors than the centroids.
  @Test
  void whatAGraphOverCentroidsMissesIsMadeUpForByReadingMore() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(16, Metric.COSINE), 1600, 40, 10);
    try (IvfFixture fixture = new IvfFixture(mixture, 1100, new Codec.F32(), 2);
        Arena arena = Arena.ofShared()) {
      VectorRows centroids = fixture.lists().coarse().centroids();
      InvertedLists misled =
          new InvertedLists(
              new CentroidGraph(centroids, misleading(centroids, arena)),
              fixture.partition().starts(),
              Spill.none(centroids.capacity()),
              fixture.lists().codes());
      Tuning good = measure(fixture, 1);
      Tuning bad =
          new TuningSample(misled, fixture.given(), fixture.partition().order())
              .measure(1, () -> {});
      for (double recall : Tuning.RECALLS) {
        assertTrue(bad.at(recall).nprobe() > 2 * good.at(recall).nprobe(), () -> good + "" + bad);
      }
    }
  }

  private static SealedGraph misleading(VectorRows centroids, Arena arena) {
    int count = centroids.capacity();
    VectorRows others = VectorRows.reserve(centroids.space(), count, arena);
    HnswGraph graph = new HnswGraph(new HnswParams(2, 2, 1), others, new Tombstones(count), arena);
    HnswScratch scratch = new HnswScratch();
    for (int node = 0; node < count; node++) {
      others.copy(node, centroids, (int) (node * 7919L % count));
      graph.link(node, scratch);
    }
    int[] same = IntStream.range(0, count).toArray();
    return new GraphCompactor(graph, others, same, _ -> {}).seal(arena);
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void ofTooFewRowsAllListsAreReadAndNoneIsScoredInVain(Codecs named) throws InterruptedException {
    Codec codec = named.codec();
    for (int count : new int[] {0, 1, 10}) {
      Mixture mixture = Mixture.of(new VectorSpace(16, Metric.COSINE), count, 2, 1);
      try (IvfFixture fixture = new IvfFixture(mixture, 0, codec, 1)) {
        int lists = fixture.lists().count();
        assertEquals(Tuning.fixed(lists, 1), measure(fixture, 1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void ofFewRowsOrOfTwinsSomethingIsMeasured(Codecs named) throws InterruptedException {
    Codec codec = named.codec();
    float[][] twins = new float[300][];
    Arrays.fill(twins, new float[] {1, 2, 3});
    for (Mixture mixture :
        new Mixture[] {
          Mixture.of(new VectorSpace(16, Metric.COSINE), 11, 2, 1),
          new Mixture(new VectorSpace(3, Metric.EUCLIDEAN), twins)
        }) {
      try (IvfFixture fixture = new IvfFixture(mixture, 0, codec, 1)) {
        Tuning tuning = measure(fixture, 1);
        for (Setting setting : tuning.settings()) {
          assertTrue(setting.nprobe() >= 1, tuning::toString);
          assertTrue(setting.nprobe() <= fixture.lists().count(), tuning::toString);
          assertTrue(setting.patience() >= 1, tuning::toString);
          assertTrue(setting.rescoreFactor() >= 1, tuning::toString);
        }
      }
    }
  }

  @Test
  void theSameSeedMeasuresTheSameAndTheListenerMayEndIt() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(32, Metric.COSINE), 1000, 10, 9);
    try (IvfFixture fixture = new IvfFixture(mixture, 0, new Codec.Rabitq(0), 1)) {
      assertEquals(measure(fixture, 3), measure(fixture, 3));
      AtomicInteger steps = new AtomicInteger();
      assertThrows(
          CancellationException.class,
          () ->
              sample(fixture)
                  .measure(
                      3,
                      () -> {
                        if (steps.incrementAndGet() == 20) {
                          throw new CancellationException("enough");
                        }
                      }));
    }
  }

  private static Tuning measure(IvfFixture fixture, long seed) {
    return sample(fixture).measure(seed, () -> {});
  }

  private static TuningSample sample(IvfFixture fixture) {
    return new TuningSample(fixture.lists(), fixture.given(), fixture.partition().order());
  }
}

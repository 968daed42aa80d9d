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
import dev.kith.index.codec.ProductRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.codec.RandomRotation;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Blocks of codes, held to the scores that their estimates stand for.
final class IvfEncoderTest {

  @ParameterizedTest
  @CsvSource({
    "RABITQ, COSINE, 100",
    "RABITQ, DOT, 20",
    "RABITQ, EUCLIDEAN, 200",
    "PQ, COSINE, 100",
    "PQ, DOT, 20",
    "PQ, EUCLIDEAN, 33",
    "OPQ, COSINE, 33",
    "OPQ, DOT, 100",
    "OPQ, EUCLIDEAN, 20",
    "PQ_8, COSINE, 33",
    "PQ_8, DOT, 100",
    "PQ_8, EUCLIDEAN, 20",
    "OPQ_8, COSINE, 20",
    "OPQ_8, DOT, 33",
    "OPQ_8, EUCLIDEAN, 100"
  })
  void estimatesAreNearTheScoresAndEveryRowHasOne(Codecs named, Metric metric, int dimension)
      throws InterruptedException {
    Codec codec = named.codec();
    Mixture all = Mixture.of(new VectorSpace(dimension, metric), 1023, 10, 1);
    Mixture base = new Mixture(all.space(), Arrays.copyOf(all.vectors(), 1003));
    try (IvfFixture fixture = new IvfFixture(base, 30, codec, 2);
        QueryBuffer query = new QueryBuffer(all.space())) {
      for (int i = 1003; i < 1023; i++) {
        query.set(all.vectors()[i]);
        float[] estimates = estimates(fixture, query);
        double[] scores = new double[estimates.length];
        double[] errors = new double[estimates.length];
        for (int position = 0; position < scores.length; position++) {
          scores[position] = fixture.exact(query, position);
          errors[position] = estimates[position] - scores[position];
        }
        double spread = deviation(scores);
        double deviation = deviation(errors);
        assertTrue(deviation < 0.25 * spread, "%f of %f".formatted(deviation, spread));
        assertEquals(0, mean(errors), 0.05 * spread, "bias");
      }
    }
  }

  /// What is left of a block must have no estimate, or there would be more than rows.
  private static float[] estimates(IvfFixture fixture, QueryBuffer query) {
    int size = fixture.lists().size();
    TopK all = new TopK(2 * size);
    int lists = fixture.lists().count();
    IvfScratch scratch = new IvfScratch();
    fixture.lists().bind(query, scratch);
    fixture
        .lists()
        .collect(query, new Reach.Until(lists), 0, _ -> true, all, scratch, new SearchWork());
    assertEquals(size, all.size());
    int[] ordinals = new int[size];
    float[] scores = new float[size];
    all.drainTo(ordinals, scores);
    float[] estimates = new float[size];
    boolean[] seen = new boolean[size];
    for (int i = 0; i < size; i++) {
      assertTrue(!seen[ordinals[i]], "row " + ordinals[i]);
      seen[ordinals[i]] = true;
      estimates[ordinals[i]] = scores[i];
    }
    return estimates;
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).average().orElseThrow();
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / values.length);
  }

  @ParameterizedTest
  @CsvSource({
    "RABITQ, COSINE",
    "RABITQ, DOT",
    "RABITQ, EUCLIDEAN",
    "PQ, COSINE",
    "PQ, DOT",
    "PQ, EUCLIDEAN",
    "OPQ, COSINE",
    "OPQ, DOT",
    "PQ_8, EUCLIDEAN",
    "OPQ_8, DOT",
    "OPQ_8, EUCLIDEAN"
  })
  void rowsAloneInTheirListsAreEstimatedExactly(Codecs named, Metric metric)
      throws InterruptedException {
    Codec codec = named.codec();
    Mixture mixture = Mixture.of(new VectorSpace(20, metric), 50, 5, 3);
    try (IvfFixture fixture = new IvfFixture(mixture, 50, codec, 1);
        QueryBuffer query = new QueryBuffer(mixture.space())) {
      assertEquals(0, fixture.partition().error(), 1e-5);
      query.set(mixture.vectors()[7]);
      float[] estimates = estimates(fixture, query);
      for (int position = 0; position < 50; position++) {
        assertEquals(fixture.exact(query, position), estimates[position], 2e-3);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RABITQ, COSINE",
    "RABITQ, EUCLIDEAN",
    "PQ, EUCLIDEAN",
    "OPQ, COSINE",
    "PQ_8, COSINE",
    "OPQ_8, EUCLIDEAN"
  })
  void theBytesAreTheSameWithAnyNumberOfThreads(Codecs named, Metric metric)
      throws InterruptedException {
    // More blocks than a thread codes at a time.
    Mixture mixture = Mixture.of(new VectorSpace(24, metric), 800, 10, 4);
    try (IvfFixture one = new IvfFixture(mixture, 50, named.codec(), 1);
        IvfFixture three = new IvfFixture(mixture, 50, named.codec(), 3)) {
      assertEquals(-1, codes(one).mismatch(codes(three)));
    }
  }

  private static MemorySegment codes(IvfFixture fixture) {
    return switch (fixture.lists().codes()) {
      case ListCodes.Blocks blocks -> blocks.blocks();
      case ListCodes.Words(ProductRows rows, _) -> rows.segment();
      case ListCodes.Plain _, ListCodes.Rows _ -> throw new AssertionError("no such codes");
    };
  }

  private static ListCodes.Blocks blocks(IvfFixture fixture) {
    return (ListCodes.Blocks) fixture.lists().codes();
  }

  @Test
  void everyListBeginsANewBlock() throws InterruptedException {
    VectorSpace space = new VectorSpace(1, Metric.EUCLIDEAN);
    float[][] vectors = new float[100][1];
    for (int i = 0; i < 100; i++) {
      vectors[i][0] = i < 33 ? 0 : i < 65 ? 100 : 200; // 33, 32 and 35 rows.
    }
    try (Arena arena = Arena.ofShared()) {
      VectorRows rows = IvfFixture.rows(new Mixture(space, vectors), arena);
      VectorRows centroids =
          IvfFixture.rows(new Mixture(space, new float[][] {{0}, {50}, {100}, {200}}), arena);
      Partition partition =
          Partition.of(
              new Partition.Centroids(centroids, 0, 0),
              rows,
              IntStream.range(0, 100).toArray(),
              1,
              _ -> {});
      assertArrayEquals(new int[] {0, 2, 2, 3, 5}, ListCodes.firstBlocks(partition.starts()));
      RabitqCode code = new RabitqCode(16, 2);
      IvfEncoder encoder = new IvfEncoder(partition, Spill.none(4), rows, partition.order());
      assertEquals(5 * FastScan.blockBytes(FactorFormat.WRITTEN, 8), encoder.bytes(code));
      MemorySegment room = arena.allocate(encoder.bytes(code), 64);
      encoder.write(
          new ListCodes.Blocks(
              code, Optional.of(new RandomRotation(16, 1)), FactorFormat.WRITTEN, room),
          1,
          _ -> {});
      int[] places = {32, 1, 32, 32, 3};
      for (int block = 0; block < 5; block++) {
        for (int place = 0; place < 32; place++) {
          long at = block * FastScan.blockBytes(FactorFormat.WRITTEN, 8) + 4L * place;
          float addend = FactorFormat.WRITTEN.addend(room, at);
          assertEquals(place < places[block] ? 0 : Float.NEGATIVE_INFINITY, addend, 1e-6f);
        }
      }
    }
  }

  @Test
  void progressRisesToTheEndAndMayEndTheWork() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(16, Metric.DOT), 1200, 10, 6);
    try (IvfFixture fixture = new IvfFixture(mixture, 1150, new Codec.Rabitq(0), 1)) {
      List<Double> shares = new ArrayList<>();
      encoder(fixture).write(blocks(fixture), 2, shares::add);
      assertTrue(shares.size() > 1, shares::toString);
      assertEquals(1, shares.getLast());
      assertEquals(shares.stream().sorted().toList(), shares);
      assertThrows(
          CancellationException.class,
          () ->
              encoder(fixture)
                  .write(
                      blocks(fixture),
                      2,
                      _ -> {
                        throw new CancellationException("enough");
                      }));
    }
  }

  private static IvfEncoder encoder(IvfFixture fixture) {
    return fixture.encoder();
  }
}

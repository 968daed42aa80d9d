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
import dev.kith.index.codec.OrthogonalRotation;
import dev.kith.index.codec.ProductQuantizer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Rotation;
import dev.kith.index.codec.WordTraining;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is learnt for words, and what it is worth.
final class WordTrainingTest {
  private static final int K = 10;
  private static final int LISTS = 4;

  @ParameterizedTest
  @CsvSource({
    "1, 4, 1",
    "2, 4, 1",
    "3, 4, 2",
    "33, 4, 17",
    "100, 4, 50",
    "1, 8, 1",
    "4, 8, 1",
    "5, 8, 2",
    "100, 8, 25"
  })
  void partsHaveHalfAsManyCoordinatesAsTheirWordsBits(int dimension, int bits, int parts)
      throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(dimension, Metric.DOT), 20, 2, 5);
    try (IvfFixture fixture = new IvfFixture(mixture, 2, new Codec.F32(), 1);
        Arena arena = Arena.ofShared()) {
      for (boolean rotated : new boolean[] {false, true}) {
        WordTraining.Learnt learnt = training(fixture).learn(bits, rotated, 1, 1, arena, () -> {});
        assertEquals(parts, learnt.words().parts());
        assertEquals(bits, learnt.words().bits());
        assertEquals(rotated, learnt.rotation().isPresent());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"PQ", "OPQ", "PQ_8", "OPQ_8"})
  void theSameIsLearntWithAnyNumberOfThreads_seed3(Codecs named) throws InterruptedException {
    Codec.Pq codec = (Codec.Pq) named.codec();
    Mixture mixture = correlated(1_200, 18, 3);
    try (IvfFixture fixture = new IvfFixture(mixture, 10, new Codec.F32(), 1);
        Arena arena = Arena.ofShared()) {
      WordTraining.Learnt one = learn(codec, fixture, 1, arena);
      WordTraining.Learnt three = learn(codec, fixture, 3, arena);
      assertArrayEquals(stored(one.words()), stored(three.words()));
      if (codec.rotated()) {
        assertEquals(-1, matrix(one).stored().mismatch(matrix(three).stored()));
      }
    }
  }

  private static WordTraining.Learnt learn(
      Codec.Pq codec, IvfFixture fixture, int threads, Arena arena) throws InterruptedException {
    return training(fixture).learn(codec.listBits(), codec.rotated(), 7, threads, arena, () -> {});
  }

  private static OrthogonalRotation matrix(WordTraining.Learnt learnt) {
    return (OrthogonalRotation) learnt.rotation().orElseThrow();
  }

  private static byte[] stored(ProductQuantizer quantizer) {
    byte[] bytes =
        new byte[(int) ProductQuantizer.storedBytes(quantizer.dimension(), quantizer.bits())];
    quantizer.store(MemorySegment.ofArray(bytes));
    return bytes;
  }

  @ParameterizedTest(name = "{0}, {1}, seed {2}")
  @CsvSource({"PQ, OPQ, 1", "PQ_8, OPQ_8, 2"})
  void rowsWithCorrelatedCoordinatesAreFoundByTheirCodesMoreOftenOnceTurned_seed(
      Codecs plain, Codecs turned, long seed) throws InterruptedException {
    Mixture all = correlated(2_100, 32, seed);
    Mixture base = all.part(0, 2_000);
    float[][] queries = all.part(2_000, 2_100).vectors();
    try (IvfFixture without = new IvfFixture(base, LISTS, plain.codec(), 2);
        IvfFixture with = new IvfFixture(base, LISTS, turned.codec(), 2)) {
      assertKeepsProducts(rotation(with), queries);
      double before = recall(without, queries);
      double after = recall(with, queries);
      assertTrue(after > before + 0.03, "%f after %f".formatted(after, before));
    }
  }

  private static Rotation rotation(IvfFixture fixture) {
    return ((ListCodes.Relative) fixture.lists().codes()).rotation().orElseThrow();
  }

  private static void assertKeepsProducts(Rotation rotation, float[][] vectors) {
    int moved = 0;
    for (int i = 0; i + 1 < vectors.length; i++) {
      float[] first = rotated(rotation, vectors[i]);
      float[] second = rotated(rotation, vectors[i + 1]);
      double product = dot(vectors[i], vectors[i + 1]);
      double scale = Math.sqrt(dot(vectors[i], vectors[i]) * dot(first, first));
      assertEquals(product, dot(first, second), 1e-4 * scale);
      moved += Arrays.equals(first, vectors[i]) ? 0 : 1;
    }
    assertEquals(vectors.length - 1, moved);
  }

  private static float[] rotated(Rotation rotation, float[] vector) {
    float[] rotated = new float[vector.length];
    rotation.rotate(MemorySegment.ofArray(vector), 0, vector.length, rotated);
    return rotated;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /// The share of the nearest among as many rows that are best by their codes, of all lists.
  private static double recall(IvfFixture fixture, float[][] queries) {
    IvfScratch scratch = new IvfScratch();
    int found = 0;
    try (QueryBuffer query = new QueryBuffer(fixture.given().space())) {
      for (float[] vector : queries) {
        query.set(vector);
        TopK best = new TopK(K);
        fixture.lists().bind(query, scratch);
        fixture
            .lists()
            .collect(query, new Reach.Until(LISTS), 0, _ -> true, best, scratch, new SearchWork());
        int[] ordinals = new int[K];
        best.drainTo(ordinals);
        Set<Integer> nearest =
            IntStream.range(0, fixture.lists().size())
                .boxed()
                .sorted((a, b) -> Double.compare(fixture.exact(query, b), fixture.exact(query, a)))
                .limit(K)
                .collect(Collectors.toSet());
        found += (int) IntStream.of(ordinals).filter(nearest::contains).count();
      }
    }
    return (double) found / (K * queries.length);
  }

  @Test
  void whoeverIsCalledMayEndIt() throws InterruptedException {
    try (IvfFixture fixture = new IvfFixture(correlated(300, 12, 4), 5, new Codec.F32(), 1);
        Arena arena = Arena.ofShared()) {
      for (boolean rotated : new boolean[] {false, true}) {
        assertThrows(
            CancellationException.class,
            () ->
                training(fixture)
                    .learn(
                        4,
                        rotated,
                        1,
                        2,
                        arena,
                        () -> {
                          throw new CancellationException("enough");
                        }));
      }
    }
  }

  private static WordTraining training(IvfFixture fixture) {
    return fixture.encoder().training();
  }

  /// Normal vectors that lie askew: along each of as many directions as there are dimensions, which
  /// are drawn at random, they reach .9 times as far as along the one before.
  private static Mixture correlated(int count, int dimension, long seed) {
    Random random = new Random(seed);
    float[][] directions = new float[dimension][dimension];
    double reach = 1;
    for (float[] direction : directions) {
      for (int i = 0; i < dimension; i++) {
        direction[i] = (float) (reach * random.nextGaussian());
      }
      reach *= 0.9;
    }
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (float[] direction : directions) {
        float along = (float) random.nextGaussian();
        for (int i = 0; i < dimension; i++) {
          vector[i] += along * direction[i];
        }
      }
    }
    return new Mixture(new VectorSpace(dimension, Metric.EUCLIDEAN), vectors);
  }
}

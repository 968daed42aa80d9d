package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows of words relative to their mean, held to what they are defined as, a coordinate at a time.
final class WordRowsTest {
  private static final FactorFormat FORMAT = FactorFormat.WRITTEN;
  private static final int COUNT = 330;

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest(name = "{0}, {1} dimensions, {2} bits, rotated {3}, seed {4}")
  @CsvSource({
    "COSINE, 17, 4, false, 1",
    "DOT, 7, 4, false, 2",
    "EUCLIDEAN, 20, 4, false, 3",
    "COSINE, 16, 4, true, 4",
    "DOT, 33, 4, true, 5",
    "EUCLIDEAN, 1, 4, true, 6",
    "COSINE, 33, 8, false, 7",
    "DOT, 16, 8, false, 8",
    "EUCLIDEAN, 5, 8, false, 9",
    "COSINE, 9, 8, true, 10",
    "DOT, 3, 8, true, 11",
    "EUCLIDEAN, 31, 8, true, 12"
  })
  void aScoreIsThatOfWhatTheWordsOfARowStandFor_seed(
      Metric metric, int dimension, int bits, boolean rotated, long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    VectorSpace space = new VectorSpace(dimension, metric);
    VectorRows rows = NormalRows.draw(space, COUNT, random, arena);
    // Not all of them, and in another order.
    int[] sources = IntStream.iterate(COUNT - 1, row -> row - 1).limit(COUNT - 30).toArray();
    WordRows coded = encode(new Codec.Pq(bits, rotated), rows, sources, 2);
    assertEquals(rotated, coded.learnt().rotation().isPresent());
    try (QueryBuffer query = new QueryBuffer(space)) {
      query.set(NormalRows.vector(dimension, random));
      float[] scores = scores(coded, query);
      Naive naive = new Naive(coded, rows, sources);
      for (int row = 0; row < sources.length; row++) {
        double expected = naive.score(vector(rows, sources[row]), vector(query));
        // Factors are off by a 512th at most, of what may cancel out.
        double loss = naive.squares(vector(rows, sources[row]), vector(query)) / 100;
        assertEquals(expected, scores[row], loss + 1e-4, "row " + row);
      }
    }
  }

  /// Scores what codes stand for, in doubles where they are not given.
  private static final class Naive {
    private final Metric metric;
    private final WordTraining.Learnt learnt;
    private final float[] mean;

    Naive(WordRows coded, VectorRows rows, int[] sources) {
      this.metric = coded.space().metric();
      this.learnt = coded.learnt();
      this.mean = new float[coded.space().dimension()];
      for (int i = 0; i < mean.length; i++) {
        int coordinate = i;
        mean[i] =
            (float)
                IntStream.of(sources)
                    .mapToDouble(row -> vector(rows, row)[coordinate])
                    .average()
                    .orElse(0);
      }
    }

    double score(float[] row, float[] query) {
      float[] difference = fromMean(row);
      float[] turned = turned(difference);
      byte[] codes = new byte[learnt.words().parts()];
      learnt.words().encode(turned, codes);
      float[] decoded = new float[row.length];
      learnt.words().decode(codes, decoded);
      double product = dot(decoded, turned);
      double unbiased = product == 0 ? 0 : dot(turned, turned) / product;
      float[] fromMean = fromMean(query);
      double estimate = unbiased * dot(decoded, turned(fromMean));
      return metric == Metric.EUCLIDEAN
          ? -dot(fromMean, fromMean) - dot(difference, difference) + 2 * estimate
          : dot(query, mean) + dot(difference, mean) + estimate;
    }

    double squares(float[] row, float[] query) {
      return dot(row, row) + dot(query, query) + dot(mean, mean);
    }

    private float[] fromMean(float[] vector) {
      float[] difference = new float[vector.length];
      for (int i = 0; i < vector.length; i++) {
        difference[i] = vector[i] - mean[i];
      }
      return difference;
    }

    private float[] turned(float[] vector) {
      float[] turned = new float[vector.length];
      Rotation.prepare(learnt.rotation(), MemorySegment.ofArray(vector), 0, vector.length, turned);
      return turned;
    }
  }

  @ParameterizedTest(name = "{0} bits, rotated {1}")
  @CsvSource({"4, false", "4, true", "8, false", "8, true"})
  void theBytesAreTheSameWithAnyNumberOfThreadsAndReadAgainScoreTheSame_seed13(
      int bits, boolean rotated) throws InterruptedException {
    Random random = new Random(13);
    VectorSpace space = new VectorSpace(19, Metric.EUCLIDEAN);
    VectorRows rows = NormalRows.draw(space, COUNT, random, arena);
    int[] sources = IntStream.range(0, COUNT).toArray();
    WordRows one = encode(new Codec.Pq(bits, rotated), rows, sources, 1);
    WordRows three = encode(new Codec.Pq(bits, rotated), rows, sources, 3);
    assertEquals(-1, one.stored().mismatch(three.stored()));
    assertEquals(WordRows.bytes(space, bits, FORMAT, COUNT), one.stored().byteSize());
    WordRows read = WordRows.map(space, one.learnt(), FORMAT, one.stored(), COUNT);
    try (QueryBuffer query = new QueryBuffer(space)) {
      query.set(NormalRows.vector(19, random));
      assertArrayEquals(scores(one, query), scores(read, query));
    }
  }

  @Test
  void aByteStandsForFourCoordinatesWhateverTheBitsAndNoneAskedForAreEight()
      throws InterruptedException {
    VectorSpace space = new VectorSpace(100, Metric.DOT);
    long mean = VectorRows.strideBytes(space);
    assertEquals(mean + 3 * 29, WordRows.bytes(space, 8, FactorFormat.BF16, 3));
    assertEquals(mean + 3 * 36, WordRows.bytes(space, 4, FactorFormat.FLOAT, 3));
    VectorRows rows = NormalRows.draw(space, 20, new Random(14), arena);
    WordRows coded = encode(new Codec.Pq(0, false), rows, new int[] {1, 2, 3}, 1);
    assertEquals(8, coded.learnt().words().bits());
    assertEquals(SegmentCodes.bytes(new Codec.Pq(0, false), space, 3), coded.stored().byteSize());
  }

  @Test
  void whatIsNotAsItWasStoredAndQueriesOfOtherSpacesAreRefused() throws InterruptedException {
    VectorSpace space = new VectorSpace(8, Metric.DOT);
    VectorRows rows = NormalRows.draw(space, 20, new Random(15), arena);
    int[] sources = IntStream.range(0, 20).toArray();
    WordRows coded = encode(new Codec.Pq(8, false), rows, sources, 1);
    WordTraining.Learnt learnt = coded.learnt();
    MemorySegment stored = coded.stored();
    assertThrows(
        IllegalArgumentException.class, () -> WordRows.map(space, learnt, FORMAT, stored, 19));
    assertThrows(
        IllegalArgumentException.class, () -> WordRows.map(space, learnt, FORMAT, stored, -1));
    VectorSpace other = new VectorSpace(9, Metric.DOT);
    MemorySegment room = arena.allocate(WordRows.bytes(other, 8, FORMAT, 20), VectorRows.ALIGNMENT);
    assertThrows(
        IllegalArgumentException.class, () -> WordRows.map(other, learnt, FORMAT, room, 20));
    try (QueryBuffer query = new QueryBuffer(other)) {
      assertThrows(IllegalArgumentException.class, () -> new CodeScorer().bind(coded, query));
    }
  }

  @ParameterizedTest(name = "after {0} reports")
  @ValueSource(ints = {0, 1, 5})
  void whoeverHearsOfWhatIsLearntMayEndIt(int reports) {
    VectorRows rows = NormalRows.draw(new VectorSpace(12, Metric.DOT), 60, new Random(16), arena);
    int[] heard = new int[1];
    assertThrows(
        CancellationException.class,
        () ->
            WordRows.encode(
                new Codec.Pq(4, true),
                rows,
                IntStream.range(0, 60).toArray(),
                1,
                2,
                arena,
                encoded -> {
                  assertEquals(0, encoded);
                  if (heard[0]++ == reports) {
                    throw new CancellationException("enough");
                  }
                }));
  }

  @Test
  void ofNoRowsThereAreWordsAndOfFewTheyAreTheRows_seed17() throws InterruptedException {
    VectorSpace space = new VectorSpace(6, Metric.EUCLIDEAN);
    VectorRows rows = NormalRows.draw(space, 5, new Random(17), arena);
    for (boolean rotated : new boolean[] {false, true}) {
      WordRows none = encode(new Codec.Pq(4, rotated), rows, new int[0], 1);
      assertEquals(16, none.learnt().words().words());
      WordRows few = encode(new Codec.Pq(8, rotated), rows, new int[] {0, 1, 2, 3, 4}, 1);
      try (QueryBuffer query = new QueryBuffer(space)) {
        query.set(rows, 3);
        assertEquals(0, scores(few, query)[3], 1e-2);
      }
    }
  }

  @Test
  void rowsOfAnySizeAreNeverEstimatedAsNoNumber() throws InterruptedException {
    for (Metric metric : new Metric[] {Metric.DOT, Metric.EUCLIDEAN}) {
      VectorSpace space = new VectorSpace(20, metric);
      for (float size : new float[] {0, 1, 1e20f, 3e38f}) {
        VectorRows rows = VectorRows.reserve(space, 9, arena);
        for (int row = 0; row < 9; row++) {
          float[] vector = new float[20];
          Arrays.fill(vector, row % 2 == 0 ? size : -size / 2);
          rows.set(row, vector);
        }
        WordRows coded = encode(new Codec.Pq(4, false), rows, new int[] {0, 1, 2, 3, 4}, 1);
        try (QueryBuffer query = new QueryBuffer(space)) {
          query.set(rows, 0);
          for (float score : scores(coded, query)) {
            assertFalse(Float.isNaN(score), () -> metric + " of " + size);
          }
        }
      }
    }
  }

  @Test
  void wordsOfFourBitsLeaveMoreErrorThanThoseOfEightAndATurnLeavesLess_seed18()
      throws InterruptedException {
    // Each coordinate is nearly the sum of two others that lie in other parts.
    Random random = new Random(18);
    VectorSpace space = new VectorSpace(24, Metric.EUCLIDEAN);
    int count = 3_000;
    VectorRows rows = VectorRows.reserve(space, count, arena);
    for (int row = 0; row < count; row++) {
      float[] vector = new float[24];
      for (int i = 0; i < 8; i++) {
        vector[i] = (float) random.nextGaussian();
        vector[i + 8] = (float) (vector[i] + 0.1 * random.nextGaussian());
        vector[i + 16] = (float) (vector[i] - vector[(i + 1) % 8] + 0.1 * random.nextGaussian());
      }
      rows.set(row, vector);
    }
    double four = error(rows, new Codec.Pq(4, false));
    double eight = error(rows, new Codec.Pq(8, false));
    double turned = error(rows, new Codec.Pq(4, true));
    assertTrue(eight < 0.95 * four, eight + " of eight bits, " + four + " of four");
    assertTrue(turned < 0.8 * four, turned + " turned, " + four + " as they are");
  }

  /// Mean squared difference of estimates and scores, for queries that are rows.
  private double error(VectorRows rows, Codec.Pq codec) throws InterruptedException {
    int count = rows.capacity();
    WordRows coded = encode(codec, rows, IntStream.range(0, count).toArray(), 2);
    double sum = 0;
    try (QueryBuffer query = new QueryBuffer(rows.space())) {
      for (int row = 0; row < 20; row++) {
        query.set(rows, row);
        float[] exact = new float[count];
        new F32Scorer().bind(rows, query).scoreRange(0, count, exact);
        float[] estimates = scores(coded, query);
        for (int i = 0; i < count; i++) {
          sum += Math.pow(exact[i] - estimates[i], 2);
        }
      }
    }
    return sum / (20 * count);
  }

  private WordRows encode(Codec.Pq codec, VectorRows rows, int[] sources, int threads)
      throws InterruptedException {
    return (WordRows) SegmentCodes.encode(codec, rows, sources, 3, threads, arena, _ -> {});
  }

  private static float[] scores(WordRows coded, QueryBuffer query) {
    float[] scores = new float[coded.capacity()];
    new CodeScorer().bind(coded, query).scoreRange(0, scores.length, scores);
    return scores;
  }

  private static float[] vector(VectorRows rows, int row) {
    return rows.segment()
        .asSlice(rows.offset(row), 4L * rows.space().dimension())
        .toArray(ValueLayout.JAVA_FLOAT);
  }

  private static float[] vector(QueryBuffer query) {
    return query
        .segment()
        .asSlice(0, 4L * query.space().dimension())
        .toArray(ValueLayout.JAVA_FLOAT);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}

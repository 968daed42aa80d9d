package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class F32ScorerTest {
  private static final int ROWS = 23;

  @ParameterizedTest(name = "{0}, {1} dimensions")
  @CsvSource({
    "COSINE, 1",
    "COSINE, 16",
    "COSINE, 100",
    "DOT, 1",
    "DOT, 33",
    "DOT, 768",
    "EUCLIDEAN, 7",
    "EUCLIDEAN, 64",
    "EUCLIDEAN, 385"
  })
  void everyWayOfScoringGivesTheScoreOfTheDefinition(Metric metric, int dimension) {
    Random random = new Random(dimension);
    VectorSpace space = new VectorSpace(dimension, metric);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      float[][] vectors = vectors(random, dimension);
      VectorRows rows = rows(space, vectors, arena);
      float[] asked = vector(random, dimension);
      query.set(asked);
      F32Scorer scorer = new F32Scorer().bind(rows, query);
      int[] ordinals = random.ints(100, 0, ROWS).toArray();
      for (int count = 0; count <= ROWS - 5; count++) {
        float[] scores = new float[100];
        scorer.score(ordinals, count, scores);
        float[] ranged = new float[count];
        scorer.scoreRange(5, count, ranged);
        for (int i = 0; i < count; i++) {
          assertScore(metric, asked, vectors[ordinals[i]], scores[i]);
          assertScore(metric, asked, vectors[ordinals[i]], scorer.score(ordinals[i]));
          assertScore(metric, asked, vectors[5 + i], ranged[i]);
        }
        assertEquals(0, scores[count], "written past the count");
      }
      assertEquals(VectorRows.strideBytes(space), scorer.bytesPerVector());
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void aRowScoresTheSameToTheLastBitInEveryPlaceAmongOthers(Metric metric) {
    Random random = new Random(11);
    for (int dimension : new int[] {7, 48, 100}) {
      VectorSpace space = new VectorSpace(dimension, metric);
      try (Arena arena = Arena.ofConfined();
          QueryBuffer query = new QueryBuffer(space)) {
        VectorRows rows = rows(space, vectors(random, dimension), arena);
        query.set(vector(random, dimension));
        F32Scorer scorer = new F32Scorer().bind(rows, query);
        int[] ordinals = new int[8];
        float[] scores = new float[8];
        for (int places = 1; places < 1 << 8; places++) {
          // The same row in some places, others in the rest. One call, because another one may be
          // compiled, and sum in another order.
          for (int place = 0; place < 8; place++) {
            ordinals[place] = (places >> place & 1) != 0 ? 9 : place;
          }
          scorer.score(ordinals, 8, scores);
          float expected = scores[Integer.numberOfTrailingZeros(places)];
          for (int place = 0; place < 8; place++) {
            if (ordinals[place] == 9) {
              assertEquals(expected, scores[place], "place " + place + " of " + places);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void aStoredRowServesAsTheQueryWhereverItIsStored(Metric metric) {
    Random random = new Random(7);
    VectorSpace space = new VectorSpace(50, metric);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      float[][] vectors = vectors(random, 50);
      VectorRows rows = rows(space, vectors, arena);
      VectorRows others = rows(space, vectors(random, 50), arena);
      for (int ordinal = 0; ordinal < ROWS; ordinal++) {
        float[] scores = new float[ROWS];
        new F32Scorer().bind(rows, ordinal).scoreRange(0, ROWS, scores);
        for (int i = 0; i < ROWS; i++) {
          assertScore(metric, vectors[ordinal], vectors[i], scores[i]);
        }
        query.set(rows, ordinal);
        float expected = new F32Scorer().bind(others, query).score(3);
        // Not bit for bit: a kernel sums in another order once it is compiled.
        assertEquals(
            expected,
            new F32Scorer().bind(others, rows, ordinal).score(3),
            1e-5f * Math.max(1, Math.abs(expected)));
      }
    }
  }

  @Test
  void sumsThatOverflowAreInfiniteAndNeverNotANumber() {
    VectorSpace space = new VectorSpace(32, Metric.DOT);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      VectorRows rows = VectorRows.reserve(space, 4, arena);
      float[] huge = new float[32];
      for (int i = 0; i < 32; i++) {
        huge[i] = i % 2 == 0 ? Float.MAX_VALUE : -Float.MAX_VALUE;
      }
      float[] positive = new float[32];
      Arrays.fill(positive, Float.MAX_VALUE);
      query.set(positive);
      for (int ordinal = 0; ordinal < 4; ordinal++) {
        rows.set(ordinal, huge);
      }
      F32Scorer scorer = new F32Scorer().bind(rows, query);
      float[] scores = new float[4];
      scorer.scoreRange(0, 4, scores);
      for (float score : scores) {
        assertFalse(Float.isNaN(score));
      }
      assertFalse(Float.isNaN(scorer.score(0)));
      VectorSpace euclidean = new VectorSpace(32, Metric.EUCLIDEAN);
      VectorRows far = VectorRows.reserve(euclidean, 1, arena);
      far.set(0, huge);
      try (QueryBuffer other = new QueryBuffer(euclidean)) {
        other.set(positive);
        assertEquals(Float.NEGATIVE_INFINITY, new F32Scorer().bind(far, other).score(0));
      }
    }
  }

  @Test
  void aSpaceOrAnOrdinalThatDoesNotFitIsRefused() {
    VectorSpace space = new VectorSpace(16, Metric.DOT);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space);
        QueryBuffer other = new QueryBuffer(new VectorSpace(16, Metric.COSINE))) {
      VectorRows rows = VectorRows.reserve(space, 4, arena);
      F32Scorer scorer = new F32Scorer();
      assertThrows(IllegalArgumentException.class, () -> scorer.bind(rows, other));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.bind(rows, 4));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(0), "nothing bound");
      scorer.bind(rows, query);
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(4));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(-1));
      float[] scores = new float[4];
      assertThrows(
          IndexOutOfBoundsException.class, () -> scorer.score(new int[] {0, 1, 2, 4}, 4, scores));
      assertThrows(
          IndexOutOfBoundsException.class, () -> scorer.score(new int[] {0, -1, 2, 3}, 4, scores));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> scorer.score(new int[] {0, 1, 2, Integer.MAX_VALUE}, 4, scores));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(new int[3], 4, scores));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(new int[5], 5, scores));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.scoreRange(1, 4, scores));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.scoreRange(-1, 2, scores));
    }
  }

  @Test
  void afterTheMemoryIsFreedScoringThrowsInsteadOfReadingIt() {
    VectorSpace space = new VectorSpace(16, Metric.DOT);
    F32Scorer scorer = new F32Scorer();
    try (Arena arena = Arena.ofShared()) {
      scorer.bind(VectorRows.reserve(space, 4, arena), 0);
    }
    assertThrows(IllegalStateException.class, () -> scorer.score(0));
    assertThrows(IllegalStateException.class, () -> scorer.scoreRange(0, 4, new float[4]));
  }

  @Test
  void aQueryIsCopiedFromAnyOffsetAndRefusedIfItDoesNotFit() {
    VectorSpace space = new VectorSpace(3, Metric.COSINE);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      MemorySegment source = arena.allocate(17);
      ValueLayout.OfFloat unaligned =
          ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
      source.set(unaligned, 1, 3);
      source.set(unaligned, 9, 4);
      query.set(source, 1);
      assertEquals(0.6f, query.segment().get(unaligned, 0));
      assertEquals(0.8f, query.segment().get(unaligned, 8));
      assertEquals(0, query.segment().address() % 64);
      assertEquals(64, query.segment().byteSize());
      assertThrows(IndexOutOfBoundsException.class, () -> query.set(source, 6));
      assertThrows(IllegalArgumentException.class, () -> query.set(new float[2]));
      assertThrows(IllegalArgumentException.class, () -> query.set(new float[3]));
    }
  }

  @Test
  void externalScoresAreWhatTheMetricPromisesAUser() {
    assertEquals(1f, Scores.external(Metric.COSINE, 1.0000001f));
    assertEquals(-1f, Scores.external(Metric.COSINE, -1.0000001f));
    assertEquals(12.5f, Scores.external(Metric.DOT, 12.5f));
    assertEquals(-5f, Scores.external(Metric.EUCLIDEAN, -25f));
    assertEquals(
        Float.NEGATIVE_INFINITY, Scores.external(Metric.EUCLIDEAN, Float.NEGATIVE_INFINITY));
    int bits = Float.floatToRawIntBits(Scores.external(Metric.EUCLIDEAN, -0f));
    assertEquals(0, bits, "a distance of zero is 0, not -0");
    assertEquals(0, Float.floatToRawIntBits(Scores.external(Metric.EUCLIDEAN, 0f)));
  }

  private static VectorRows rows(VectorSpace space, float[][] vectors, Arena arena) {
    VectorRows rows = VectorRows.reserve(space, ROWS, arena);
    for (int ordinal = 0; ordinal < ROWS; ordinal++) {
      rows.set(ordinal, vectors[ordinal]);
    }
    return rows;
  }

  private static float[][] vectors(Random random, int dimension) {
    float[][] vectors = new float[ROWS][];
    Arrays.setAll(vectors, i -> vector(random, dimension));
    return vectors;
  }

  private static float[] vector(Random random, int dimension) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = random.nextFloat(-1, 1);
    }
    return vector;
  }

  private static void assertScore(Metric metric, float[] query, float[] row, float score) {
    double dot = 0;
    double distance = 0;
    double norms = 0;
    double rowNorms = 0;
    for (int i = 0; i < query.length; i++) {
      dot += (double) query[i] * row[i];
      distance += Math.pow((double) query[i] - row[i], 2);
      norms += (double) query[i] * query[i];
      rowNorms += (double) row[i] * row[i];
    }
    double expected =
        switch (metric) {
          case COSINE -> dot / Math.sqrt(norms * rowNorms);
          case DOT -> dot;
          case EUCLIDEAN -> -distance;
        };
    assertEquals(expected, score, 1e-6 * query.length + 1e-6);
  }
}

package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.HalfFormat;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Holds estimates to the exact scores, within what rounding the coordinates can cost.
final class CodedScorerTest {
  private static final int ROWS = 23;

  @ParameterizedTest(name = "{0}, {1} dimensions, seed {2}")
  @CsvSource({
    "COSINE, 1, 1",
    "COSINE, 16, 2",
    "COSINE, 100, 3",
    "COSINE, 384, 4",
    "DOT, 1, 5",
    "DOT, 33, 6",
    "DOT, 56, 7",
    "DOT, 57, 8",
    "DOT, 768, 9",
    "EUCLIDEAN, 7, 10",
    "EUCLIDEAN, 64, 11",
    "EUCLIDEAN, 385, 12"
  })
  void estimatesAreAsNearAsTheBitsAllow(Metric metric, int dimension, long seed) {
    VectorSpace space = new VectorSpace(dimension, metric);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      Int8Query bytes = new Int8Query(space, arena);
      Random random = new Random(seed);
      VectorRows rows = rows(space, random, arena);
      query.set(vector(dimension, random));
      bytes.set(query);
      F32Scorer exact = new F32Scorer().bind(rows, query);
      // A coordinate is off by half a unit at most: 2^-11, 2^-8 and 1/254 of the largest.
      check(
          exact, new HalfScorer().bind(halves(rows, HalfFormat.F16, arena), query), 0x1p-11, rows);
      check(
          exact, new HalfScorer().bind(halves(rows, HalfFormat.BF16, arena), query), 0x1p-8, rows);
      Int8Rows int8 = int8(rows, arena);
      check(exact, new Int8Scorer().bind(int8, bytes), 2.0 / 254, rows);
      for (int ordinal = 0; ordinal < ROWS; ordinal++) {
        F32Scorer among = new F32Scorer().bind(rows, ordinal);
        check(among, new Int8Scorer().bind(int8, ordinal), 2.0 / 254, rows);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void theScoreOfARowAndItselfIsTheBestOfAll(Metric metric) {
    VectorSpace space = new VectorSpace(100, metric);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      Int8Query bytes = new Int8Query(space, arena);
      VectorRows rows = rows(space, new Random(13), arena);
      Int8Rows int8 = int8(rows, arena);
      for (int ordinal = 0; ordinal < ROWS; ordinal++) {
        query.set(rows, ordinal);
        bytes.set(query);
        float self = new Int8Scorer().bind(int8, bytes).score(ordinal);
        float exact = new F32Scorer().bind(rows, query).score(ordinal);
        assertEquals(exact, self, 2e-2 * Math.max(1, Math.abs(exact)));
        assertTrue(metric != Metric.EUCLIDEAN || self <= 0);
      }
    }
  }

  @Test
  void theZeroVectorScoresAsZeroAndHugeOnesNeverAsNotANumber() {
    for (Metric metric : new Metric[] {Metric.DOT, Metric.EUCLIDEAN}) {
      VectorSpace space = new VectorSpace(40, metric);
      try (Arena arena = Arena.ofConfined();
          QueryBuffer query = new QueryBuffer(space)) {
        Int8Query bytes = new Int8Query(space, arena);
        float[] huge = new float[40];
        for (int i = 0; i < 40; i++) {
          huge[i] = i % 2 == 0 ? 3e38f : -3e38f;
        }
        VectorRows rows = VectorRows.reserve(space, 2, arena);
        rows.set(1, huge);
        Int8Rows int8 = Int8Rows.reserve(space, 2, arena);
        int8.set(0, rows, 0);
        int8.set(1, rows, 1);
        HalfRows halves = HalfRows.reserve(space, HalfFormat.BF16, 2, arena);
        halves.set(0, rows, 0);
        halves.set(1, rows, 1);
        bytes.set(query);
        assertEquals(0f, new Int8Scorer().bind(int8, bytes).score(0) + 0f);
        query.set(huge);
        bytes.set(query);
        for (int ordinal = 0; ordinal < 2; ordinal++) {
          assertFalse(Float.isNaN(new Int8Scorer().bind(int8, bytes).score(ordinal)));
          assertFalse(Float.isNaN(new HalfScorer().bind(halves, query).score(ordinal)));
        }
      }
    }
  }

  @Test
  void aCoordinateBeyondTheFormatBecomesItsLargest() {
    VectorSpace space = new VectorSpace(3, Metric.DOT);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      VectorRows rows = VectorRows.reserve(space, 1, arena);
      rows.set(0, new float[] {4, -65_520, Float.MAX_VALUE});
      HalfRows half = HalfRows.reserve(space, HalfFormat.F16, 1, arena);
      half.set(0, rows, 0);
      HalfRows brain = HalfRows.reserve(space, HalfFormat.BF16, 1, arena);
      brain.set(0, rows, 0);
      query.set(new float[] {0, 1, 0});
      assertEquals(-65_504, new HalfScorer().bind(half, query).score(0));
      query.set(new float[] {0, 0, 1});
      assertEquals(65_504, new HalfScorer().bind(half, query).score(0));
      assertEquals(Float.intBitsToFloat(0x7F7F_0000), new HalfScorer().bind(brain, query).score(0));
    }
  }

  @Test
  void bytesPerVectorAreThoseOfTheLayout() {
    VectorSpace small = new VectorSpace(100, Metric.COSINE);
    VectorSpace large = new VectorSpace(384, Metric.COSINE);
    assertEquals(128, Int8Rows.strideBytes(small));
    assertEquals(448, Int8Rows.strideBytes(large));
    assertEquals(256, HalfRows.strideBytes(small));
    assertEquals(768, HalfRows.strideBytes(large));
  }

  @Test
  void rowsAreReadWhereTheyLieAndMemoryThatDoesNotFitIsRefused() {
    VectorSpace space = new VectorSpace(20, Metric.DOT);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      Int8Query bytes = new Int8Query(space, arena);
      VectorRows rows = rows(space, new Random(14), arena);
      query.set(rows, 3);
      bytes.set(query);
      Int8Rows int8 = int8(rows, arena);
      long used = ROWS * int8.stride();
      Int8Rows mapped = Int8Rows.map(space, int8.segment().asSlice(0, used), ROWS);
      assertEquals(
          new Int8Scorer().bind(int8, bytes).score(5),
          new Int8Scorer().bind(mapped, bytes).score(5));
      HalfRows halves = halves(rows, HalfFormat.F16, arena);
      MemorySegment slice = halves.segment().asSlice(0, ROWS * halves.stride());
      assertEquals(
          new HalfScorer().bind(halves, query).score(5),
          new HalfScorer().bind(HalfRows.map(space, HalfFormat.F16, slice, ROWS), query).score(5));
      MemorySegment short1 = int8.segment().asSlice(0, used - 1);
      MemorySegment askew = arena.allocate(used + 64, 64).asSlice(8, used);
      for (MemorySegment bad : new MemorySegment[] {short1, askew}) {
        assertThrows(IllegalArgumentException.class, () -> Int8Rows.map(space, bad, ROWS));
        assertThrows(
            IllegalArgumentException.class, () -> HalfRows.map(space, HalfFormat.BF16, bad, ROWS));
      }
    }
  }

  @Test
  void aSpaceOrAnOrdinalThatDoesNotFitIsRefused() {
    VectorSpace space = new VectorSpace(16, Metric.DOT);
    VectorSpace elsewhere = new VectorSpace(16, Metric.COSINE);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space);
        QueryBuffer other = new QueryBuffer(elsewhere)) {
      Int8Query bytes = new Int8Query(space, arena);
      Int8Query otherBytes = new Int8Query(elsewhere, arena);
      VectorRows rows = VectorRows.reserve(space, 4, arena);
      Int8Rows int8 = Int8Rows.reserve(space, 4, arena);
      HalfRows halves = HalfRows.reserve(space, HalfFormat.F16, 4, arena);
      assertThrows(IllegalArgumentException.class, () -> bytes.set(other));
      assertThrows(IllegalArgumentException.class, () -> new Int8Scorer().bind(int8, otherBytes));
      assertThrows(IllegalArgumentException.class, () -> new HalfScorer().bind(halves, other));
      assertThrows(IndexOutOfBoundsException.class, () -> new Int8Scorer().bind(int8, 4));
      assertThrows(IndexOutOfBoundsException.class, () -> int8.set(4, rows, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> halves.set(0, rows, -1));
      Scorer[] scorers = {new Int8Scorer().bind(int8, bytes), new HalfScorer().bind(halves, query)};
      float[] scores = new float[4];
      for (Scorer scorer : scorers) {
        assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(4));
        assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(-1));
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> scorer.score(new int[] {0, 1, 2, 1 << 20}, 4, scores));
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> scorer.score(new int[] {0, -1, 2, 3}, 4, scores));
        assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(new int[3], 4, scores));
        assertThrows(IndexOutOfBoundsException.class, () -> scorer.scoreRange(1, 4, scores));
      }
      assertThrows(IndexOutOfBoundsException.class, () -> new Int8Scorer().score(0));
      assertThrows(IndexOutOfBoundsException.class, () -> new HalfScorer().score(0));
    }
  }

  /// Every way of asking, against the exact scores.
  ///
  /// @param unit largest error of a coordinate, as a part of the largest one
  private static void check(Scorer exact, Scorer scorer, double unit, VectorRows rows) {
    int dimension = rows.space().dimension();
    // The errors of coordinates are as often positive as negative, so they add up like a random
    // walk: with coordinates of at most one to the root of the dimension, with unit vectors to one.
    boolean unitVectors = rows.space().metric() == Metric.COSINE;
    double bound = 4 * unit * (unitVectors ? 1 : Math.sqrt(dimension)) + 1e-6 * dimension;
    int[] ordinals = new Random(99).ints(11, 0, ROWS).toArray();
    for (int count = 0; count <= 11; count++) {
      float[] scores = new float[12];
      scorer.score(ordinals, count, scores);
      float[] ranged = new float[12];
      scorer.scoreRange(5, count, ranged);
      for (int i = 0; i < count; i++) {
        assertEquals(exact.score(ordinals[i]), scores[i], bound);
        assertEquals(scorer.score(ordinals[i]), scores[i], 1e-5 * dimension);
        assertEquals(scorer.score(5 + i), ranged[i], 1e-5 * dimension);
      }
      assertEquals(0, scores[count], "written past the count");
      assertEquals(0, ranged[count], "written past the count");
    }
  }

  private static Int8Rows int8(VectorRows rows, Arena arena) {
    Int8Rows coded = Int8Rows.reserve(rows.space(), ROWS, arena);
    for (int ordinal = 0; ordinal < ROWS; ordinal++) {
      coded.set(ordinal, rows, ordinal);
    }
    return coded;
  }

  private static HalfRows halves(VectorRows rows, HalfFormat format, Arena arena) {
    HalfRows coded = HalfRows.reserve(rows.space(), format, ROWS, arena);
    for (int ordinal = 0; ordinal < ROWS; ordinal++) {
      coded.set(ordinal, rows, ordinal);
    }
    return coded;
  }

  private static VectorRows rows(VectorSpace space, Random random, Arena arena) {
    VectorRows rows = VectorRows.reserve(space, ROWS, arena);
    for (int ordinal = 0; ordinal < ROWS; ordinal++) {
      rows.set(ordinal, vector(space.dimension(), random));
    }
    return rows;
  }

  private static float[] vector(int dimension, Random random) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = random.nextFloat(-1, 1);
    }
    return vector;
  }
}

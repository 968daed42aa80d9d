package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds estimates of one to eight bits a coordinate to what the papers promise of them.
final class LevelScorerTest {
  private static final int ROWS = 40;

  /// What the deviation of an error is less than for so many bits, where rows and queries are of
  /// length one and dimensions one.
  private static final double[] DEVIATIONS = {.8, .4, .21, .12, .065, .04, .025, .02};

  @ParameterizedTest(name = "{0} bits, {1}, {2} dimensions, seed {3}")
  @CsvSource({
    "1, COSINE, 300, 1",
    "1, DOT, 384, 2",
    "1, EUCLIDEAN, 256, 3",
    "2, COSINE, 100, 4",
    "2, DOT, 130, 5",
    "3, EUCLIDEAN, 128, 6",
    "4, COSINE, 384, 7",
    "4, EUCLIDEAN, 70, 8",
    "5, DOT, 64, 9",
    "6, COSINE, 100, 10",
    "7, EUCLIDEAN, 200, 11",
    "8, COSINE, 384, 12",
    "8, DOT, 64, 13"
  })
  void errorsHaveNoBiasAndAreAsOftenWithinTheirBoundAsAreThoseOfANormalDistribution(
      int bits, Metric metric, int dimension, long seed) {
    int rotations = 100;
    Errors errors = errors(bits, new VectorSpace(dimension, metric), seed, rotations);
    int pairs = ROWS * rotations;
    assertTrue(errors.within19 >= .92 * pairs, errors::toString);
    assertTrue(errors.within33 >= .998 * pairs, errors::toString);
    // Nor are bounds much too wide.
    assertEquals(1, Math.sqrt(errors.squares / pairs), .15);
    assertEquals(0, errors.largestSum / rotations, 4.5 / Math.sqrt(rotations));
  }

  /// Of so many pairs that chance matters little.
  @ParameterizedTest(name = "{0} bits, seed 14")
  @ValueSource(ints = {2, 5, 8})
  void ninetyNinePointNinePercentOfAllErrorsAreWithin33Deviations(int bits) {
    int rotations = 1000;
    Errors errors = errors(bits, new VectorSpace(64, Metric.COSINE), 14, rotations);
    assertTrue(errors.within33 >= .999 * ROWS * rotations, errors::toString);
  }

  /// Errors of the estimates of all rows against a query, over rotations, in deviations.
  ///
  /// @param largestSum of those of one row, whatever its sign
  private record Errors(double largestSum, double squares, int within19, int within33) {}

  private static Errors errors(int bits, VectorSpace space, long seed, int rotations) {
    Random random = new Random(seed);
    int within19 = 0;
    int within33 = 0;
    double[] sums = new double[ROWS];
    double squares = 0;
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      VectorRows rows = NormalRows.draw(space, ROWS, random, arena);
      query.set(NormalRows.vector(space.dimension(), random));
      F32Scorer exact = new F32Scorer().bind(rows, query);
      for (int rotation = 0; rotation < rotations; rotation++) {
        try (Arena once = Arena.ofConfined()) {
          BoundedScorer scorer = scorer(codes(rows, bits, seed * 1000 + rotation, once), query);
          for (int row = 0; row < ROWS; row++) {
            double error = scorer.score(row) - exact.score(row);
            double deviation = scorer.errorBound(row, 1);
            assertTrue(deviation > 0);
            sums[row] += error / deviation;
            squares += error / deviation * (error / deviation);
            within19 += Math.abs(error) <= scorer.errorBound(row, 1.9f) ? 1 : 0;
            within33 += Math.abs(error) <= scorer.errorBound(row, 3.3f) ? 1 : 0;
          }
        }
      }
    }
    double largestSum = DoubleStream.of(sums).map(Math::abs).max().orElseThrow();
    return new Errors(largestSum, squares, within19, within33);
  }

  @Test
  void exactScoresAreBoundedByNothing() {
    VectorSpace space = new VectorSpace(20, Metric.DOT);
    try (Arena arena = Arena.ofConfined()) {
      F32Scorer scorer =
          new F32Scorer().bind(NormalRows.draw(space, ROWS, new Random(1), arena), 0);
      assertEquals(0, scorer.errorBound(3, 3.3f));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.errorBound(ROWS, 1));
    }
  }

  @ParameterizedTest(name = "{0} bits, seed 21")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void theMoreBitsTheSmallerTheErrors(int bits) {
    VectorSpace space = new VectorSpace(256, Metric.COSINE);
    Random random = new Random(21);
    double squares = 0;
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      VectorRows rows = NormalRows.draw(space, ROWS, random, arena);
      SegmentCodes codes = codes(rows, bits, 22, arena);
      for (int i = 0; i < 50; i++) {
        query.set(NormalRows.vector(256, random));
        F32Scorer exact = new F32Scorer().bind(rows, query);
        BoundedScorer scorer = scorer(codes, query);
        for (int row = 0; row < ROWS; row++) {
          double error = scorer.score(row) - exact.score(row);
          squares += error * error;
        }
      }
    }
    // Rows and queries are about .96 from the centre.
    double unit = .92 / Math.sqrt(256);
    double deviation = Math.sqrt(squares / (50 * ROWS)) / unit;
    assertTrue(deviation < DEVIATIONS[bits - 1], "deviation " + deviation);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void rowsAreReadWhereTheyLieHoweverManyAreAskedAtOnce(Metric metric) {
    VectorSpace space = new VectorSpace(77, metric);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      VectorRows rows = NormalRows.draw(space, ROWS, new Random(31), arena);
      query.set(NormalRows.vector(77, new Random(32)));
      for (int bits = 2; bits <= 8; bits++) {
        SegmentCodes codes = codes(rows, bits, 33, arena);
        Scorer scorer = scorer(codes, query);
        float[] single = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
          single[row] = scorer.score(row);
          assertTrue(metric != Metric.EUCLIDEAN || single[row] <= 0);
        }
        Codec codec = new Codec.Rabitq(bits);
        Scorer mapped = scorer(SegmentCodes.map(codec, space, codes.stored(), ROWS, 33), query);
        assertEquals(SegmentCodes.bytes(codec, space, ROWS), codes.stored().byteSize());
        float[] all = new float[ROWS];
        mapped.scoreRange(0, ROWS, all);
        assertArrayEquals(single, all);
        mapped.score(IntStream.range(0, ROWS).toArray(), ROWS, all);
        assertArrayEquals(single, all);
        assertThrows(IndexOutOfBoundsException.class, () -> mapped.score(ROWS));
        assertThrows(IndexOutOfBoundsException.class, () -> mapped.scoreRange(1, ROWS, all));
      }
    }
  }

  @Test
  void bytesAreThoseOfTheLayoutAndMemoryThatDoesNotFitIsRefused() {
    VectorSpace space = new VectorSpace(100, Metric.COSINE);
    assertEquals(64, LevelRows.strideBytes(space, 2));
    assertEquals(96, LevelRows.strideBytes(space, 4));
    assertEquals(160, LevelRows.strideBytes(space, 8));
    assertEquals(224, LevelRows.strideBytes(new VectorSpace(384, Metric.COSINE), 4));
    assertEquals(448 + 3 * 96, LevelRows.bytes(space, 4, 3));
    for (int bits : new int[] {0, 1, 9}) {
      assertThrows(IllegalArgumentException.class, () -> LevelRows.strideBytes(space, bits));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(1024, 64);
      assertEquals(3, LevelRows.map(space, 4, memory.asSlice(0, 736), 3, 1).capacity());
      for (MemorySegment bad : new MemorySegment[] {memory.asSlice(0, 735), memory}) {
        assertThrows(IllegalArgumentException.class, () -> LevelRows.map(space, 4, bad, 3, 1));
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> LevelRows.map(space, 4, memory.asSlice(32, 736), 3, 1));
    }
  }

  @Test
  void equalRowsAndHugeOnesAreNeverNotANumber() {
    for (Metric metric : new Metric[] {Metric.DOT, Metric.EUCLIDEAN}) {
      VectorSpace space = new VectorSpace(20, metric);
      for (float size : new float[] {0, 1, 1e-38f, 3e38f}) {
        try (Arena arena = Arena.ofConfined();
            QueryBuffer query = new QueryBuffer(space)) {
          VectorRows rows = VectorRows.reserve(space, ROWS, arena);
          for (int row = 0; row < ROWS; row++) {
            float[] vector = new float[20];
            Arrays.fill(vector, row % 2 == 0 ? size : -size);
            rows.set(row, vector);
          }
          query.set(rows, 0);
          for (int bits = 2; bits <= 8; bits++) {
            Scorer scorer = scorer(codes(rows, bits, 1, arena), query);
            for (int row = 0; row < ROWS; row++) {
              assertFalse(Float.isNaN(scorer.score(row)));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} bits, seed 41")
  @CsvSource({"2, .001", "3, .006", "4, .02", "5, .04", "6, .07", "7, .12", "8, .2"})
  void theErrorIsLittleLargerThanThatOfTheNearestOfAllGridPoints(int bits, double more) {
    Random random = new Random(41);
    double error = 0;
    double least = 0;
    LevelEncoder encoder = new LevelEncoder(bits);
    for (int i = 0; i < 20; i++) {
      float[] vector = NormalRows.vector(128, random);
      double squares = Centre.squaredLength(vector);
      byte[] levels = encoder.encode(vector, Math.sqrt(squares / vector.length));
      double product = 0;
      double grid = 0;
      for (int k = 0; k < vector.length; k++) {
        double coordinate = levels[k] - LevelEncoder.middle(bits);
        product += coordinate * vector[k];
        grid += coordinate * coordinate;
      }
      assertEquals(product, encoder.product(), 1e-6 * product);
      assertEquals(grid, encoder.squaredLength(), 1e-6 * grid);
      error += missed(product / Math.sqrt(grid * squares));
      least += missed(greatestCosine(vector, bits));
    }
    double ratio = Math.sqrt(error / least);
    assertTrue(ratio <= 1 + more, "errors are larger by " + ratio);
  }

  private static double missed(double cosine) {
    return (1 - cosine * cosine) / (cosine * cosine);
  }

  /// Of the grid of halves, by all widths at which a coordinate changes its level.
  private static double greatestCosine(float[] vector, int bits) {
    int top = 1 << (bits - 1);
    double best = 0;
    double[] widths = new double[vector.length * top];
    int count = 0;
    for (float coordinate : vector) {
      for (int k = 1; k < top; k++) {
        widths[count++] = Math.abs(coordinate) / k * (1 - 1e-9);
      }
    }
    widths[count++] = Double.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      double product = 0;
      double grid = 0;
      double squares = 0;
      for (float coordinate : vector) {
        double length = Math.abs(coordinate);
        double level = Math.min(top - 1, Math.floor(length / widths[i])) + .5;
        product += level * length;
        grid += level * level;
        squares += length * length;
      }
      best = Math.max(best, product / Math.sqrt(grid * squares));
    }
    return best;
  }

  private static BoundedScorer scorer(SegmentCodes codes, QueryBuffer query) {
    return assertInstanceOf(BoundedScorer.class, new CodeScorer().bind(codes, query));
  }

  private static SegmentCodes codes(VectorRows rows, int bits, long seed, Arena arena) {
    int[] sources = IntStream.range(0, ROWS).toArray();
    SegmentCodes.EachForItself codes =
        bits == 1
            ? RabitqRows.reserve(rows, sources, seed, arena)
            : LevelRows.reserve(rows, bits, sources, seed, arena);
    for (int row : sources) {
      codes.set(row, rows, row);
    }
    return codes;
  }
}

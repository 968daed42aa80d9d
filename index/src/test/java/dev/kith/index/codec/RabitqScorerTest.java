package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Holds estimates of one bit a coordinate to what the paper promises of them.
final class RabitqScorerTest {
  private static final int ROWS = 40;
  private static final int ROTATIONS = 400;

  @ParameterizedTest(name = "{0}, {1} dimensions, seed {2}")
  @CsvSource({
    "COSINE, 100, 1",
    "COSINE, 384, 2",
    "DOT, 64, 3",
    "DOT, 130, 4",
    "EUCLIDEAN, 70, 5",
    "EUCLIDEAN, 256, 6"
  })
  void estimatesHaveNoBiasOverRotationsAndTheErrorThatThePaperBounds(
      Metric metric, int dimension, long seed) {
    VectorSpace space = new VectorSpace(dimension, metric);
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      VectorRows rows = NormalRows.draw(space, ROWS, random, arena);
      query.set(NormalRows.vector(dimension, random));
      F32Scorer exact = new F32Scorer().bind(rows, query);
      double[] sums = new double[ROWS];
      double[] squares = new double[ROWS];
      double[] units = units(rows, query);
      int beyond = 0;
      for (int rotation = 0; rotation < ROTATIONS; rotation++) {
        try (Arena once = Arena.ofConfined()) {
          Scorer scorer = scorer(codes(rows, seed * 1000 + rotation, once), query, once);
          for (int row = 0; row < ROWS; row++) {
            double error = (scorer.score(row) - exact.score(row)) / units[row];
            sums[row] += error;
            squares[row] += error * error;
            beyond += Math.abs(error) > 3 ? 1 : 0;
          }
        }
      }
      for (int row = 0; row < ROWS; row++) {
        double deviation = Math.sqrt(squares[row] / ROTATIONS);
        assertTrue(deviation < 1, "row %d: deviation %f".formatted(row, deviation));
        double bias = sums[row] / ROTATIONS;
        double allowed = 4.5 * deviation / Math.sqrt(ROTATIONS) + 1e-3;
        assertTrue(Math.abs(bias) <= allowed, "row %d: bias %f".formatted(row, bias));
      }
      assertTrue(beyond < ROWS * ROTATIONS / 1000, beyond + " estimates are far off");
    }
  }

  /// What an error is counted in: `|r - c| * |q - c| / sqrt(dimension)`, twice that for a squared
  /// distance.
  private static double[] units(VectorRows rows, QueryBuffer query) {
    int dimension = rows.space().dimension();
    double[] centre = new double[dimension];
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < dimension; i++) {
        centre[i] += coordinate(rows.segment(), rows.offset(row), i) / ROWS;
      }
    }
    double fromCentre = distance(query.segment(), 0, centre);
    double twice = rows.space().metric() == Metric.EUCLIDEAN ? 2 : 1;
    return IntStream.range(0, ROWS)
        .mapToDouble(row -> distance(rows.segment(), rows.offset(row), centre))
        .map(distance -> twice * distance * fromCentre / Math.sqrt(dimension))
        .toArray();
  }

  private static double distance(MemorySegment segment, long offset, double[] centre) {
    double sum = 0;
    for (int i = 0; i < centre.length; i++) {
      double difference = coordinate(segment, offset, i) - centre[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  private static double coordinate(MemorySegment segment, long offset, int i) {
    return segment.get(RabitqRows.FLOAT, offset + 4L * i);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void aRowIsEstimatedAboutRightAgainstItself(Metric metric) {
    VectorSpace space = new VectorSpace(100, metric);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      VectorRows rows = NormalRows.draw(space, ROWS, new Random(11), arena);
      RabitqRows codes = codes(rows, 12, arena);
      for (int row = 0; row < ROWS; row++) {
        query.set(rows, row);
        float estimate = scorer(codes, query, arena).score(row);
        float exact = new F32Scorer().bind(rows, query).score(row);
        // Only the query's rounding is left; the largest squared norms are about 130.
        assertEquals(exact, estimate, metric == Metric.COSINE ? 0.05 : 12);
        assertTrue(metric != Metric.EUCLIDEAN || estimate <= 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void rowsAreReadWhereTheyLieHoweverManyAreAskedAtOnce(Metric metric) {
    VectorSpace space = new VectorSpace(77, metric);
    try (Arena arena = Arena.ofConfined();
        QueryBuffer query = new QueryBuffer(space)) {
      VectorRows rows = NormalRows.draw(space, ROWS, new Random(21), arena);
      RabitqRows codes = codes(rows, 22, arena);
      query.set(NormalRows.vector(77, new Random(23)));
      Scorer scorer = scorer(codes, query, arena);
      float[] single = new float[ROWS];
      for (int row = 0; row < ROWS; row++) {
        single[row] = scorer.score(row);
      }
      Scorer mapped = scorer(RabitqRows.map(space, codes.stored(), ROWS, 22), query, arena);
      float[] all = new float[ROWS];
      mapped.scoreRange(0, ROWS, all);
      assertArrayEquals(single, all);
      mapped.score(IntStream.range(0, ROWS).toArray(), ROWS, all);
      assertArrayEquals(single, all);
    }
  }

  @Test
  void bytesAreThoseOfTheLayoutAndMemoryThatDoesNotFitIsRefused() {
    VectorSpace space = new VectorSpace(100, Metric.COSINE);
    assertEquals(64, RabitqRows.strideBytes(space));
    assertEquals(64, RabitqRows.strideBytes(new VectorSpace(384, Metric.COSINE)));
    assertEquals(128, RabitqRows.strideBytes(new VectorSpace(768, Metric.COSINE)));
    assertEquals(448 + 3 * 64, RabitqRows.bytes(space, 3));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(1024, 64);
      assertEquals(3, RabitqRows.map(space, memory.asSlice(0, 640), 3, 1).capacity());
      for (MemorySegment bad : new MemorySegment[] {memory.asSlice(0, 639), memory}) {
        assertThrows(IllegalArgumentException.class, () -> RabitqRows.map(space, bad, 3, 1));
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> RabitqRows.map(space, memory.asSlice(32, 640), 3, 1));
    }
  }

  @Test
  void equalRowsAndHugeOnesAreNeverNotANumber() {
    for (Metric metric : new Metric[] {Metric.DOT, Metric.EUCLIDEAN}) {
      VectorSpace space = new VectorSpace(20, metric);
      try (Arena arena = Arena.ofConfined();
          QueryBuffer query = new QueryBuffer(space)) {
        for (float size : new float[] {0, 1, 3e38f}) {
          VectorRows rows = VectorRows.reserve(space, 3, arena);
          for (int row = 0; row < 3; row++) {
            float[] vector = new float[20];
            Arrays.fill(vector, size);
            rows.set(row, vector);
          }
          query.set(rows, 0);
          RabitqRows codes = RabitqRows.reserve(rows, new int[] {0, 1, 2}, 1, arena);
          for (int row = 0; row < 3; row++) {
            codes.set(row, rows, row);
            assertFalse(Float.isNaN(scorer(codes, query, arena).score(row)));
          }
        }
      }
    }
  }

  private static Scorer scorer(RabitqRows codes, QueryBuffer query, Arena arena) {
    RabitqQuery encoded = new RabitqQuery(codes.space(), arena);
    encoded.set(codes, query);
    return new RabitqScorer().bind(codes, encoded);
  }

  private static RabitqRows codes(VectorRows rows, long seed, Arena arena) {
    int[] sources = IntStream.range(0, ROWS).toArray();
    RabitqRows codes = RabitqRows.reserve(rows, sources, seed, arena);
    for (int row : sources) {
      codes.set(row, rows, row);
    }
    return codes;
  }
}

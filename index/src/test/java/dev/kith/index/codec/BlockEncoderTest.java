package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.LookupTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Holds estimates to the scores they stand for. The theory is RaBitQ's: no bias, and an error that
/// shrinks with the root of the dimension.
final class BlockEncoderTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final int[] ORDINALS = IntStream.range(0, FastScan.BLOCK).toArray();

  @ParameterizedTest
  @CsvSource({
    "COSINE, 1, 64, FLOAT",
    "COSINE, 1, 384, FLOAT",
    "COSINE, 1, 384, BF16",
    "COSINE, 2, 112, BF16",
    "DOT, 1, 784, FLOAT",
    "DOT, 1, 784, BF16",
    "DOT, 2, 48, BF16",
    "EUCLIDEAN, 1, 384, FLOAT",
    "EUCLIDEAN, 1, 384, BF16",
    "EUCLIDEAN, 2, 112, FLOAT",
    "EUCLIDEAN, 2, 112, BF16",
    "EUCLIDEAN, 1, 16, BF16",
    "EUCLIDEAN, 1, 4160, FLOAT",
    "EUCLIDEAN, 1, 4160, BF16"
  })
  void estimatesHaveNoBiasAndTheErrorOfTheTheory_seed1(
      Metric metric, int bits, int dimension, FactorFormat format) {
    Random random = new Random(1);
    RabitqCode code = new RabitqCode(dimension, bits);
    double errors = 0;
    double squares = 0;
    int count = 0;
    for (int trial = 0; trial < (dimension > 1000 ? 20 : 150); trial++) {
      Trial drawn = new Trial(code, metric, format, random);
      for (int k = 0; k < FastScan.BLOCK; k++) {
        double error = drawn.normalisedError(k);
        errors += error;
        squares += error * error;
        count++;
      }
    }
    double deviation = Math.sqrt(squares / count);
    // The grid point explains a share of about 2 / pi of a row with one bit, .88 with two; what is
    // left is spread over the other dimensions. Rounding the query adds a little.
    double expected = bits == 1 ? Math.sqrt(Math.PI / 2 - 1) : Math.sqrt(1 / 0.88 - 1);
    assertEquals(0, errors / count, 4 * deviation / Math.sqrt(count), "bias");
    assertEquals(expected, deviation, 0.12 * expected, "deviation");
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void aRowThatEqualsItsCentreIsEstimatedExactly_seed2(Metric metric) {
    for (FactorFormat format : FactorFormat.values()) {
      assertCentreIsExact(new Trial(new RabitqCode(64, 1), metric, format, new Random(2)));
    }
  }

  private static void assertCentreIsExact(Trial trial) {
    trial.rows.asSlice(7 * 64L * 4, 64L * 4).copyFrom(MemorySegment.ofArray(trial.centre));
    trial.encode(FastScan.BLOCK);
    assertEquals(trial.score(trial.centre), trial.estimates()[7], 1e-5);
  }

  @ParameterizedTest
  @EnumSource(FactorFormat.class)
  void placesLeftOverAreNeverAboveAnything_seed3(FactorFormat format) {
    Trial trial = new Trial(new RabitqCode(64, 2), Metric.COSINE, format, new Random(3));
    for (int count : new int[] {0, 1, 9, 31}) {
      trial.encode(count);
      float[] estimates = new float[FastScan.BLOCK];
      int above =
          FastScan.best()
              .estimate(trial.table, format, trial.block, 0, 0, Float.NEGATIVE_INFINITY, estimates);
      assertEquals((1 << count) - 1, above);
      assertEquals(Float.NEGATIVE_INFINITY, estimates[31]);
    }
  }

  @ParameterizedTest
  @EnumSource(FactorFormat.class)
  void aQueryOfZerosHasEstimatesOfItsOwn_seed4(FactorFormat format) {
    Trial trial = new Trial(new RabitqCode(32, 1), Metric.DOT, format, new Random(4));
    trial.code.fill(new float[32], trial.table);
    float[] estimates = new float[FastScan.BLOCK];
    FastScan.best().estimate(trial.table, format, trial.block, 0, 0, 0, estimates);
    for (float estimate : estimates) {
      assertTrue(Float.isFinite(estimate));
    }
  }

  @Test
  void impossibleCodesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new RabitqCode(64, 0));
    assertThrows(IllegalArgumentException.class, () -> new RabitqCode(64, 3));
    assertThrows(IllegalArgumentException.class, () -> new RabitqCode(65, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new RabitqCode(RabitqCode.maxDimension(2) + 16, 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> new RabitqCode(64, 1).fill(new float[64], new LookupTable(32)));
  }

  /// A centre, 32 rows around it and a query farther off, taken as rotated already: they are drawn
  /// without a preferred direction.
  private static final class Trial {
    private final RabitqCode code;
    private final Metric metric;
    private final FactorFormat format;
    private final float[] centre;
    private final float[] query;
    private final MemorySegment rows;
    private final MemorySegment block;
    private final LookupTable table;

    Trial(RabitqCode code, Metric metric, FactorFormat format, Random random) {
      this.code = code;
      this.metric = metric;
      this.format = format;
      int dimension = code.dimension();
      this.centre = around(new float[dimension], 1, random);
      this.query = around(centre, 0.7, random);
      this.rows = Arena.ofAuto().allocate(4L * FastScan.BLOCK * dimension, 64);
      for (int k = 0; k < FastScan.BLOCK; k++) {
        float[] row = around(centre, 0.2 + random.nextDouble(), random);
        MemorySegment.copy(row, 0, rows, FLOAT, 4L * k * dimension, dimension);
      }
      this.block = Arena.ofAuto().allocate(FastScan.blockBytes(format, code.lookups()), 64);
      this.table = new LookupTable(code.lookups());
      code.fill(query, table);
      encode(FastScan.BLOCK);
    }

    void encode(int count) {
      BlockEncoder encoder = new BlockEncoder(code, metric, format);
      encoder.setCentre(centre);
      encoder.write(rows, ORDINALS, 0, count, block, 0);
    }

    float[] estimates() {
      float[] estimates = new float[FastScan.BLOCK];
      FastScan.best().estimate(table, format, block, 0, (float) score(centre), 0, estimates);
      return estimates;
    }

    double score(float[] row) {
      return metric == Metric.EUCLIDEAN ? -squared(query, row) : dot(query, row);
    }

    /// The error of an estimate in units of the lengths involved, times the root of the dimension.
    double normalisedError(int k) {
      float[] row = new float[code.dimension()];
      MemorySegment.copy(rows, FLOAT, 4L * k * row.length, row, 0, row.length);
      double lengths = Math.sqrt(squared(row, centre) * squared(query, centre));
      double factor = metric == Metric.EUCLIDEAN ? 2 : 1;
      double error = estimates()[k] - score(row);
      return error / (factor * lengths) * Math.sqrt(code.dimension() - 1);
    }

    private static float[] around(float[] middle, double distance, Random random) {
      float[] vector = middle.clone();
      for (int i = 0; i < vector.length; i++) {
        vector[i] += (float) (random.nextGaussian() * distance / Math.sqrt(vector.length));
      }
      return vector;
    }

    private static double dot(float[] a, float[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += (double) a[i] * b[i];
      }
      return sum;
    }

    private static double squared(float[] a, float[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        double difference = (double) a[i] - b[i];
        sum += difference * difference;
      }
      return sum;
    }
  }
}

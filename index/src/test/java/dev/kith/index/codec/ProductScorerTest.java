package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.Points;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rows of words, held to what they are defined as, a coordinate at a time.
final class ProductScorerTest {
  private static final int COUNT = 40;

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest(name = "{0}, {1} dimensions, {2} parts of {3} bits, seed {4}")
  @CsvSource({
    "COSINE, 16, 4, 8, 1",
    "DOT, 33, 9, 8, 2",
    "EUCLIDEAN, 20, 5, 8, 3",
    "DOT, 7, 2, 8, 4",
    "EUCLIDEAN, 5, 1, 8, 5",
    "COSINE, 30, 30, 8, 6",
    "COSINE, 16, 8, 4, 11",
    "DOT, 33, 17, 4, 12",
    "EUCLIDEAN, 20, 5, 4, 13",
    "EUCLIDEAN, 2, 1, 4, 14",
    "DOT, 11, 11, 4, 15"
  })
  void aScoreIsTheUnbiasedOneOfTheNearestWords_seed(
      Metric metric, int dimension, int parts, int bits, long seed) throws InterruptedException {
    Random random = new Random(seed);
    ProductQuantizer quantizer = quantizer(dimension, parts, bits, random);
    for (FactorFormat format : FactorFormat.values()) {
      assertEstimates(rows(quantizer, format), metric, dimension, random);
    }
  }

  private void assertEstimates(ProductRows rows, Metric metric, int dimension, Random random) {
    float[] centre = vector(rows.dimension(), dimension, random);
    float[][] vectors = new float[COUNT][];
    for (int row = 0; row < COUNT; row++) {
      vectors[row] = vector(rows.dimension(), dimension, random);
    }
    write(rows, metric, centre, vectors);
    float[] query = vector(rows.dimension(), dimension, random);
    ProductScorer scorer = new ProductScorer().bind(rows, query);
    double base = metric == Metric.EUCLIDEAN ? -squared(query, centre) : dot(query, centre);
    scorer.setBase((float) base);
    float[] scores = new float[COUNT];
    scorer.scoreRange(0, COUNT, scores);
    for (int row = 0; row < COUNT; row++) {
      double expected = estimate(rows.quantizer(), metric, centre, vectors[row], query);
      // Halves are off by a 512th at most, whatever cancels out between them.
      double squares = dot(vectors[row], vectors[row]) + dot(centre, centre) + dot(query, query);
      double loss = rows.format() == FactorFormat.FLOAT ? 0 : squares / 100;
      double tolerance = loss + 1e-3 * (1 + Math.abs(expected));
      assertEquals(expected, scores[row], tolerance, rows.format() + ", row " + row);
      assertEquals(scores[row], scorer.score(row));
    }
    int[] some = {COUNT - 1, 0, 7, 7};
    float[] ofSome = new float[4];
    scorer.score(some, 4, ofSome);
    assertArrayEquals(new float[] {scores[COUNT - 1], scores[0], scores[7], scores[7]}, ofSome);
    float[] middle = new float[3];
    scorer.scoreRange(10, 3, middle);
    assertArrayEquals(new float[] {scores[10], scores[11], scores[12]}, middle);
  }

  private static double estimate(
      ProductQuantizer quantizer, Metric metric, float[] centre, float[] row, float[] query) {
    float[] difference = new float[row.length];
    float[] fromCentre = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      difference[i] = row[i] - centre[i];
      fromCentre[i] = query[i] - centre[i];
    }
    byte[] codes = new byte[quantizer.parts()];
    quantizer.encode(difference, codes);
    float[] decoded = new float[row.length];
    quantizer.decode(codes, decoded);
    double unbiased = dot(difference, difference) / dot(decoded, difference);
    double product = unbiased * dot(decoded, fromCentre);
    return metric == Metric.EUCLIDEAN
        ? -squared(query, centre) - dot(difference, difference) + 2 * product
        : dot(query, centre) + dot(difference, centre) + product;
  }

  @ParameterizedTest(name = "{0} parts of {1} bits: {2} bytes and floats, {3} and halves")
  @CsvSource({
    "1, 8, 12, 5",
    "4, 8, 12, 8",
    "5, 8, 16, 9",
    "25, 8, 36, 29",
    "96, 8, 104, 100",
    "1, 4, 12, 5",
    "8, 4, 12, 8",
    "9, 4, 16, 9",
    "50, 4, 36, 29"
  })
  void aRowTakesTheBitsOfItsPartsAndTwoHalvesOrFloatsUpToAMultipleOfFourBytes(
      int parts, int bits, int withFloats, int withHalves) {
    assertEquals(withFloats, ProductRows.strideBytes(parts, bits, FactorFormat.FLOAT));
    assertEquals(withHalves, ProductRows.strideBytes(parts, bits, FactorFormat.BF16));
    assertEquals(3L * withFloats, ProductRows.bytes(parts, bits, FactorFormat.FLOAT, 3));
    assertEquals(3L * withHalves, ProductRows.bytes(parts, bits, FactorFormat.BF16, 3));
  }

  @Test
  void impossibleRowsAndOrdinalsAreRefused_seed7() throws InterruptedException {
    Random random = new Random(7);
    ProductQuantizer quantizer = quantizer(8, 2, 8, random);
    MemorySegment tooShort = arena.allocate(ProductRows.bytes(2, 8, FactorFormat.BF16, COUNT) - 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> new ProductRows(quantizer, FactorFormat.BF16, tooShort, COUNT));
    ProductQuantizer ofFourBits = quantizer(40, 20, 4, random);
    MemorySegment room = arena.allocate(ProductRows.bytes(20, 8, FactorFormat.BF16, COUNT));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ProductRows(ofFourBits, FactorFormat.BF16, room, COUNT));
    ProductScorer scorer =
        new ProductScorer().bind(rows(quantizer, FactorFormat.BF16), new float[16]);
    float[] scores = new float[COUNT + 1];
    assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(COUNT));
    assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> scorer.scoreRange(1, COUNT, scores));
    assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(new int[] {COUNT}, 1, scores));
  }

  @Test
  void whatWasScoredBeforeLeavesNoTrace_seed9() throws InterruptedException {
    Random random = new Random(9);
    float[][] vectors = new float[COUNT][];
    for (int row = 0; row < COUNT; row++) {
      vectors[row] = vector(16, 10, random);
    }
    float[] query = vector(16, 10, random);
    ProductScorer used = new ProductScorer();
    for (int parts : new int[] {6, 5, 4, 3}) { // Two and two of as many bytes.
      ProductRows rows = rows(quantizer(10, parts, 4, random), FactorFormat.BF16);
      write(rows, Metric.DOT, new float[16], vectors);
      float[] expected = new float[COUNT];
      float[] scores = new float[COUNT];
      new ProductScorer().bind(rows, query).scoreRange(0, COUNT, expected);
      used.bind(rows, query).scoreRange(0, COUNT, scores);
      assertArrayEquals(expected, scores);
    }
  }

  @Test
  void aRowThatIsTooFarIsEstimatedAsThatFar_seed8() throws InterruptedException {
    Random random = new Random(8);
    ProductQuantizer quantizer = quantizer(8, 2, 8, random);
    for (FactorFormat format : FactorFormat.values()) {
      ProductRows rows = rows(quantizer, format);
      float[][] vectors = new float[COUNT][16];
      vectors[3][0] = 1e30f;
      write(rows, Metric.EUCLIDEAN, new float[16], vectors);
      ProductScorer scorer = new ProductScorer().bind(rows, new float[16]);
      scorer.setBase(0);
      assertEquals(format.nearest(-Float.MAX_VALUE), scorer.score(3));
      assertEquals(0, scorer.score(2));
    }
  }

  private ProductRows rows(ProductQuantizer quantizer, FactorFormat format) {
    long bytes = ProductRows.bytes(quantizer.parts(), quantizer.bits(), format, COUNT);
    MemorySegment room = arena.allocate(bytes, 64);
    return new ProductRows(quantizer, format, room, COUNT);
  }

  /// In two pieces, as lists are.
  private void write(ProductRows rows, Metric metric, float[] centre, float[][] vectors) {
    ProductEncoder.PackedWords words = new ProductEncoder.PackedWords(rows.quantizer(), arena);
    ProductEncoder encoder = new ProductEncoder(rows, words, metric, 32, arena);
    encoder.setCentre(centre);
    encoder.write(prepared(vectors, 0, 32), 32, 0);
    encoder.write(prepared(vectors, 32, COUNT), COUNT - 32, 32);
  }

  private MemorySegment prepared(float[][] vectors, int from, int to) {
    int dimension = vectors[0].length;
    MemorySegment prepared = arena.allocate(4L * (to - from) * dimension, 64);
    for (int i = from; i < to; i++) {
      long at = 4L * (i - from) * dimension;
      MemorySegment.copy(vectors[i], 0, prepared, ValueLayout.JAVA_FLOAT, at, dimension);
    }
    return prepared;
  }

  private ProductQuantizer quantizer(int dimension, int parts, int bits, Random random)
      throws InterruptedException {
    return ProductQuantizer.train(
        points(dimension, random),
        IntStream.range(0, 300).toArray(),
        new ProductQuantizer.Params(parts, bits, 3, 7),
        1,
        () -> {});
  }

  private Points points(int dimension, Random random) {
    MemorySegment segment = arena.allocate(4L * 300 * dimension, 64);
    for (int i = 0; i < 300 * dimension; i++) {
      segment.setAtIndex(Points.FLOAT, i, (float) random.nextGaussian());
    }
    return new Points(segment, 0, 4L * dimension, dimension);
  }

  private static float[] vector(int padded, int dimension, Random random) {
    float[] vector = new float[padded];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
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
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return sum;
  }
}

package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.LookupTable;
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

final class ProductQuantizerTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest
  @CsvSource({"24, 12, 4, 1", "25, 7, 4, 2", "7, 7, 4, 3", "20, 5, 8, 4", "9, 1, 8, 5"})
  void aCodeIsTheNearestWordOfEveryPart_seed(int dimension, int parts, int bits, long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    ProductQuantizer quantizer = train(random, dimension, parts, bits);
    assertEquals(parts, quantizer.parts());
    for (int trial = 0; trial < 50; trial++) {
      float[] vector = random(dimension, random);
      byte[] codes = new byte[parts];
      quantizer.encode(vector, codes);
      float[] decoded = new float[dimension];
      quantizer.decode(codes, decoded);
      // Whatever word another part of the code stands for, no change of one part comes nearer.
      for (int part = 0; part < parts; part++) {
        byte[] other = codes.clone();
        other[part] = (byte) random.nextInt(1 << bits);
        float[] changed = new float[dimension];
        quantizer.decode(other, changed);
        assertTrue(distance(vector, decoded) <= distance(vector, changed) + 1e-6);
      }
    }
  }

  @Test
  void halfAsMuchErrorIsLeftWithTwoBitsMoreACoordinate_seed6() throws InterruptedException {
    Random random = new Random(6);
    double before = Double.POSITIVE_INFINITY;
    for (int parts : new int[] {4, 8, 16}) {
      ProductQuantizer quantizer = train(new Random(6), 16, parts, 4);
      double error = 0;
      for (int trial = 0; trial < 2_000; trial++) {
        float[] vector = random(16, random);
        byte[] codes = new byte[parts];
        quantizer.encode(vector, codes);
        float[] decoded = new float[16];
        quantizer.decode(codes, decoded);
        error += distance(vector, decoded) / 2_000;
      }
      assertTrue(error < 0.55 * before, error + " after " + before);
      before = error;
    }
    // 16 levels of a normal coordinate leave .0115 of its variance at best (Max, 1960).
    assertEquals(16 * 0.0115, before, 16 * 0.002);
  }

  @ParameterizedTest
  @CsvSource({"24, 12, 7", "100, 50, 8", "31, 10, 9"})
  void aTableAddsUpToTheProductOfQueryAndCode_seed(int dimension, int parts, long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    ProductQuantizer quantizer = train(random, dimension, parts, 4);
    ProductCode code = new ProductCode(quantizer);
    LookupTable table = new LookupTable(code.lookups());
    float[] query = random(dimension, random);
    float[] products = new float[16 * parts];
    quantizer.products(query, products);
    code.fill(query, table);
    float range = 0;
    for (int part = 0; part < parts; part++) {
      float least = Float.POSITIVE_INFINITY;
      float most = Float.NEGATIVE_INFINITY;
      for (int word = 16 * part; word < 16 * part + 16; word++) {
        least = Math.min(least, products[word]);
        most = Math.max(most, products[word]);
      }
      range = Math.max(range, most - least);
    }
    MemorySegment block =
        arena.allocate(FastScan.blockBytes(FactorFormat.FLOAT, code.lookups()), 64);
    float[] expected = new float[FastScan.BLOCK];
    for (int k = 0; k < FastScan.BLOCK; k++) {
      byte[] codes = new byte[parts];
      quantizer.encode(random(dimension, random), codes);
      float[] decoded = new float[dimension];
      quantizer.decode(codes, decoded);
      for (int i = 0; i < dimension; i++) {
        expected[k] += query[i] * decoded[i];
      }
      block.set(FLOAT, 128 + 4L * k, 1);
      for (int part = 0; part < parts; part++) {
        long at = FastScan.factorsBytes(FactorFormat.FLOAT) + 16L * part + FastScan.codeByte(k);
        int bits = codes[part] << (FastScan.isHigh(k) ? 4 : 0);
        block.set(ValueLayout.JAVA_BYTE, at, (byte) (block.get(ValueLayout.JAVA_BYTE, at) | bits));
      }
    }
    float[] estimates = new float[FastScan.BLOCK];
    FastScan.best().estimate(table, FactorFormat.FLOAT, block, 0, 0, 0, estimates);
    // Every entry is rounded to a 250th of what four of them range over, so it is off by half of
    // that at most.
    assertArrayEquals(expected, estimates, parts * (4 * range / 250) / 2 + 1e-4f);
  }

  @Test
  void whatIsStoredIsReadAgain_seed10() throws InterruptedException {
    Random random = new Random(10);
    ProductQuantizer quantizer = train(random, 10, 3, 8);
    MemorySegment stored = arena.allocate(ProductQuantizer.storedBytes(10, 8));
    quantizer.store(stored);
    ProductQuantizer read = ProductQuantizer.read(10, 3, 8, stored);
    for (int trial = 0; trial < 20; trial++) {
      float[] vector = random(10, random);
      byte[] expected = new byte[3];
      byte[] codes = new byte[3];
      quantizer.encode(vector, expected);
      read.encode(vector, codes);
      assertArrayEquals(expected, codes);
      float[] products = new float[3 * 256];
      float[] again = new float[3 * 256];
      quantizer.products(vector, products);
      read.products(vector, again);
      assertArrayEquals(products, again);
    }
    assertThrows(IllegalArgumentException.class, () -> ProductQuantizer.read(10, 3, 4, stored));
    assertThrows(IllegalArgumentException.class, () -> ProductQuantizer.read(10, 11, 8, stored));
  }

  @Test
  void theSameSeedGivesTheSameWordsWithAnyNumberOfThreads_seed11() throws InterruptedException {
    byte[] one = stored(new Random(11), 1);
    assertArrayEquals(one, stored(new Random(11), 3));
  }

  @Test
  void parametersOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ProductQuantizer.Params(0, 4, 10, 1));
    assertThrows(IllegalArgumentException.class, () -> new ProductQuantizer.Params(4, 5, 10, 1));
    assertThrows(IllegalArgumentException.class, () -> new ProductQuantizer.Params(4, 4, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> train(new Random(1), 8, 9, 4));
  }

  private byte[] stored(Random random, int threads) throws InterruptedException {
    Points points = points(random, 12, 2_000);
    ProductQuantizer quantizer =
        ProductQuantizer.train(
            points,
            IntStream.range(0, 2_000).toArray(),
            new ProductQuantizer.Params(4, 4, 10, 1),
            threads,
            () -> {});
    MemorySegment stored = arena.allocate(ProductQuantizer.storedBytes(12, 4));
    quantizer.store(stored);
    return stored.toArray(ValueLayout.JAVA_BYTE);
  }

  private ProductQuantizer train(Random random, int dimension, int parts, int bits)
      throws InterruptedException {
    return ProductQuantizer.train(
        points(random, dimension, 5_000),
        IntStream.range(0, 5_000).toArray(),
        new ProductQuantizer.Params(parts, bits, 40, 1),
        1,
        () -> {});
  }

  private Points points(Random random, int dimension, int count) {
    long stride = 4L * dimension;
    MemorySegment segment = arena.allocate(count * stride, 64);
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(random(dimension, random), 0, segment, FLOAT, i * stride, dimension);
    }
    return new Points(segment, 0, stride, dimension);
  }

  private static float[] random(int dimension, Random random) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return sum;
  }
}

package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.kernel.Points;
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

final class RotationTrainingTest {
  private static final int COUNT = 3_000;
  private static final int ROUNDS = 12;

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest(name = "{0} dimensions, {1} parts of {2} bits, seed {3}")
  @CsvSource({"16, 8, 4, 1", "24, 6, 4, 2", "19, 5, 4, 3", "12, 3, 8, 4"})
  void whatIsLeftOfCorrelatedVectorsIsLessThanWithoutARotationAndNeverRises_seed(
      int dimension, int parts, int bits, long seed) throws InterruptedException {
    float[][] vectors = correlated(2 * COUNT, dimension, new Random(seed));
    Points points = points(vectors);
    int[] sample = IntStream.range(0, COUNT).toArray();
    ProductQuantizer.Params words = new ProductQuantizer.Params(parts, bits, 20, seed);
    RotationTraining.Result learnt = train(points, sample, words, 2);
    double[] errors = learnt.errors();
    assertEquals(ROUNDS + 1, errors.length);
    for (int round = 1; round <= ROUNDS; round++) {
      assertTrue(errors[round] <= errors[round - 1] * (1 + 1e-5), Arrays.toString(errors));
    }
    assertTrue(errors[ROUNDS] < 0.998 * errors[0], Arrays.toString(errors));
    ProcrustesTest.assertOrthogonal(learnt.rotation().stored(), dimension);
    // What it says of the sample holds, but that words were moved once more.
    double left = error(learnt, vectors, 0, COUNT);
    assertTrue(left <= errors[ROUNDS] * (1 + 1e-5) && left > 0.97 * errors[ROUNDS]);
    // Of vectors it has not seen.
    ProductQuantizer plain = ProductQuantizer.train(points, sample, words, 1, () -> {});
    double without = 0;
    int changed = 0;
    for (int i = COUNT; i < 2 * COUNT; i++) {
      byte[] codes = new byte[parts];
      float[] decoded = new float[dimension];
      plain.encode(vectors[i], codes);
      plain.decode(codes, decoded);
      without += distance(vectors[i], decoded) / COUNT;
      byte[] turned = new byte[parts];
      learnt.words().encode(rotated(learnt, vectors[i]), turned);
      changed += Arrays.equals(codes, turned) ? 0 : 1;
    }
    double with = error(learnt, vectors, COUNT, 2 * COUNT);
    assertTrue(with < 0.8 * without, with + " of " + without);
    assertTrue(changed > 0.99 * COUNT, changed + " codes changed");
  }

  @Test
  void theSameSeedGivesTheSameBytesWithAnyNumberOfThreads_seed5() throws InterruptedException {
    Points points = points(correlated(1_300, 18, new Random(5)));
    int[] sample = new Random(5).ints(1_100, 0, 1_300).toArray();
    ProductQuantizer.Params words = new ProductQuantizer.Params(6, 4, 10, 5);
    RotationTraining.Result one = train(points, sample, words, 1);
    RotationTraining.Result three = train(points, sample, words, 3);
    assertEquals(-1, one.rotation().stored().mismatch(three.rotation().stored()));
    assertArrayEquals(stored(one.words()), stored(three.words()));
    assertArrayEquals(one.errors(), three.errors());
  }

  /// Coordinates that are always the same, and fewer vectors than words or coordinates.
  @Test
  void vectorsThatLeaveMuchOpenGiveARotation_seed6() throws InterruptedException {
    Random random = new Random(6);
    for (int count : new int[] {1, 3, 500}) {
      float[][] vectors = new float[count][20];
      for (float[] vector : vectors) {
        for (int i = 0; i < 5; i++) {
          vector[3 * i] = (float) random.nextGaussian();
        }
        vector[1] = 3;
      }
      int[] sample = IntStream.range(0, count).toArray();
      RotationTraining.Result learnt =
          train(points(vectors), sample, new ProductQuantizer.Params(10, 4, 5, 6), 1);
      ProcrustesTest.assertOrthogonal(learnt.rotation().stored(), 20);
      assertFalse(Double.isNaN(learnt.errors()[ROUNDS]));
      if (count == 3) {
        assertEquals(0, error(learnt, vectors, 0, 3), 1e-6);
      }
    }
    float[][] nothing = new float[40][20];
    RotationTraining.Result learnt =
        train(points(nothing), new int[40], new ProductQuantizer.Params(4, 4, 5, 6), 1);
    ProcrustesTest.assertOrthogonal(learnt.rotation().stored(), 20);
    assertEquals(0, learnt.errors()[0]);
  }

  @Test
  void whoeverIsCalledMayEndItAndAnInterruptDoes_seed7() {
    Points points = points(correlated(600, 16, new Random(7)));
    int[] sample = IntStream.range(0, 600).toArray();
    RotationTraining.Params params =
        new RotationTraining.Params(new ProductQuantizer.Params(4, 4, 5, 7), 1000);
    int[] calls = new int[1];
    assertThrows(
        CancellationException.class,
        () ->
            RotationTraining.train(
                points,
                sample,
                params,
                2,
                arena,
                () -> {
                  if (++calls[0] == 100) {
                    throw new CancellationException("enough");
                  }
                }));
    calls[0] = 0;
    assertThrows(
        InterruptedException.class,
        () ->
            RotationTraining.train(
                points,
                sample,
                params,
                2,
                arena,
                () -> {
                  if (++calls[0] == 100) {
                    Thread.currentThread().interrupt();
                  }
                }));
  }

  @Test
  void parametersOutOfRangeAreRefused() {
    ProductQuantizer.Params words = new ProductQuantizer.Params(9, 4, 5, 1);
    assertThrows(IllegalArgumentException.class, () -> new RotationTraining.Params(words, 0));
    Points points = points(new float[4][8]);
    assertThrows(IllegalArgumentException.class, () -> train(points, new int[1], words, 1));
    ProductQuantizer.Params fitting = new ProductQuantizer.Params(2, 4, 5, 1);
    assertThrows(IllegalArgumentException.class, () -> train(points, new int[0], fitting, 1));
    Points wide = new Points(points.segment(), 0, 0, OrthogonalRotation.MAX_DIMENSION + 1);
    assertThrows(IllegalArgumentException.class, () -> train(wide, new int[1], fitting, 1));
  }

  private RotationTraining.Result train(
      Points points, int[] sample, ProductQuantizer.Params words, int threads)
      throws InterruptedException {
    return RotationTraining.train(
        points, sample, new RotationTraining.Params(words, ROUNDS), threads, arena, () -> {});
  }

  private double error(RotationTraining.Result learnt, float[][] vectors, int from, int to) {
    byte[] codes = new byte[learnt.words().parts()];
    float[] decoded = new float[vectors[0].length];
    double sum = 0;
    for (int i = from; i < to; i++) {
      float[] rotated = rotated(learnt, vectors[i]);
      learnt.words().encode(rotated, codes);
      learnt.words().decode(codes, decoded);
      sum += distance(rotated, decoded);
    }
    return sum / (to - from);
  }

  private float[] rotated(RotationTraining.Result learnt, float[] vector) {
    MemorySegment source = arena.allocateFrom(Points.FLOAT, vector);
    float[] rotated = new float[vector.length];
    learnt.rotation().rotate(source, 0, vector.length, rotated);
    return rotated;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return sum;
  }

  private byte[] stored(ProductQuantizer quantizer) {
    MemorySegment stored =
        arena.allocate(ProductQuantizer.storedBytes(quantizer.dimension(), quantizer.bits()));
    quantizer.store(stored);
    return stored.toArray(ValueLayout.JAVA_BYTE);
  }

  private Points points(float[][] vectors) {
    int dimension = vectors[0].length;
    MemorySegment segment = arena.allocate(4L * vectors.length * dimension, 64);
    for (int i = 0; i < vectors.length; i++) {
      MemorySegment.copy(vectors[i], 0, segment, Points.FLOAT, 4L * i * dimension, dimension);
    }
    return new Points(segment, 0, 4L * dimension, dimension);
  }

  /// Normal vectors whose axes are a random rotation of those of the space, each .8 as long as the
  /// one before.
  private static float[][] correlated(int count, int dimension, Random random) {
    double[][] axes = OrthogonalRotationTest.orthogonal(dimension, random);
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int axis = 0; axis < dimension; axis++) {
        double along = Math.pow(0.8, axis) * random.nextGaussian();
        for (int i = 0; i < dimension; i++) {
          vector[i] += (float) (along * axes[axis][i]);
        }
      }
    }
    return vectors;
  }
}

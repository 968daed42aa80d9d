package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SoftmaxKernelTest {

  static Stream<SoftmaxKernel> kernels() {
    return Stream.of(SoftmaxKernel.scalar(), SoftmaxKernel.best());
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void sharesAreThoseOfDoublesWhateverTheRangeOfScores_seed1(SoftmaxKernel kernel) {
    Random random = new Random(1);
    for (int count : new int[] {1, 2, 15, 16, 17, 63, 64, 65, 1000, 1024, 1025, 5000}) {
      for (float spread : new float[] {0, 1e-3f, 1, 30, 1000, 1e4f}) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
          x[i] = spread * random.nextFloat(-1, 1);
        }
        for (float scale : new float[] {1, 0.3f, 7}) {
          float[] shares = new float[count];
          kernel.softmax(x, 0, count, scale, shares);
          assertShares(x, scale, shares);
        }
      }
    }
  }

  /// Compares with the definition in doubles: within a millionth, and what floats lose of the
  /// distance from the largest score.
  private static void assertShares(float[] x, float scale, float[] shares) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float score : x) {
      largest = Math.max(largest, score * scale);
    }
    double sum = 0;
    for (float score : x) {
      sum += Math.exp(score * scale - largest);
    }
    for (int i = 0; i < x.length; i++) {
      if (x[i] == Float.NEGATIVE_INFINITY) {
        assertEquals(0, shares[i], "share " + i);
        continue;
      }
      double less = largest - x[i] * scale;
      double expected = Math.exp(-less) / sum;
      double lost = Math.ulp((float) less) + 2 * Math.ulp((float) Math.abs(largest));
      assertEquals(expected, shares[i], expected * (1e-6 + 2 * lost) + 1e-37, "share " + i);
    }
  }

  /// Scores that climb, by little or much, are above any guess that was made before; some blocks
  /// have no finite score, which masks are made of.
  @ParameterizedTest
  @MethodSource("kernels")
  void laterScoresMayBeAnyHigherThanTheFirst_seed6(SoftmaxKernel kernel) {
    Random random = new Random(6);
    for (float climb : new float[] {-1e-2f, 1e-5f, 1e-3f, 1e-2f, 1}) {
      for (boolean isMasked : new boolean[] {false, true}) {
        float[] x = new float[20_001];
        for (int i = 0; i < x.length; i++) {
          x[i] = climb * i + random.nextFloat();
        }
        if (isMasked) {
          Arrays.fill(x, 0, 5_000, Float.NEGATIVE_INFINITY);
          Arrays.fill(x, 9_000, 14_000, Float.NEGATIVE_INFINITY);
        }
        float[] shares = new float[x.length];
        kernel.softmax(x, 0, x.length, 1, shares);
        assertShares(x, 1, shares);
        float[] inPlace = x.clone();
        kernel.softmax(inPlace, 0, x.length, 1, inPlace);
        assertShares(x, 1, inPlace);
        kernel.shares(x, 0, x.length, 1, kernel.sum(x, 0, x.length, 1), shares);
        assertShares(x, 1, shares);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void anyScaleThereIsIsTaken(SoftmaxKernel kernel) {
    float[] x = {0, -Float.MIN_VALUE, -1, Float.NEGATIVE_INFINITY};
    for (float scale : new float[] {Float.MAX_VALUE, 3e38f, 1e38f}) {
      float[] shares = new float[4];
      kernel.softmax(x, 0, 4, scale, shares);
      assertArrayEquals(new float[] {0.5f, 0.5f, 0, 0}, shares, 1e-6f);
      kernel.shares(x, 0, 4, scale, kernel.sum(x, 0, 4, scale), shares);
      assertArrayEquals(new float[] {0.5f, 0.5f, 0, 0}, shares, 1e-6f);
    }
    float[] shares = new float[3];
    kernel.softmax(x, 0, 3, Float.MIN_VALUE, shares);
    assertArrayEquals(new float[] {1 / 3f, 1 / 3f, 1 / 3f}, shares, 1e-6f);
    kernel.shares(x, 0, 3, Float.MIN_VALUE, kernel.sum(x, 0, 3, Float.MIN_VALUE), shares);
    assertArrayEquals(new float[] {1 / 3f, 1 / 3f, 1 / 3f}, shares, 1e-6f);
  }

  /// The worst for sums of floats: what is added is rounded the same way each time.
  @ParameterizedTest
  @MethodSource("kernels")
  void equalScoresHaveEqualSharesToAMillionth(SoftmaxKernel kernel) {
    for (int count : new int[] {3, 1000, 2048, 100_000, 3_000_000}) {
      for (float score : new float[] {0.1f, 7.77f, -123.4f}) {
        float[] x = new float[count];
        Arrays.fill(x, score);
        float[] shares = new float[count];
        kernel.softmax(x, 0, count, 1.7f, shares);
        assertEquals(1.0 / count, shares[count / 2], 1e-6 / count);
        assertEquals(shares[0], shares[count - 1]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void sharesOfManyScoresAddUpToOne_seed2(SoftmaxKernel kernel) {
    Random random = new Random(2);
    float[] x = new float[3_000_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat();
    }
    kernel.softmax(x, 0, x.length, 1, x.clone());
    float[] shares = new float[x.length];
    kernel.softmax(x, 0, x.length, 1, shares);
    double sum = 0;
    for (float share : shares) {
      sum += share;
    }
    assertEquals(1, sum, 1e-6);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void whatIsInfiniteTakesAllOrNothingAndNaNIsNoScore(SoftmaxKernel kernel) {
    float up = Float.POSITIVE_INFINITY;
    float down = Float.NEGATIVE_INFINITY;
    float nan = Float.NaN;
    float otherNan = Float.intBitsToFloat(0xffc00000);
    assertSpecial(kernel, new float[] {up, 1, up, down}, new float[] {0.5f, 0, 0.5f, 0});
    assertSpecial(kernel, new float[] {0, down, 0}, new float[] {0.5f, 0, 0.5f});
    assertSpecial(kernel, new float[] {nan, 2, otherNan, 2}, new float[] {0, .5f, 0, .5f});
    assertSpecial(kernel, new float[] {nan, otherNan}, new float[] {0, 0});
    assertSpecial(kernel, new float[] {down, down}, new float[] {0.5f, 0.5f});
    assertSpecial(kernel, new float[] {3e38f, 1}, new float[] {1, 0});
    assertSpecial(kernel, new float[] {-3e38f, -3e38f}, new float[] {0.5f, 0.5f});
    float tiny = Float.MIN_VALUE;
    assertSpecial(kernel, new float[] {tiny, -tiny}, new float[] {0.5f, 0.5f});
  }

  /// At every place of a register, among others that make whole registers.
  private static void assertSpecial(SoftmaxKernel kernel, float[] x, float[] expected) {
    for (int before : new int[] {0, 1, 13, 64, 2047, 5000}) {
      float[] padded = new float[before + x.length + 40];
      Arrays.fill(padded, Float.NaN);
      System.arraycopy(x, 0, padded, before, x.length);
      float[] shares = new float[padded.length];
      kernel.softmax(padded, 0, padded.length, 1, shares);
      float[] found = Arrays.copyOfRange(shares, before, before + x.length);
      assertArrayEquals(expected, found, 1e-6f, () -> Arrays.toString(x));
      kernel.shares(padded, 0, padded.length, 1, kernel.sum(padded, 0, padded.length, 1), shares);
      found = Arrays.copyOfRange(shares, before, before + x.length);
      assertArrayEquals(expected, found, 1e-6f, () -> Arrays.toString(x));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void rangesAreCheckedAndNothingOutsideIsTouched(SoftmaxKernel kernel) {
    float[] x = {9, 1, 1, 9};
    float[] shares = {7, 7, 7, 7};
    kernel.softmax(x, 1, 3, 1, shares);
    assertArrayEquals(new float[] {7, 0.5f, 0.5f, 7}, shares, 1e-6f);
    kernel.softmax(x, 2, 2, 1, shares);
    assertThrows(IndexOutOfBoundsException.class, () -> kernel.softmax(x, 0, 5, 1, shares));
    assertThrows(IndexOutOfBoundsException.class, () -> kernel.softmax(x, 0, 4, 1, new float[3]));
  }

  @Test
  void sumsOfPartsInAnyOrderAreThatOfTheWhole_seed3() {
    Random random = new Random(3);
    for (SoftmaxKernel kernel : List.of(SoftmaxKernel.scalar(), SoftmaxKernel.best())) {
      for (int trial = 0; trial < 200; trial++) {
        float[] x = new float[1 + random.nextInt(4000)];
        double spread = Math.pow(10, random.nextInt(6) - 1);
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) (spread * random.nextGaussian());
        }
        double whole = SoftmaxKernel.scalar().sum(x, 0, x.length, 1).log();
        ExponentialSum parts = ExponentialSum.NONE;
        for (int from = 0, to; from < x.length; from = to) {
          to = Math.min(x.length, from + 1 + random.nextInt(1500));
          ExponentialSum part = kernel.sum(x, from, to, 1);
          parts = random.nextBoolean() ? parts.plus(part) : part.plus(parts);
        }
        // The logarithm is right to a millionth where the sum is to a relative one.
        assertEquals(whole, parts.log(), 1e-6 + 4 * Math.ulp((float) whole));
      }
    }
  }

  @Test
  void sharesOfAWholeAreThoseOfItsPartsWithTheSumOfAll_seed4() {
    Random random = new Random(4);
    float[] x = new float[3000];
    for (int i = 0; i < x.length; i++) {
      x[i] = 20 * random.nextFloat();
    }
    for (SoftmaxKernel kernel : List.of(SoftmaxKernel.scalar(), SoftmaxKernel.best())) {
      ExponentialSum total = kernel.sum(x, 0, 1234, 2).plus(kernel.sum(x, 1234, 3000, 2));
      float[] shares = new float[x.length];
      kernel.shares(x, 0, 1000, 2, total, shares);
      kernel.shares(x, 1000, 3000, 2, total, shares);
      assertShares(x, 2, shares);
    }
  }

  @Test
  void sumsCommuteToTheLastBitAndNothingIsAddedByNothing_seed5() {
    Random random = new Random(5);
    for (int trial = 0; trial < 1000; trial++) {
      ExponentialSum a = ExponentialSum.exp(3000 * random.nextGaussian());
      ExponentialSum b = ExponentialSum.exp(3000 * random.nextGaussian());
      ExponentialSum c = ExponentialSum.exp(3000 * random.nextGaussian());
      assertEquals(a.plus(b), b.plus(a));
      assertEquals(a, a.plus(ExponentialSum.NONE));
      assertEquals(a.log() + b.log(), a.times(b).log(), 1e-9 * Math.abs(a.log()) + 1e-9);
      double left = a.plus(b).plus(c).log();
      assertEquals(left, a.plus(b.plus(c)).log(), 1e-12 * Math.abs(left));
    }
    assertEquals(Double.NEGATIVE_INFINITY, ExponentialSum.NONE.log());
    assertEquals(1000, ExponentialSum.exp(1000).log(), 1e-9);
    assertEquals(ExponentialSum.NONE, ExponentialSum.exp(Double.NEGATIVE_INFINITY));
    assertTrue(ExponentialSum.exp(Double.POSITIVE_INFINITY).mantissa() > 2);
  }
}

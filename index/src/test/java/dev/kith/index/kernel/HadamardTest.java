package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class HadamardTest {
  private final Hadamard simd = new SimdHadamard();
  private final Hadamard scalar = Hadamard.scalar();

  @Test
  void bothAgreeWithTheMatrix_seed1() {
    Random random = new Random(1);
    for (int length = 16; length <= 4096; length *= 2) {
      int from = random.nextInt(20);
      float[] values = random(from + length + 5, random);
      float[] expected = values.clone();
      for (int i = 0; i < length; i++) {
        double sum = 0;
        for (int j = 0; j < length; j++) {
          sum += Integer.bitCount(i & j) % 2 == 0 ? values[from + j] : -values[from + j];
        }
        expected[from + i] = (float) (sum / Math.sqrt(length));
      }
      for (Hadamard transform : new Hadamard[] {simd, scalar}) {
        float[] got = values.clone();
        transform.transform(got, from, length);
        for (int i = 0; i < got.length; i++) {
          assertEquals(expected[i], got[i], 2e-6, "length " + length + ", " + i);
        }
      }
    }
  }

  @Test
  void otherLengthsAndShortArraysAreRefused() {
    for (Hadamard transform : new Hadamard[] {simd, scalar}) {
      for (int length : new int[] {0, 1, 8, 17, 24, -16}) {
        assertThrows(RuntimeException.class, () -> transform.transform(new float[64], 0, length));
      }
      assertThrows(
          IndexOutOfBoundsException.class, () -> transform.transform(new float[31], 0, 32));
      assertThrows(
          IndexOutOfBoundsException.class, () -> transform.transform(new float[40], 9, 32));
    }
  }

  private static float[] random(int length, Random random) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return values;
  }
}

package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RandomRotationTest {

  @Test
  void innerProductsStayAsTheyAre_seed1() {
    Random random = new Random(1);
    for (int dimension = 16; dimension <= 1600; dimension += 16) {
      RandomRotation rotation = new RandomRotation(dimension, random.nextLong());
      float[] a = gaussian(dimension, random);
      float[] b = gaussian(dimension, random);
      double before = dot(a, b);
      double length = dot(a, a);
      rotation.rotate(a);
      rotation.rotate(b);
      assertEquals(before, dot(a, b), 1e-5 * dimension, dimension + " dimensions");
      assertEquals(length, dot(a, a), 1e-5 * dimension, dimension + " dimensions");
    }
  }

  /// What the codes need: a vector along an axis must not stay concentrated.
  @Test
  void axesAreSpreadOverAllCoordinates_seed2() {
    for (int dimension : new int[] {16, 48, 112, 128, 384, 768, 784, 1536}) {
      RandomRotation rotation = new RandomRotation(dimension, 2);
      double fourth = 0;
      for (int axis = 0; axis < dimension; axis++) {
        float[] vector = new float[dimension];
        vector[axis] = 1;
        rotation.rotate(vector);
        for (float x : vector) {
          fourth += Math.pow(x, 4);
        }
      }
      // 1 if all coordinates are equal, 3 if they are normal, the dimension if there is but one.
      assertTrue(fourth < 6, dimension + " dimensions: " + fourth);
    }
  }

  @Test
  void theSameSeedGivesTheSameRotationAndAnotherSeedAnother() {
    float[] a = gaussian(112, new Random(3));
    float[] b = a.clone();
    float[] c = a.clone();
    new RandomRotation(112, 9).rotate(a);
    new RandomRotation(112, 9).rotate(b);
    new RandomRotation(112, 10).rotate(c);
    assertArrayEquals(a, b);
    assertTrue(dot(a, c) < 0.9 * dot(a, a));
  }

  @Test
  void aShorterVectorIsMadeUpWithZeros_seed4() {
    RandomRotation rotation = new RandomRotation(48, 4);
    float[] vector = gaussian(37, new Random(4));
    float[] expected = Arrays.copyOf(vector, 48);
    rotation.rotate(expected);
    float[] rotated = gaussian(50, new Random(5)); // What was there before.
    rotation.rotate(MemorySegment.ofArray(vector), 0, 37, rotated);
    assertArrayEquals(Arrays.copyOf(expected, 50), rotated);
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> rotation.rotate(MemorySegment.ofArray(new float[49]), 0, 49, rotated));
  }

  @Test
  void aDimensionThatIsNoMultipleOf16IsRefused() {
    for (int dimension : new int[] {0, 8, 17, 100, -16}) {
      assertThrows(IllegalArgumentException.class, () -> new RandomRotation(dimension, 1));
    }
  }

  private static float[] gaussian(int dimension, Random random) {
    float[] vector = new float[dimension];
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
}

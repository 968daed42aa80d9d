package dev.kith.index.codec;

import dev.kith.index.kernel.Hadamard;
import dev.kith.index.kernel.Points;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

/// A rotation drawn at random, applied in `O(d log d)`. Immutable and thread-safe.
///
/// It spreads the length of every vector evenly over the coordinates, which is what lets a few bits
/// a coordinate represent any of them equally well, and it leaves inner products as they are.
///
/// Four rounds; each flips signs at random and transforms the largest power of two of coordinates
/// (Ailon and Chazelle, *The fast Johnson-Lindenstrauss transform and approximate nearest
/// neighbors*, 2009). Where that is not all of them, the rounds alternate between the first and the
/// last ones, and turn the two halves into each other by 45 degrees.
public final class RandomRotation implements Rotation {
  private static final int ROUNDS = 4;
  private static final float HALF_ROOT = (float) Math.sqrt(0.5);

  // Static, so that the optimiser knows which one it is.
  private static final Hadamard HADAMARD = Hadamard.best();

  private final int dimension;
  private final int power;
  private final float[][] signs;

  /// @param dimension a multiple of 16, at least 16
  /// @param seed the same one gives the same rotation
  public RandomRotation(int dimension, long seed) {
    if (dimension < 16 || dimension % 16 != 0) {
      throw new IllegalArgumentException(
          "dimension must be a multiple of 16 of at least 16, got " + dimension);
    }
    this.dimension = dimension;
    this.power = Integer.highestOneBit(dimension);
    this.signs = new float[ROUNDS][dimension];
    SplittableRandom random = new SplittableRandom(seed);
    for (float[] round : signs) {
      for (int i = 0; i < dimension; i++) {
        round[i] = random.nextBoolean() ? 1 : -1;
      }
    }
  }

  /// Coordinates of the vectors it rotates.
  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public void rotate(MemorySegment source, long offset, int coordinates, float[] rotated) {
    Objects.checkFromIndexSize(0, coordinates, dimension);
    MemorySegment.copy(source, Points.FLOAT, offset, rotated, 0, coordinates);
    Arrays.fill(rotated, coordinates, rotated.length, 0);
    rotate(rotated);
  }

  /// Rotates the first [#dimension()] coordinates in place.
  ///
  /// @throws IndexOutOfBoundsException if there are fewer
  public void rotate(float[] vector) {
    for (int round = 0; round < ROUNDS; round++) {
      flip(vector, signs[round]);
      HADAMARD.transform(vector, round % 2 == 0 ? 0 : dimension - power, power);
      if (power < dimension) {
        turnHalves(vector, dimension / 2);
      }
    }
  }

  private static void flip(float[] vector, float[] signs) {
    for (int i = 0; i < signs.length; i++) {
      vector[i] *= signs[i];
    }
  }

  private static void turnHalves(float[] vector, int half) {
    for (int i = 0; i < half; i++) {
      float first = vector[i];
      float second = vector[i + half];
      vector[i] = (first + second) * HALF_ROOT;
      vector[i + half] = (first - second) * HALF_ROOT;
    }
  }
}

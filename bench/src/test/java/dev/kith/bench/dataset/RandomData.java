package dev.kith.bench.dataset;

import java.lang.foreign.Arena;
import java.util.Random;

/// Small random matrices.
public final class RandomData {

  private RandomData() {}

  /// Coordinates of a normal distribution.
  public static FloatMatrix gaussian(int rows, int columns, Random random, Arena arena) {
    FloatMatrix matrix = FloatMatrix.allocate(rows, columns, arena);
    for (int row = 0; row < rows; row++) {
      float[] values = new float[columns];
      for (int i = 0; i < columns; i++) {
        values[i] = (float) random.nextGaussian();
      }
      matrix.set(row, values);
    }
    return matrix;
  }
}

package dev.kith.bench.dataset;

import dev.kith.index.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Random;

/// Small random matrices, and data sets of such.
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

  /// Writes a data set named `random`.
  ///
  /// @param seed of the rows; the queries have the next one
  public static void write(
      Path folder, Metric metric, int rows, int queries, int columns, long seed)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      DatasetFolder.write(
          folder,
          "random",
          metric,
          gaussian(rows, columns, new Random(seed), arena),
          gaussian(queries, columns, new Random(seed + 1), arena));
    }
  }
}

package dev.kith.index.codec;

import dev.kith.index.VectorSpace;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Random;

/// Rows of normal coordinates round a centre that is not the origin.
final class NormalRows {

  private NormalRows() {}

  static VectorRows draw(VectorSpace space, int count, Random random, Arena arena) {
    VectorRows rows = VectorRows.reserve(space, count, arena);
    for (int row = 0; row < count; row++) {
      rows.set(row, vector(space.dimension(), random));
    }
    return rows;
  }

  static float[] vector(int dimension, Random random) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) (0.3 + random.nextGaussian());
    }
    return vector;
  }
}

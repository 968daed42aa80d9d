package dev.kith.index.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/// What [KernelProcessTest] runs in a JVM of its own, in which nothing is compiled yet.
final class ColdAndHot {
  private static final int[] DIMENSIONS = {1, 3, 16, 17, 96, 100, 384, 385};
  private static final int UNTIL_COMPILED = 60_000;

  private ColdAndHot() {}

  /// Compares rows once, often enough that it is compiled, and once more; prints whether both times
  /// gave the same to the last bit.
  public static void main(String[] arguments) {
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(1);
      MemorySegment vectors = arena.allocate(5L * Float.BYTES * 385, 64);
      for (int i = 0; i < 5 * 385; i++) {
        vectors.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat(-1, 1));
      }
      float[] cold = compareAll(vectors);
      for (int i = 0; i < UNTIL_COMPILED / DIMENSIONS.length; i++) {
        compareAll(vectors);
      }
      float[] hot = compareAll(vectors);
      System.out.println(
          Arrays.equals(cold, hot) ? "same" : Arrays.toString(cold) + " " + Arrays.toString(hot));
    }
  }

  private static float[] compareAll(MemorySegment vectors) {
    float[] results = new float[DIMENSIONS.length * 26];
    VectorKernel kernel = VectorKernel.best();
    FourRows four = new FourRows();
    FourRows other = new FourRows();
    int next = 0;
    for (int dimension : DIMENSIONS) {
      long row = 4L * dimension;
      results[next++] = kernel.dot(vectors, 0, vectors, row, dimension);
      results[next++] = kernel.squaredDistance(vectors, 0, vectors, row, dimension);
      four.run(1, row);
      kernel.dot4(vectors, 0, vectors, four, dimension);
      next = take(four, results, next);
      kernel.squaredDistance4(vectors, 0, vectors, four, dimension);
      next = take(four, results, next);
      other.run(0, row);
      kernel.dot8(vectors, 0, vectors, four, other, dimension);
      next = take(other, results, take(four, results, next));
      kernel.squaredDistance8(vectors, 0, vectors, four, other, dimension);
      next = take(other, results, take(four, results, next));
    }
    return results;
  }

  private static int take(FourRows four, float[] results, int next) {
    results[next] = four.result0;
    results[next + 1] = four.result1;
    results[next + 2] = four.result2;
    results[next + 3] = four.result3;
    return next + 4;
  }
}

package dev.kith.index.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/// What [KernelProcessTest] runs in a JVM of its own, started with other flags than the tests.
final class KernelProbe {
  private KernelProbe() {}

  /// Prints the name of the best kernel after having held it to its contract.
  public static void main(String[] arguments) {
    VectorKernel kernel = VectorKernel.best();
    require(kernel == VectorKernel.best(), "one kernel a process");
    try (Arena arena = Arena.ofShared()) {
      OperandsOutOfBounds.assertRefused(kernel, arena, KernelProbe::expectRefusal);
      CodeKernels.assertRefused(CodeKernels.best(), arena, KernelProbe::expectRefusal);
      Random random = new Random(1);
      for (int dimension = 1; dimension <= 300; dimension++) {
        compare(kernel, random, dimension, arena);
      }
    }
    System.out.println(kernel.getClass().getSimpleName());
  }

  private static void compare(VectorKernel kernel, Random random, int dimension, Arena arena) {
    MemorySegment vectors = arena.allocate(8L * dimension, 64);
    for (int i = 0; i < 2 * dimension; i++) {
      vectors.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat(-1, 1));
    }
    long row = 4L * dimension;
    float expected = VectorKernel.scalar().dot(vectors, 0, vectors, row, dimension);
    float actual = kernel.dot(vectors, 0, vectors, row, dimension);
    require(Math.abs(expected - actual) < 1e-4, dimension + ": " + expected + " " + actual);
  }

  private static void expectRefusal(Runnable call) {
    try {
      call.run();
    } catch (IndexOutOfBoundsException refused) {
      return;
    }
    throw new AssertionError("an operand outside its segment was accepted");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }
}

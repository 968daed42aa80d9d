package dev.kith.index.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// Every way in which an operand of a kernel call can lie outside its segment.
final class OperandsOutOfBounds {
  private static final int DIMENSION = 48;
  private static final long BYTES = 4L * DIMENSION;

  private OperandsOutOfBounds() {}

  /// Hands each bad call to `expectRefusal`.
  static void assertRefused(VectorKernel kernel, Arena arena, Consumer<Runnable> expectRefusal) {
    MemorySegment query = arena.allocate(BYTES, 64);
    MemorySegment rows = arena.allocate(4 * BYTES, 64);
    long[] bad = {-1, -4, Long.MIN_VALUE, 3 * BYTES + 1, 4 * BYTES, Long.MAX_VALUE - 8, 1L << 40};
    for (long offset : bad) {
      expectRefusal.accept(() -> kernel.dot(query, 0, rows, offset, DIMENSION));
      expectRefusal.accept(() -> kernel.squaredDistance(query, 0, rows, offset, DIMENSION));
      expectRefusal.accept(() -> kernel.cosine(query, 0, rows, offset, DIMENSION));
      for (int which = 0; which < 4; which++) {
        FourRows four = new FourRows();
        four.offset0 = which == 0 ? offset : 0;
        four.offset1 = which == 1 ? offset : 0;
        four.offset2 = which == 2 ? offset : 0;
        four.offset3 = which == 3 ? offset : 0;
        expectRefusal.accept(() -> kernel.dot4(query, 0, rows, four, DIMENSION));
        expectRefusal.accept(() -> kernel.squaredDistance4(query, 0, rows, four, DIMENSION));
        expectRefusal.accept(() -> kernel.cosine4(query, 0, rows, four, DIMENSION));
        FourRows inside = new FourRows();
        expectRefusal.accept(() -> kernel.dot8(query, 0, rows, four, inside, DIMENSION));
        expectRefusal.accept(() -> kernel.dot8(query, 0, rows, inside, four, DIMENSION));
        expectRefusal.accept(
            () -> kernel.squaredDistance8(query, 0, rows, four, inside, DIMENSION));
        expectRefusal.accept(
            () -> kernel.squaredDistance8(query, 0, rows, inside, four, DIMENSION));
      }
    }
    for (long offset : new long[] {-1, 1, BYTES, Long.MAX_VALUE}) {
      FourRows four = new FourRows();
      expectRefusal.accept(() -> kernel.dot(query, offset, rows, 0, DIMENSION));
      expectRefusal.accept(() -> kernel.squaredDistance(query, offset, rows, 0, DIMENSION));
      expectRefusal.accept(() -> kernel.cosine(query, offset, rows, 0, DIMENSION));
      expectRefusal.accept(() -> kernel.dot4(query, offset, rows, four, DIMENSION));
      expectRefusal.accept(() -> kernel.squaredDistance4(query, offset, rows, four, DIMENSION));
      expectRefusal.accept(() -> kernel.cosine4(query, offset, rows, four, DIMENSION));
      expectRefusal.accept(() -> kernel.dot8(query, offset, rows, four, four, DIMENSION));
      expectRefusal.accept(
          () -> kernel.squaredDistance8(query, offset, rows, four, four, DIMENSION));
    }
    expectRefusal.accept(() -> kernel.dot(query, 0, rows, 0, DIMENSION + 1));
    expectRefusal.accept(() -> kernel.dot(query, 0, rows, 0, Integer.MAX_VALUE));
    expectRefusal.accept(() -> kernel.squaredNorm(rows, 3 * BYTES + 4, DIMENSION));
  }
}

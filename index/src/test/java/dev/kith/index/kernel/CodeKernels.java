package dev.kith.index.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Every operation on rows of fewer than 32 bits a coordinate, for what all of them must refuse.
final class CodeKernels {
  private static final int UNITS = 48;

  private CodeKernels() {}

  /// Compares a query with the first of the four rows, or with all of them.
  @FunctionalInterface
  interface Call {
    void run(MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int units);
  }

  /// @param queryBytes bytes a unit of the query takes
  /// @param rowBytes bytes a unit of a row takes
  record Operation(long queryBytes, long rowBytes, boolean four, Call call) {}

  static List<Operation> operations(List<HalfKernel> halves, ByteKernel bytes, BitKernel bits) {
    List<Operation> all = new ArrayList<>();
    for (HalfKernel half : halves) {
      all.add(one(4, 2, (q, at, r, f, n) -> half.dot(q, at, r, f.offset0, n)));
      all.add(one(4, 2, (q, at, r, f, n) -> half.squaredDistance(q, at, r, f.offset0, n)));
      all.add(four(4, 2, half::dot4));
      all.add(four(4, 2, half::squaredDistance4));
    }
    all.add(one(1, 1, (q, at, r, f, n) -> bytes.dot(q, at, r, f.offset0, n)));
    all.add(one(1, 1, (q, at, r, f, n) -> bytes.squaredDistance(q, at, r, f.offset0, n)));
    all.add(four(1, 1, bytes::dot4));
    all.add(four(1, 1, bytes::squaredDistance4));
    all.add(one(8, 8, (q, at, r, f, n) -> bits.differing(q, at, r, f.offset0, n)));
    all.add(one(8, 8, (q, at, r, f, n) -> bits.common(q, at, r, f.offset0, n)));
    all.add(four(8, 8, bits::differing4));
    all.add(four(8, 8, bits::common4));
    all.add(one(32, 8, (q, at, r, f, n) -> bits.weighted(q, at, r, f.offset0, n)));
    all.add(four(32, 8, bits::weighted4));
    return all;
  }

  /// The operations of the kernels that this process runs.
  static List<Operation> best() {
    return operations(
        List.of(HalfKernel.best(HalfFormat.F16), HalfKernel.best(HalfFormat.BF16)),
        ByteKernel.best(),
        BitKernel.best());
  }

  /// The operations of the definitions.
  static List<Operation> scalar() {
    return operations(
        List.of(HalfKernel.scalar(HalfFormat.F16), HalfKernel.scalar(HalfFormat.BF16)),
        ByteKernel.scalar(),
        BitKernel.scalar());
  }

  /// Hands every call whose operand lies outside its segment to `expectRefusal`.
  static void assertRefused(
      List<Operation> operations, Arena arena, Consumer<Runnable> expectRefusal) {
    for (Operation operation : operations) {
      long rowBytes = UNITS * operation.rowBytes();
      MemorySegment query = arena.allocate(UNITS * operation.queryBytes(), 64);
      MemorySegment rows = arena.allocate(4 * rowBytes, 64);
      long[] bad = {-1, Long.MIN_VALUE, 3 * rowBytes + 1, 4 * rowBytes, Long.MAX_VALUE - 8};
      for (long offset : bad) {
        for (int which = 0; which < (operation.four() ? 4 : 1); which++) {
          FourRows four = rows(which, offset);
          expectRefusal.accept(() -> operation.call().run(query, 0, rows, four, UNITS));
        }
      }
      FourRows four = new FourRows();
      for (long offset : new long[] {-1, 1, Long.MAX_VALUE}) {
        expectRefusal.accept(() -> operation.call().run(query, offset, rows, four, UNITS));
      }
      expectRefusal.accept(() -> operation.call().run(query, 0, rows, four, UNITS + 2));
      expectRefusal.accept(() -> operation.call().run(query, 0, rows, four, 1 << 30));
    }
  }

  private static Operation one(long queryBytes, long rowBytes, Call call) {
    return new Operation(queryBytes, rowBytes, false, call);
  }

  private static Operation four(long queryBytes, long rowBytes, Call call) {
    return new Operation(queryBytes, rowBytes, true, call);
  }

  private static FourRows rows(int which, long offset) {
    FourRows four = new FourRows();
    four.offset0 = which == 0 ? offset : 0;
    four.offset1 = which == 1 ? offset : 0;
    four.offset2 = which == 2 ? offset : 0;
    four.offset3 = which == 3 ? offset : 0;
    return four;
  }
}

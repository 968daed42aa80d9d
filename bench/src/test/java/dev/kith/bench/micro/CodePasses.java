package dev.kith.bench.micro;

import dev.kith.bench.micro.AllocationProbe.Kernel;
import dev.kith.index.kernel.BitKernel;
import dev.kith.index.kernel.ByteKernel;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.HalfFormat;
import dev.kith.index.kernel.HalfKernel;
import dev.kith.index.store.VectorRows;
import java.util.List;

/// What [AllocationProbe] runs of the kernels of codes. To them the rows are bits of any meaning,
/// numbers that are none included: only what is allocated counts.
final class CodePasses {
  private static final HalfKernel F16 = HalfKernel.best(HalfFormat.F16);
  private static final HalfKernel BF16 = HalfKernel.best(HalfFormat.BF16);
  private static final ByteKernel BYTES = ByteKernel.best();
  private static final BitKernel BITS = BitKernel.best();

  private final FourRows four = new FourRows();
  private final int dimension;
  private final int count;

  private CodePasses(int dimension, int count) {
    this.dimension = dimension;
    this.count = count;
  }

  static List<Kernel> kernels(int dimension, int count) {
    CodePasses passes = new CodePasses(dimension, count);
    return List.of(
        new Kernel("f16Dot", passes::f16Dot),
        new Kernel("f16Dot4", passes::f16Dot4),
        new Kernel("f16SquaredDistance", passes::f16SquaredDistance),
        new Kernel("f16SquaredDistance4", passes::f16SquaredDistance4),
        new Kernel("bf16Dot", passes::bf16Dot),
        new Kernel("bf16Dot4", passes::bf16Dot4),
        new Kernel("bf16SquaredDistance", passes::bf16SquaredDistance),
        new Kernel("bf16SquaredDistance4", passes::bf16SquaredDistance4),
        new Kernel("int8Dot", passes::int8Dot),
        new Kernel("int8Dot4", passes::int8Dot4),
        new Kernel("int8SquaredDistance", passes::int8SquaredDistance),
        new Kernel("int8SquaredDistance4", passes::int8SquaredDistance4),
        new Kernel("differing", passes::differing),
        new Kernel("differing4", passes::differing4),
        new Kernel("common", passes::common),
        new Kernel("common4", passes::common4),
        new Kernel("weighted", passes::weighted),
        new Kernel("weighted4", passes::weighted4));
  }

  private float f16Dot(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum +=
          Float.floatToRawIntBits(
              F16.dot(query.segment(), 0, rows.segment(), rows.offset(i), dimension));
    }
    return sum;
  }

  private float f16Dot4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      F16.dot4(query.segment(), 0, rows.segment(), four, dimension);
      sum += Float.floatToRawIntBits(four.result0 + four.result3);
    }
    return sum;
  }

  private float f16SquaredDistance(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum +=
          Float.floatToRawIntBits(
              F16.squaredDistance(query.segment(), 0, rows.segment(), rows.offset(i), dimension));
    }
    return sum;
  }

  private float f16SquaredDistance4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      F16.squaredDistance4(query.segment(), 0, rows.segment(), four, dimension);
      sum += Float.floatToRawIntBits(four.result0 + four.result3);
    }
    return sum;
  }

  private float bf16Dot(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum +=
          Float.floatToRawIntBits(
              BF16.dot(query.segment(), 0, rows.segment(), rows.offset(i), dimension));
    }
    return sum;
  }

  private float bf16Dot4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      BF16.dot4(query.segment(), 0, rows.segment(), four, dimension);
      sum += Float.floatToRawIntBits(four.result0 + four.result3);
    }
    return sum;
  }

  private float bf16SquaredDistance(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum +=
          Float.floatToRawIntBits(
              BF16.squaredDistance(query.segment(), 0, rows.segment(), rows.offset(i), dimension));
    }
    return sum;
  }

  private float bf16SquaredDistance4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      BF16.squaredDistance4(query.segment(), 0, rows.segment(), four, dimension);
      sum += Float.floatToRawIntBits(four.result0 + four.result3);
    }
    return sum;
  }

  private float int8Dot(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += BYTES.dot(query.segment(), 0, rows.segment(), rows.offset(i), dimension);
    }
    return sum;
  }

  private float int8Dot4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      BYTES.dot4(query.segment(), 0, rows.segment(), four, dimension);
      sum += four.count0 + four.count3;
    }
    return sum;
  }

  private float int8SquaredDistance(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += BYTES.squaredDistance(query.segment(), 0, rows.segment(), rows.offset(i), dimension);
    }
    return sum;
  }

  private float int8SquaredDistance4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      BYTES.squaredDistance4(query.segment(), 0, rows.segment(), four, dimension);
      sum += four.count0 + four.count3;
    }
    return sum;
  }

  private float differing(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += BITS.differing(query.segment(), 0, rows.segment(), rows.offset(i), dimension / 2);
    }
    return sum;
  }

  private float differing4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      BITS.differing4(query.segment(), 0, rows.segment(), four, dimension / 2);
      sum += four.count0 + four.count3;
    }
    return sum;
  }

  private float common(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += BITS.common(query.segment(), 0, rows.segment(), rows.offset(i), dimension / 2);
    }
    return sum;
  }

  private float common4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      BITS.common4(query.segment(), 0, rows.segment(), four, dimension / 2);
      sum += four.count0 + four.count3;
    }
    return sum;
  }

  private float weighted(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += BITS.weighted(query.segment(), 0, rows.segment(), rows.offset(i), dimension / 8);
    }
    return sum;
  }

  private float weighted4(VectorRows query, VectorRows rows) {
    long sum = 0;
    for (int i = 0; i + 4 <= count; i += 4) {
      point(rows, i);
      BITS.weighted4(query.segment(), 0, rows.segment(), four, dimension / 8);
      sum += four.count0 + four.count3;
    }
    return sum;
  }

  private void point(VectorRows rows, int first) {
    four.offset0 = rows.offset(first);
    four.offset1 = rows.offset(first + 1);
    four.offset2 = rows.offset(first + 2);
    four.offset3 = rows.offset(first + 3);
  }
}

package dev.kith.bench.micro;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.kith.index.kernel.BitKernel;
import dev.kith.index.kernel.ByteKernel;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.HalfFormat;
import dev.kith.index.kernel.HalfKernel;
import dev.kith.index.kernel.LookupTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What one distance costs on rows of fewer bits, and one block of estimates, in the second-level
/// cache. [KernelBenchmark#main] runs it too, beside `codes.c`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--add-modules",
      "jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"
    })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodeBenchmark {
  private static final int VISITS = KernelBenchmark.VISITS;
  private static final HalfKernel F16 = HalfKernel.best(HalfFormat.F16);
  private static final HalfKernel BF16 = HalfKernel.best(HalfFormat.BF16);
  private static final ByteKernel BYTES = ByteKernel.best();
  private static final BitKernel BITS = BitKernel.best();
  private static final FastScan FAST_SCAN = FastScan.best();
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Coordinates per vector, padded as rows are.
  @Param({"100", "384", "784", "1536"})
  public int dimension = 384;

  /// As in [KernelBenchmark].
  @Param({"64"})
  public int rowCount = 64;

  private final FourRows four = new FourRows();
  private final long[] visits = new long[VISITS];
  private final float[] estimates = new float[FastScan.BLOCK];
  private final Arena arena = Arena.ofShared();
  private MemorySegment query = MemorySegment.NULL;
  private MemorySegment byteQuery = MemorySegment.NULL;
  private MemorySegment bitQuery = MemorySegment.NULL;
  private MemorySegment f16 = MemorySegment.NULL;
  private MemorySegment bf16 = MemorySegment.NULL;
  private MemorySegment bytes = MemorySegment.NULL;
  private MemorySegment bits = MemorySegment.NULL;
  private MemorySegment blocks = MemorySegment.NULL;
  private LookupTable table = new LookupTable(4);
  private int halves;
  private int paddedBytes;
  private int words;
  private long block;

  /// Fills queries and rows with the numbers that the C program uses.
  @Setup
  public void prepare() {
    halves = padded(32);
    paddedBytes = padded(64);
    words = padded(512) / 64;
    query = arena.allocate(4L * halves, 64);
    byteQuery = arena.allocate(paddedBytes, 64);
    bitQuery = arena.allocate(8L * words, 64);
    f16 = arena.allocate(2L * halves * rowCount, 64);
    bf16 = arena.allocate(2L * halves * rowCount, 64);
    bytes = arena.allocate((long) paddedBytes * rowCount, 64);
    bits = arena.allocate(8L * words * rowCount, 64);
    SplitMix random = new SplitMix(42);
    float[] vector = random.vector(dimension);
    MemorySegment.copy(vector, 0, query, FLOAT, 0, dimension);
    encode(vector, byteQuery, bitQuery, 0);
    for (int row = 0; row < rowCount; row++) {
      vector = random.vector(dimension);
      encode(vector, bytes, bits, row);
      for (int i = 0; i < dimension; i++) {
        int slot = i < halves / 2 ? 2 * i : 2 * i - halves + 1;
        long at = 2L * ((long) row * halves + slot);
        f16.set(SHORT, at, HalfFormat.F16.encode(vector[i]));
        bf16.set(SHORT, at, HalfFormat.BF16.encode(vector[i]));
      }
    }
    for (int i = 0; i < VISITS; i++) {
      visits[i] = Long.remainderUnsigned(random.next(), rowCount);
    }
    fillBlocks(random);
  }

  private int padded(int multiple) {
    return (dimension + multiple - 1) / multiple * multiple;
  }

  private void encode(float[] vector, MemorySegment toBytes, MemorySegment toBits, int row) {
    for (int i = 0; i < dimension; i++) {
      toBytes.set(JAVA_BYTE, (long) row * paddedBytes + i, (byte) (int) (vector[i] * 254));
      long word = 8L * ((long) row * words + i / 64);
      long bit = vector[i] < 0 ? 1L << i % 64 : 0;
      toBits.set(LONG, word, toBits.get(LONG, word) | bit);
    }
  }

  private void fillBlocks(SplitMix random) {
    table = new LookupTable(padded(16) / 4);
    for (int lookup = 0; lookup < table.lookups(); lookup++) {
      table.set(lookup, weight(random), weight(random), weight(random), weight(random));
    }
    table.setValue(0.25f, -3);
    block = FastScan.blockBytes(FactorFormat.FLOAT, table.lookups());
    blocks = arena.allocate(block * rowCount, 64);
    for (long at = 0; at < blocks.byteSize(); at += block) {
      float[] factors = random.vector(2 * FastScan.BLOCK);
      MemorySegment.copy(factors, 0, blocks, FLOAT, at, factors.length);
      for (long code = at + FastScan.factorsBytes(FactorFormat.FLOAT);
          code < at + block;
          code += 8) {
        blocks.set(LONG, code, random.next());
      }
    }
  }

  private static int weight(SplitMix random) {
    return Math.min((int) (random.next() >>> 59) - 16, 15);
  }

  /// Frees queries and rows.
  @TearDown
  public void close() {
    arena.close();
  }

  /// One row at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double f16Dot() {
    double sum = 0; // Returned, so that the compiler cannot drop the work.
    for (long visit : visits) {
      sum += F16.dot(query, 0, f16, visit * 2L * halves, halves);
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double f16Dot4() {
    double sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i, 2L * halves);
      F16.dot4(query, 0, f16, four, halves);
      sum += (double) four.result0 + four.result1 + four.result2 + four.result3;
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double f16SquaredDistance4() {
    double sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i, 2L * halves);
      F16.squaredDistance4(query, 0, f16, four, halves);
      sum += (double) four.result0 + four.result1 + four.result2 + four.result3;
    }
    return sum;
  }

  /// One row at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double bf16Dot() {
    double sum = 0; // Returned, so that the compiler cannot drop the work.
    for (long visit : visits) {
      sum += BF16.dot(query, 0, bf16, visit * 2L * halves, halves);
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double bf16Dot4() {
    double sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i, 2L * halves);
      BF16.dot4(query, 0, bf16, four, halves);
      sum += (double) four.result0 + four.result1 + four.result2 + four.result3;
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double bf16SquaredDistance4() {
    double sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i, 2L * halves);
      BF16.squaredDistance4(query, 0, bf16, four, halves);
      sum += (double) four.result0 + four.result1 + four.result2 + four.result3;
    }
    return sum;
  }

  /// One row at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double int8Dot() {
    double sum = 0; // Returned, so that the compiler cannot drop the work.
    for (long visit : visits) {
      sum += BYTES.dot(byteQuery, 0, bytes, visit * paddedBytes, paddedBytes);
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double int8Dot4() {
    double sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i, paddedBytes);
      BYTES.dot4(byteQuery, 0, bytes, four, paddedBytes);
      sum += (double) four.count0 + four.count1 + four.count2 + four.count3;
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double int8SquaredDistance4() {
    double sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i, paddedBytes);
      BYTES.squaredDistance4(byteQuery, 0, bytes, four, paddedBytes);
      sum += (double) four.count0 + four.count1 + four.count2 + four.count3;
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double differing4() {
    double sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i, 8L * words);
      BITS.differing4(bitQuery, 0, bits, four, words);
      sum += (double) four.count0 + four.count1 + four.count2 + four.count3;
    }
    return sum;
  }

  /// One block of 32 vectors at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public double fastScan() {
    double sum = 0;
    for (long visit : visits) {
      int above =
          FAST_SCAN.estimate(table, FactorFormat.FLOAT, blocks, visit * block, 1, 0, estimates);
      sum += (double) estimates[5] + (above & 1);
    }
    return sum;
  }

  private void point(int visit, long stride) {
    four.offset0 = visits[visit] * stride;
    four.offset1 = visits[visit + 1] * stride;
    four.offset2 = visits[visit + 2] * stride;
    four.offset3 = visits[visit + 3] * stride;
  }
}

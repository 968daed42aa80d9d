package dev.kith.bench.micro;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.VectorKernel;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
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
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// What one distance costs when its rows are in the second-level cache.
///
/// Rows are visited in a fixed random order, as a graph search visits them; walking them in
/// sequence would flatter the prefetcher.
///
/// Run after `mvn -q -DskipTests package` with
///
/// ```sh
/// java -cp bench/target/classes:$(cat bench/target/classpath) dev.kith.bench.micro.KernelBenchmark
/// ```
///
/// and JMH's own options, such as `-p dimension=768 -f 1`. Expect no allocation
/// (`gc.alloc.rate.norm` about 0). [CodeBenchmark] runs along. Where gcc is installed, the same
/// kernels in C follow, and a table of both.
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
public class KernelBenchmark {
  static final int VISITS = 1024;

  /// Which kernel to measure.
  @Param({"best", "scalar"})
  public String kernelName = "best";

  /// Coordinates per vector.
  @Param({"100", "384", "784", "1536"})
  public int dimension = 128;

  /// 64 rows of 1,536 floats fit in a second-level cache.
  @Param({"64"})
  public int rowCount = 64;

  private final FourRows four = new FourRows();
  private final long[] visits = new long[VISITS];
  private final Arena arena = Arena.ofShared();
  private VectorKernel kernel = VectorKernel.best();
  private MemorySegment query = MemorySegment.NULL;
  private MemorySegment rows = MemorySegment.NULL;
  private int floats;

  /// Fills queries and rows with the numbers that the C program uses.
  @Setup
  public void prepare() {
    kernel = kernelName.equals("scalar") ? VectorKernel.scalar() : VectorKernel.best();
    VectorSpace space = new VectorSpace(dimension, Metric.DOT);
    SplitMix random = new SplitMix(42);
    VectorRows queryRow = VectorRows.reserve(space, 1, arena);
    queryRow.set(0, random.vector(dimension));
    VectorRows stored = VectorRows.reserve(space, rowCount, arena);
    for (int ordinal = 0; ordinal < rowCount; ordinal++) {
      stored.set(ordinal, random.vector(dimension));
    }
    for (int i = 0; i < VISITS; i++) {
      visits[i] = stored.offset((int) Long.remainderUnsigned(random.next(), rowCount));
    }
    query = queryRow.segment();
    rows = stored.segment();
    floats = stored.paddedDimension();
  }

  /// Frees queries and rows.
  @TearDown
  public void close() {
    arena.close();
  }

  /// One row at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public float dot() {
    float sum = 0; // Returned, so that the compiler cannot drop the work.
    for (long visit : visits) {
      sum += kernel.dot(query, 0, rows, visit, floats);
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public float dot4() {
    float sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i);
      kernel.dot4(query, 0, rows, four, floats);
      sum += four.result0 + four.result1 + four.result2 + four.result3;
    }
    return sum;
  }

  /// One row at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public float squaredDistance() {
    float sum = 0;
    for (long visit : visits) {
      sum += kernel.squaredDistance(query, 0, rows, visit, floats);
    }
    return sum;
  }

  /// Four rows at a time.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public float squaredDistance4() {
    float sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i);
      kernel.squaredDistance4(query, 0, rows, four, floats);
      sum += four.result0 + four.result1 + four.result2 + four.result3;
    }
    return sum;
  }

  /// One row at a time, both norms computed.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public float cosine() {
    float sum = 0;
    for (long visit : visits) {
      sum += kernel.cosine(query, 0, rows, visit, floats);
    }
    return sum;
  }

  /// Four rows at a time, every norm computed.
  @Benchmark
  @OperationsPerInvocation(VISITS)
  public float cosine4() {
    float sum = 0;
    for (int i = 0; i < VISITS; i += 4) {
      point(i);
      kernel.cosine4(query, 0, rows, four, floats);
      sum += four.result0 + four.result1 + four.result2 + four.result3;
    }
    return sum;
  }

  private void point(int visit) {
    four.offset0 = visits[visit];
    four.offset1 = visits[visit + 1];
    four.offset2 = visits[visit + 2];
    four.offset3 = visits[visit + 3];
  }

  /// Runs all three benchmarks with JMH's options, then the C programs, and compares them.
  public static void main(String[] arguments) throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .parent(new CommandLineOptions(arguments))
                    .include(KernelBenchmark.class.getName())
                    .include(CodeBenchmark.class.getName())
                    .include(ProductBenchmark.class.getName())
                    .addProfiler(GCProfiler.class)
                    .build())
            .run();
    if (NativeKernels.isSupported()) {
      JavaBesideC.print(results, System.out);
    } else {
      System.out.println("No gcc on the path: nothing in C to compare with.");
    }
  }
}

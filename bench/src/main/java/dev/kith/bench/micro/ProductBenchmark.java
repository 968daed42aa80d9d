package dev.kith.bench.micro;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/// What it costs to multiply a row with 1,024 columns, 96 rows at a time. [KernelBenchmark#main]
/// runs it too, beside OpenBLAS where that is installed.
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
public class ProductBenchmark {
  static final int ROWS = 96;
  static final int COLUMNS = 1_024;

  /// Coordinates of a row.
  @Param({"100", "384", "784", "1536"})
  public int dimension = 384;

  /// As in [KernelBenchmark], but of no meaning here.
  @Param({"64"})
  public int rowCount = 64;

  private final Arena arena = Arena.ofShared();
  private final RowProducts worker = new RowProducts();
  private final int[] ordinals = IntStream.range(0, ROWS).toArray();
  private final float[] products = new float[ROWS * COLUMNS];
  private final int[] nearest = new int[ROWS];
  private final float[] largest = new float[ROWS];
  private Points rows = new Points(MemorySegment.NULL, 0, 0, 1);
  private Columns columns = new Columns(1, 1, arena);

  /// Fills rows and columns with the numbers that the C program uses.
  @Setup
  public void prepare() {
    SplitMix random = new SplitMix(42);
    rows = new Points(copy(random.vector(ROWS * dimension)), 0, 4L * dimension, dimension);
    MemorySegment coordinates = copy(random.vector(COLUMNS * dimension));
    columns = new Columns(COLUMNS, dimension, arena);
    for (int column = 0; column < COLUMNS; column++) {
      columns.set(column, 0, coordinates, 4L * column * dimension);
    }
  }

  private MemorySegment copy(float[] values) {
    MemorySegment segment = arena.allocate(4L * values.length, 64);
    MemorySegment.copy(values, 0, segment, Points.FLOAT, 0, values.length);
    return segment;
  }

  /// Frees rows and columns.
  @TearDown
  public void close() {
    arena.close();
  }

  /// All products.
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public float[] products() {
    worker.products(columns, rows, ordinals, 0, ROWS, products);
    return products;
  }

  /// The largest product of each row, and its column.
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public int[] nearestColumn() {
    worker.nearest(columns, rows, ordinals, 0, ROWS, nearest, largest);
    return nearest;
  }
}

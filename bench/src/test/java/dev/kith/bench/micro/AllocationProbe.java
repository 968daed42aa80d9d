package dev.kith.bench.micro;

import com.sun.management.ThreadMXBean;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.CodeScorer;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.codec.RandomRotation;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.LookupTable;
import dev.kith.index.kernel.VectorKernel;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// The process that [KernelAllocationTest] starts: runs every kernel until it allocates nothing and
/// exits with 0, or says which one never stopped and exits with 1.
///
/// The argument says which memory to search: `rows`, one growing segment alone, or `server`, that
/// and a mapped file, compared with queries and with each other as searches and merges do.
final class AllocationProbe {
  private static final VectorKernel KERNEL = VectorKernel.best();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int DIMENSION = 384;
  // Not a multiple of four: scorers take the last three one by one.
  private static final int ROWS = 255;

  /// Compilation takes as long as it takes; a kernel that boxes its vectors never gets there.
  private static final long PATIENCE_NANOS = 15_000_000_000L;

  /// Rounds without allocation to see in a row: a wrong guess of the compiler shows later.
  private static final int CALM_ROUNDS = 3;

  private static final int PASSES = 100;

  /// Compares a query with every row.
  @FunctionalInterface
  interface Pass {
    float run(VectorRows query, VectorRows rows);
  }

  record Kernel(String name, Pass pass) {}

  record Operands(VectorRows query, VectorRows rows) {}

  private static final FourRows FOUR = new FourRows();

  /// The same four rows in every call.
  private static final FourRows FIRST_FOUR = new FourRows();

  private static final FactorFormat[] FORMATS = FactorFormat.values();
  private static final FastScan FAST_SCAN = FastScan.best();
  private static final RabitqCode CODE = new RabitqCode(DIMENSION, 1);
  private static final RandomRotation ROTATION = new RandomRotation(DIMENSION, 42);
  private static final LookupTable TABLE = new LookupTable(CODE.lookups());
  private static final float[] ROTATED = vector(new Random(43));
  private static final float[] ESTIMATES = new float[FastScan.BLOCK];

  private AllocationProbe() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    VectorSpace space = new VectorSpace(DIMENSION, Metric.DOT);
    try (Arena arena = Arena.ofShared();
        QueryBuffer buffer = new QueryBuffer(space)) {
      VectorRows grown = VectorRows.reserve(space, ROWS, arena);
      Random random = new Random(42);
      for (int ordinal = 0; ordinal < ROWS; ordinal++) {
        grown.set(ordinal, vector(random));
      }
      buffer.set(vector(random));
      VectorRows query = VectorRows.map(space, buffer.segment(), 1);
      CODE.fill(ROTATED, TABLE);
      List<Operands> operands = new ArrayList<>(List.of(new Operands(query, grown)));
      if (arguments[0].equals("server")) {
        VectorRows mapped = mapped(grown, arena);
        operands.add(new Operands(query, mapped));
        operands.add(new Operands(grown, grown));
        operands.add(new Operands(mapped, mapped));
        operands.add(new Operands(mapped, grown));
      }
      List<Kernel> all = new ArrayList<>(kernels());
      all.addAll(codedKernels(grown, buffer, arena));
      for (Kernel kernel : all) {
        long allocated = allocatedInTheEnd(kernel, operands);
        System.out.println(
            allocated == 0
                ? kernel.name() + " allocates nothing"
                : "%s allocates %d bytes in %d comparisons"
                    .formatted(kernel.name(), allocated, operands.size() * PASSES * ROWS));
        if (allocated != 0) {
          System.exit(1);
        }
      }
    }
  }

  private static List<Kernel> kernels() {
    F32Scorer scorer = new F32Scorer();
    float[] scores = new float[ROWS];
    List<Kernel> all = new ArrayList<>(CodePasses.kernels(DIMENSION, ROWS));
    all.addAll(floatKernels(scorer, scores));
    return all;
  }

  /// A query is encoded and every row estimated, in each codec.
  private static List<Kernel> codedKernels(VectorRows rows, QueryBuffer query, Arena arena)
      throws InterruptedException {
    CodeScorer scorer = new CodeScorer();
    float[] scores = new float[ROWS];
    int[] ordinals = IntStream.range(0, ROWS).toArray();
    List<Kernel> kernels = new ArrayList<>();
    for (Codec codec :
        List.of(
            new Codec.F16(),
            new Codec.Bf16(),
            new Codec.Int8(),
            new Codec.Rabitq(1),
            new Codec.Rabitq(5),
            new Codec.Pq(4, false),
            new Codec.Pq(8, true))) {
      SegmentCodes codes = SegmentCodes.encode(codec, rows, ordinals, 1, 1, arena, encoded -> {});
      kernels.add(
          new Kernel(
              "estimate by " + codec,
              (same, again) -> {
                scorer.bind(codes, query).score(ordinals, ROWS, scores);
                return scores[ROWS - 1];
              }));
    }
    return kernels;
  }

  private static List<Kernel> floatKernels(F32Scorer scorer, float[] scores) {
    return List.of(
        new Kernel(
            "scoreRange",
            (query, rows) -> {
              scorer.bind(rows, query, 0).scoreRange(0, ROWS, scores);
              return scores[ROWS - 1];
            }),
        new Kernel("fastScan", AllocationProbe::fastScan),
        new Kernel("rotate", AllocationProbe::rotate),
        new Kernel("dot", AllocationProbe::dot),
        new Kernel("dot4", AllocationProbe::dot4),
        new Kernel("squaredDistance", AllocationProbe::squaredDistance),
        new Kernel("squaredDistance4", AllocationProbe::squaredDistance4),
        new Kernel("dot8", AllocationProbe::dot8),
        new Kernel("squaredDistance8", AllocationProbe::squaredDistance8),
        new Kernel("cosine", AllocationProbe::cosine),
        new Kernel("cosine4", AllocationProbe::cosine4));
  }

  /// Bytes that the last round allocated: 0 once enough rounds in a row allocated nothing.
  private static long allocatedInTheEnd(Kernel kernel, List<Operands> operands) {
    long start = System.nanoTime();
    long allocated = Long.MAX_VALUE;
    int calm = 0;
    float sum = 0;
    while (calm < CALM_ROUNDS && System.nanoTime() - start < PATIENCE_NANOS) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < operands.size(); i++) {
        Operands pair = operands.get(i);
        for (int pass = 0; pass < PASSES; pass++) {
          sum += kernel.pass().run(pair.query(), pair.rows());
        }
      }
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      calm = allocated == 0 ? calm + 1 : 0;
    }
    if (!Float.isFinite(sum)) {
      throw new AssertionError(kernel.name() + " computes " + sum);
    }
    return calm == CALM_ROUNDS ? 0 : Math.max(1, allocated);
  }

  private static VectorRows mapped(VectorRows rows, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            Path.of("rows"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      long bytes = rows.bytes(ROWS);
      MemorySegment file = channel.map(MapMode.READ_WRITE, 0, bytes, arena);
      MemorySegment.copy(rows.segment(), 0, file, 0, bytes);
      return VectorRows.map(rows.space(), channel.map(MapMode.READ_ONLY, 0, bytes, arena), ROWS);
    }
  }

  /// Any bytes are codes.
  private static float fastScan(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i + 2 < ROWS; i++) {
      for (FactorFormat format : FORMATS) {
        sum += FAST_SCAN.estimate(TABLE, format, rows.segment(), rows.offset(i), 0, 0, ESTIMATES);
      }
    }
    return sum;
  }

  private static float rotate(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i < ROWS; i++) {
      ROTATION.rotate(ROTATED);
      sum += ROTATED[i];
    }
    return sum;
  }

  private static float dot(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i < ROWS; i++) {
      sum += KERNEL.dot(query.segment(), 0, rows.segment(), rows.offset(i), DIMENSION);
    }
    return sum;
  }

  private static float squaredDistance(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i < ROWS; i++) {
      sum += KERNEL.squaredDistance(query.segment(), 0, rows.segment(), rows.offset(i), DIMENSION);
    }
    return sum;
  }

  private static float cosine(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i < ROWS; i++) {
      sum += KERNEL.cosine(query.segment(), 0, rows.segment(), rows.offset(i), DIMENSION);
    }
    return sum;
  }

  private static float dot4(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i + 4 <= ROWS; i += 4) {
      point(rows, i);
      KERNEL.dot4(query.segment(), 0, rows.segment(), FOUR, DIMENSION);
      sum += FOUR.result0 + FOUR.result3;
    }
    return sum;
  }

  private static float dot8(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i + 4 <= ROWS; i += 4) {
      point(rows, i);
      KERNEL.dot8(query.segment(), 0, rows.segment(), FOUR, FIRST_FOUR, DIMENSION);
      sum += FOUR.result0 + FIRST_FOUR.result3;
    }
    return sum;
  }

  private static float squaredDistance8(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i + 4 <= ROWS; i += 4) {
      point(rows, i);
      KERNEL.squaredDistance8(query.segment(), 0, rows.segment(), FOUR, FIRST_FOUR, DIMENSION);
      sum += FOUR.result0 + FIRST_FOUR.result3;
    }
    return sum;
  }

  private static float squaredDistance4(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i + 4 <= ROWS; i += 4) {
      point(rows, i);
      KERNEL.squaredDistance4(query.segment(), 0, rows.segment(), FOUR, DIMENSION);
      sum += FOUR.result0 + FOUR.result3;
    }
    return sum;
  }

  private static float cosine4(VectorRows query, VectorRows rows) {
    float sum = 0;
    for (int i = 0; i + 4 <= ROWS; i += 4) {
      point(rows, i);
      KERNEL.cosine4(query.segment(), 0, rows.segment(), FOUR, DIMENSION);
      sum += FOUR.result0 + FOUR.result3;
    }
    return sum;
  }

  private static void point(VectorRows rows, int first) {
    FOUR.offset0 = rows.offset(first);
    FOUR.offset1 = rows.offset(first + 1);
    FOUR.offset2 = rows.offset(first + 2);
    FOUR.offset3 = rows.offset(first + 3);
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }
}

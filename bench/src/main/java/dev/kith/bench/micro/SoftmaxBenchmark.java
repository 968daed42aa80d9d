package dev.kith.bench.micro;

import dev.kith.index.kernel.SoftmaxKernel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// What a softmax costs by the number of scores, in Java and, where gcc is installed, in C.
///
/// Run after `mvn -q -DskipTests package` with
///
/// ```sh
/// java -cp bench/target/classes:$(cat bench/target/classpath) dev.kith.bench.micro.SoftmaxBenchmark --out DIR
/// ```
///
/// and JMH's own options, such as `-p count=1024`. With `--out` the table is written to `report.md`
/// in that folder, and a plot beside it. Takes about three minutes.
///
/// All variants take turns on the same arrays, each for some dozen microseconds at least, so that
/// what else runs on the machine slows all of them alike; of each the fastest turn counts. The time
/// that JMH itself reports is that of a round of all of them and tells nothing.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xmx2g",
      "--add-modules",
      "jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"
    })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
public class SoftmaxBenchmark {
  private static final float SCALE = 1.25f;

  /// Elements of a turn, of few scores by doing them over and over.
  private static final int TURN = 1 << 16;

  /// Scores.
  @Param({"1024", "4096", "16384", "65536", "262144", "1048576", "4194304", "16777216", "67108864"})
  public int count = 1024;

  private float[] scores = new float[0];
  private float[] shares = new float[0];
  private @Nullable NativeSoftmax natives;

  /// The fastest turn of each variant in an iteration, in femtoseconds an element; 0 if there was
  /// none.
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Fastest {
    /// [SoftmaxKernel#softmax].
    public long storing;

    /// [SoftmaxKernel#sum] and [SoftmaxKernel#shares].
    public long recomputing;

    /// [NativeSoftmax.Variant#RELOAD].
    public long reloadInC;

    /// [NativeSoftmax.Variant#RECOMPUTE].
    public long recomputeInC;

    /// [NativeSoftmax.Variant#TWO].
    public long twoInC;
  }

  /// Fills scores, and compiles the library.
  @Setup
  public void prepare() throws IOException, InterruptedException {
    SplitMix random = new SplitMix(42);
    scores = random.vector(count);
    for (int i = 0; i < count; i++) {
      scores[i] *= 10;
    }
    shares = new float[count];
    natives = NativeKernels.isSupported() ? NativeSoftmax.compile() : null;
  }

  /// Unloads the library.
  @TearDown
  public void unload() throws IOException {
    if (natives != null) {
      natives.close();
    }
  }

  /// One turn of each variant.
  @Benchmark
  public float[] round(Fastest fastest) {
    fastest.storing = least(fastest.storing, this::store);
    fastest.recomputing = least(fastest.recomputing, this::recompute);
    NativeSoftmax inC = natives;
    if (inC != null) {
      fastest.reloadInC = least(fastest.reloadInC, () -> run(inC, NativeSoftmax.Variant.RELOAD));
      fastest.recomputeInC =
          least(fastest.recomputeInC, () -> run(inC, NativeSoftmax.Variant.RECOMPUTE));
      fastest.twoInC = least(fastest.twoInC, () -> run(inC, NativeSoftmax.Variant.TWO));
    }
    return shares;
  }

  private long least(long before, Runnable variant) {
    int times = Math.max(1, TURN / count);
    long began = System.nanoTime();
    for (int i = 0; i < times; i++) {
      variant.run();
    }
    long taken = (System.nanoTime() - began) * 1_000_000 / ((long) times * count);
    return before == 0 ? taken : Math.min(before, taken);
  }

  /// Shares whose exponentials are stored before they are divided.
  float[] store() {
    SoftmaxKernel.best().softmax(scores, 0, count, SCALE, shares);
    return shares;
  }

  /// Shares whose exponentials are computed twice.
  float[] recompute() {
    SoftmaxKernel kernel = SoftmaxKernel.best();
    kernel.shares(scores, 0, count, SCALE, kernel.sum(scores, 0, count, SCALE), shares);
    return shares;
  }

  /// Shares in C.
  float[] run(NativeSoftmax inC, NativeSoftmax.Variant variant) {
    inC.run(variant, scores, SCALE, shares);
    return shares;
  }

  /// Runs the benchmark and tells the table.
  ///
  /// @param arguments `--out` and a folder, and those of JMH
  public static void main(String[] arguments) throws Exception {
    List<String> others = new ArrayList<>(Arrays.asList(arguments));
    int out = others.indexOf("--out");
    Optional<Path> folder = Optional.empty();
    if (out >= 0) {
      if (out + 1 == others.size()) {
        throw new IllegalArgumentException("--out needs a folder for the table and the plot");
      }
      folder = Optional.of(Path.of(others.remove(out + 1)));
      others.remove(out);
    }
    SoftmaxReport report =
        new SoftmaxReport(new PrintWriter(System.out, true, StandardCharsets.UTF_8), folder);
    report.tell(
        new Runner(
                new OptionsBuilder()
                    .parent(new CommandLineOptions(others.toArray(String[]::new)))
                    .include(SoftmaxBenchmark.class.getName())
                    .build())
            .run());
  }
}

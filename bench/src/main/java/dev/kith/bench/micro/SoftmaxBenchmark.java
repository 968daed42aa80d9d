package dev.kith.bench.micro;

import dev.kith.index.kernel.SoftmaxKernel;
import dev.kith.index.kernel.SoftmaxKernel.Passes;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// What a softmax costs by the number of scores and of passes.
///
/// Run after `mvn -q -DskipTests package` with
///
/// ```sh
/// java -cp bench/target/classes:$(cat bench/target/classpath) dev.kith.bench.micro.SoftmaxBenchmark
/// ```
///
/// and JMH's own options, such as `-p count=1024`. Where gcc is installed, the same in C follows.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules",
      "jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"
    })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SoftmaxBenchmark {
  private static final float SCALE = 1.25f;

  /// Scores.
  @Param({"1024", "16384", "65536", "262144", "1048576", "4194304", "16777216", "67108864"})
  public int count = 1024;

  private float[] scores = new float[0];
  private float[] shares = new float[0];

  /// Fills scores with the numbers that the C program uses.
  @Setup
  public void prepare() {
    SplitMix random = new SplitMix(42);
    scores = random.vector(count);
    for (int i = 0; i < count; i++) {
      scores[i] *= 10;
    }
    shares = new float[count];
  }

  /// In three passes.
  @Benchmark
  public float[] three() {
    return run(Passes.THREE);
  }

  /// In three passes that store no exponentials.
  @Benchmark
  public float[] threeRecomputing() {
    return run(Passes.THREE_RECOMPUTING);
  }

  /// In two passes.
  @Benchmark
  public float[] two() {
    return run(Passes.TWO);
  }

  private float[] run(Passes passes) {
    SoftmaxKernel.best().softmax(scores, 0, count, SCALE, passes, shares);
    return shares;
  }

  /// Runs the benchmark and then the same in C, and prints the table.
  ///
  /// @param arguments those of JMH
  public static void main(String[] arguments) throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .parent(new CommandLineOptions(arguments))
                    .include(SoftmaxBenchmark.class.getName())
                    .build())
            .run();
    print(results, System.out);
  }

  private static void print(Collection<RunResult> results, PrintStream out)
      throws IOException, InterruptedException {
    Map<Integer, Map<String, Double>> java = new TreeMap<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      int elements = Integer.parseInt(result.getParams().getParam("count"));
      java.computeIfAbsent(elements, _ -> new TreeMap<>())
          .put(
              name.substring(name.lastIndexOf('.') + 1),
              result.getPrimaryResult().getStatistics().getMin() / elements);
    }
    out.printf("least ns an element; Java %s%n%n", Runtime.version());
    for (Map.Entry<Integer, Map<String, Double>> row : java.entrySet()) {
      out.printf("%,12d  Java %s%n", row.getKey(), row.getValue());
      if (NativeKernels.isSupported()) {
        Map<String, Double> c = new TreeMap<>();
        try (NativeKernels kernels = NativeKernels.compile(NativeKernels.SOFTMAX)) {
          kernels.time(row.getKey(), 1).forEach(one -> c.put(one.kernel(), one.nanos()));
        }
        out.printf("%12s  C    %s, best / best %.2f%n", "", c, least(row.getValue()) / least(c));
      }
    }
  }

  private static double least(Map<String, Double> nanos) {
    return nanos.values().stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
  }
}

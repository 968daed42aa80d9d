package dev.kith.bench.micro;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;

/// The table of every kernel in Java and in C. Of each the least time counts: that of the best
/// iteration in Java, and of the best round in C. An iteration takes a second and a round
/// microseconds, so what else runs slows Java's figure alone: ratios count on an idle machine only.
final class JavaBesideC {

  private record Key(String kernel, int dimension) {}

  private JavaBesideC() {}

  /// Times the C programs in the dimensions that were measured, and prints the table.
  static void print(Collection<RunResult> results, PrintStream out)
      throws IOException, InterruptedException {
    Map<Key, Double> java = new HashMap<>();
    TreeSet<Integer> dimensions = new TreeSet<>();
    int rows = 64;
    for (RunResult result : results) {
      BenchmarkParams params = result.getParams();
      String kernelName = params.getParam("kernelName");
      if (kernelName == null || kernelName.equals("best")) {
        String name = params.getBenchmark();
        int dimension = Integer.parseInt(params.getParam("dimension"));
        rows = Integer.parseInt(params.getParam("rowCount"));
        dimensions.add(dimension);
        java.put(
            new Key(name.substring(name.lastIndexOf('.') + 1), dimension),
            result.getPrimaryResult().getStatistics().getMin());
      }
    }
    out.printf(
        "gcc -O3 -march=native beside Java %s, least ns per row (fastScan: per block of 32;"
            + " products: with 1,024 columns, by OpenBLAS)%n%n",
        Runtime.version());
    out.printf("%-22s %9s %9s %9s %7s%n", "kernel", "dimension", "Java", "C", "Java/C");
    for (String source : new String[] {NativeKernels.FLOATS, NativeKernels.CODES}) {
      print(source, java, dimensions, rows, out);
    }
    try {
      print(NativeKernels.PRODUCTS, java, dimensions, rows, out);
    } catch (IOException e) {
      out.println("No OpenBLAS to compare products with (libopenblas-dev): " + e.getMessage());
    }
  }

  private static void print(
      String source, Map<Key, Double> java, Set<Integer> dimensions, int rows, PrintStream out)
      throws IOException, InterruptedException {
    try (NativeKernels kernels = NativeKernels.compile(source)) {
      for (int dimension : dimensions) {
        for (NativeKernels.Timing timing : kernels.time(dimension, rows)) {
          Double nanos = java.get(new Key(timing.kernel(), dimension));
          if (nanos != null) {
            print(timing, dimension, nanos, out);
          }
        }
      }
    }
  }

  private static void print(
      NativeKernels.Timing timing, int dimension, double nanos, PrintStream out) {
    out.printf(
        "%-22s %9d %9.1f %9.1f %7.2f%n",
        timing.kernel(), dimension, nanos, timing.nanos(), nanos / timing.nanos());
  }
}

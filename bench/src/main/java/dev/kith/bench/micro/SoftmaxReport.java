package dev.kith.bench.micro;

import dev.kith.bench.peers.Machine;
import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Plot;
import dev.kith.bench.report.Report;
import dev.kith.bench.report.Section;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/// The table and the plot of [SoftmaxBenchmark].
final class SoftmaxReport {

  /// Variants by the counters that they are measured in, those in Java first. The first is what a
  /// softmax is done by.
  private static final Map<String, String> VARIANTS = new LinkedHashMap<>();

  static {
    VARIANTS.put("storing", "Java, storing");
    VARIANTS.put("recomputing", "Java, recomputing");
    VARIANTS.put("reloadInC", "C, reload");
    VARIANTS.put("recomputeInC", "C, recompute");
    VARIANTS.put("twoInC", "C, two-pass");
  }

  /// Times that differ by less are the same.
  private static final double NOISE = 1.05;

  private final Report report;

  /// @param folder takes the report; empty for none
  SoftmaxReport(PrintWriter out, Optional<Path> folder) throws IOException {
    this.report = new Report("Softmax", out, folder);
    report.begin();
  }

  /// Nanoseconds an element: the fastest turn of all, and how much slower the fastest of the median
  /// iteration is.
  private record Time(double least, double spread) {}

  /// Tells all.
  void tell(Collection<RunResult> results) throws IOException {
    TreeMap<Integer, Map<String, Time>> all = new TreeMap<>();
    for (RunResult result : results) {
      all.put(Integer.parseInt(result.getParams().getParam("count")), times(result));
    }
    List<List<String>> rows = new ArrayList<>();
    all.forEach((count, times) -> rows.add(row(count, times)));
    List<String> columns = new ArrayList<>(List.of("scores"));
    columns.addAll(VARIANTS.values());
    columns.addAll(List.of("best Java / best C", "chosen / best Java"));
    report.add(
        new Section(
            "Softmax in Java and C",
            List.of(
                "Nanoseconds an element, of the fastest turn; behind it how much slower the fastest"
                    + " turn of the median iteration was.",
                Machine.here().inWords() + "; " + NativeKernels.compiler()),
            columns,
            rows),
        List.of(plot(all)));
    report.end();
  }

  private static Map<String, Time> times(RunResult result) {
    Map<String, Time> times = new LinkedHashMap<>();
    for (String counter : VARIANTS.keySet()) {
      List<Double> iterations = new ArrayList<>();
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          iterations.add(
              Objects.requireNonNull(iteration.getSecondaryResults().get(counter)).getScore()
                  / 1e6);
        }
      }
      iterations.sort(Comparator.naturalOrder());
      double least = iterations.getFirst();
      if (least > 0) {
        times.put(counter, new Time(least, iterations.get(iterations.size() / 2) / least - 1));
      }
    }
    return times;
  }

  private static List<String> row(int count, Map<String, Time> times) {
    List<String> cells = new ArrayList<>(List.of(Cells.whole((long) count)));
    for (String counter : VARIANTS.keySet()) {
      Time time = times.get(counter);
      cells.add(
          time == null
              ? "-"
              : String.format(Locale.ROOT, "%.3f +%.0f %%", time.least, 100 * time.spread));
    }
    double java = least(times, "Java");
    double c = least(times, "C");
    cells.add(c < Double.POSITIVE_INFINITY ? String.format(Locale.ROOT, "%.2f", java / c) : "-");
    double chosen = times.values().iterator().next().least / java;
    cells.add(
        String.format(Locale.ROOT, "%.2f, %s", chosen, chosen < NOISE ? "best" : "not the best"));
    return cells;
  }

  /// The least time of the variants in a language.
  private static double least(Map<String, Time> times, String language) {
    return times.entrySet().stream()
        .filter(time -> VARIANTS.getOrDefault(time.getKey(), "").startsWith(language + ","))
        .mapToDouble(time -> time.getValue().least)
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  private static Plot plot(Map<Integer, Map<String, Time>> all) {
    List<Plot.Line> lines = new ArrayList<>();
    VARIANTS.forEach(
        (counter, name) -> {
          List<Plot.Point> points = new ArrayList<>();
          all.forEach(
              (count, times) -> {
                Time time = times.get(counter);
                if (time != null) {
                  points.add(new Plot.Point(count, time.least));
                }
              });
          lines.add(new Plot.Line(name, points, true));
        });
    return new Plot(
        "softmax",
        "ns an element",
        "scores",
        Plot.Scale.LOGARITHMIC,
        Plot.Legend.UPPER_LEFT,
        lines);
  }
}

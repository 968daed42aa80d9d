package dev.kith.bench.adaptive;

import dev.kith.bench.report.Plot;
import dev.kith.bench.report.Plot.Legend;
import dev.kith.bench.report.Plot.Line;
import dev.kith.bench.report.Plot.Point;
import dev.kith.bench.report.Plot.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// What to draw of what was measured: gain against cost.
final class Plots {

  /// Recall below that is of no interest, and would leave the rest no room.
  private static final double LEAST_RECALL = 0.8;

  private Plots() {}

  /// Recall against products and against microseconds.
  static List<Plot> of(ListsComparison comparison) {
    String name = comparison.dataset();
    return List.of(
        plot(name, "recall@10", "products", recall(comparison, Measured::products)),
        plot(name, "recall@10", "microseconds", recall(comparison, Measured::micros)));
  }

  private static List<Line> recall(ListsComparison comparison, ToDoubleFunction<Measured> cost) {
    return List.of(
        recall("rigid", comparison.rigid(), cost),
        recall("certified", comparison.certified(), cost),
        recall("measured", comparison.measured(), cost),
        recall("AdANNS-IVF", Front.of(comparison.ofPrefixes(), cost, Measured::recall), cost),
        recall("AdANNS-IVF-D", Front.of(comparison.ofWhole(), cost, Measured::recall), cost),
        recall("funnel", Front.of(comparison.funnel(), cost, Measured::recall), cost));
  }

  private static Line recall(String name, List<Measured> all, ToDoubleFunction<Measured> cost) {
    return line(
        name,
        all.stream().filter(each -> each.recall() >= LEAST_RECALL).toList(),
        cost,
        Measured::recall);
  }

  /// Accuracy against products and against microseconds.
  static List<Plot> of(ClassesComparison comparison) {
    String name = comparison.dataset();
    return List.of(
        plot(name, "1-NN accuracy", "products", accuracy(comparison, Measured::products)),
        plot(name, "1-NN accuracy", "microseconds", accuracy(comparison, Measured::micros)));
  }

  private static List<Line> accuracy(
      ClassesComparison comparison, ToDoubleFunction<Measured> cost) {
    return List.of(
        line("rigid", comparison.rigid(), cost, ClassesComparison::accuracy),
        line(
            "prefixes",
            Front.of(comparison.adaptive(), cost, ClassesComparison::accuracy),
            cost,
            ClassesComparison::accuracy));
  }

  /// How often the nearest list is found, by width.
  static List<Plot> of(CoarseAgreement agreement) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < CoarseAgreement.READ.size(); i++) {
      List<Point> points = new ArrayList<>();
      for (CoarseAgreement.AtWidth width : agreement.widths()) {
        points.add(new Point(width.width(), width.shares().get(i)));
      }
      lines.add(new Line("among " + CoarseAgreement.READ.get(i), points, true));
    }
    return List.of(plot(agreement.dataset(), "nearest list found", "width", lines));
  }

  /// Recall by bytes a row, of all kinds, for the least and the most rows compared exactly.
  static List<Plot> of(WordsComparison comparison) {
    List<Line> lines = new ArrayList<>();
    for (WordsComparison.Kind kind : WordsComparison.Kind.values()) {
      for (int i : List.of(0, WordsComparison.RESCORED.size() - 1)) {
        List<Point> points = new ArrayList<>();
        for (WordsComparison.Coded coded : comparison.of(kind)) {
          points.add(new Point(coded.bytes(), coded.recall().get(i)));
        }
        lines.add(new Line(kind.text + ", of " + WordsComparison.RESCORED.get(i), points, true));
      }
    }
    return List.of(plot(comparison.dataset(), "recall@10", "bytes a row", lines));
  }

  private static Line line(
      String name,
      List<Measured> all,
      ToDoubleFunction<Measured> cost,
      ToDoubleFunction<Measured> gain) {
    return new Line(
        name,
        all.stream()
            .map(each -> new Point(cost.applyAsDouble(each), gain.applyAsDouble(each)))
            .toList(),
        true);
  }

  private static Plot plot(String dataset, String gain, String cost, List<Line> lines) {
    return new Plot(dataset, gain, cost, Scale.LOGARITHMIC, Legend.LOWER_RIGHT, lines);
  }
}

package dev.kith.bench.adaptive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Draws figures as PNG files in one folder.
///
/// @param folder which is there
record Pictures(Path folder) {

  /// Recall below that is of no interest, and would leave the rest no room.
  private static final double LEAST_RECALL = 0.8;

  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;

  /// A line of points, from left to right.
  private record Line(String name, List<double[]> points) {

    /// Points of settings.
    static Line of(
        String name,
        List<Measured> all,
        ToDoubleFunction<Measured> cost,
        ToDoubleFunction<Measured> gain) {
      return new Line(
          name,
          all.stream()
              .map(each -> new double[] {cost.applyAsDouble(each), gain.applyAsDouble(each)})
              .toList());
    }

    double[] column(int i) {
      return points.stream().mapToDouble(point -> point[i]).toArray();
    }
  }

  /// Recall and, where classes are known, accuracy against products and against microseconds.
  ///
  /// @return names of the files
  List<String> of(ListsComparison comparison) throws IOException {
    List<String> files = new ArrayList<>();
    String name = comparison.dataset();
    files.add(draw(name, "recall@10", "products", recall(comparison, Measured::products)));
    files.add(draw(name, "recall@10", "microseconds", recall(comparison, Measured::micros)));
    return files;
  }

  private static List<Line> recall(ListsComparison comparison, ToDoubleFunction<Measured> cost) {
    return List.of(
        line("rigid", comparison.rigid(), cost),
        line("certified", comparison.certified(), cost),
        line("measured", comparison.measured(), cost),
        line("AdANNS-IVF", Front.of(comparison.ofPrefixes(), cost, Measured::recall), cost),
        line("AdANNS-IVF-D", Front.of(comparison.ofWhole(), cost, Measured::recall), cost),
        line("funnel", Front.of(comparison.funnel(), cost, Measured::recall), cost));
  }

  private static Line line(String name, List<Measured> all, ToDoubleFunction<Measured> cost) {
    return Line.of(
        name,
        all.stream().filter(each -> each.recall() >= LEAST_RECALL).toList(),
        cost,
        Measured::recall);
  }

  /// Accuracy against products and against microseconds.
  ///
  /// @return names of the files
  List<String> of(ClassesComparison comparison) throws IOException {
    List<String> files = new ArrayList<>();
    String name = comparison.dataset();
    files.add(draw(name, "1-NN accuracy", "products", accuracy(comparison, Measured::products)));
    files.add(draw(name, "1-NN accuracy", "microseconds", accuracy(comparison, Measured::micros)));
    return files;
  }

  private static List<Line> accuracy(
      ClassesComparison comparison, ToDoubleFunction<Measured> cost) {
    return List.of(
        Line.of("rigid", comparison.rigid(), cost, ClassesComparison::accuracy),
        Line.of(
            "prefixes",
            Front.of(comparison.adaptive(), cost, ClassesComparison::accuracy),
            cost,
            ClassesComparison::accuracy));
  }

  /// How often the nearest list is found, by width.
  ///
  /// @return names of the files
  List<String> of(CoarseAgreement agreement) throws IOException {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < CoarseAgreement.READ.size(); i++) {
      List<double[]> points = new ArrayList<>();
      for (CoarseAgreement.AtWidth width : agreement.widths()) {
        points.add(new double[] {width.width(), width.shares().get(i)});
      }
      lines.add(new Line("among " + CoarseAgreement.READ.get(i), points));
    }
    return List.of(draw(agreement.dataset(), "nearest list found", "width", lines));
  }

  /// Recall by bytes a row, of all kinds, for the least and the most rows compared exactly.
  ///
  /// @return names of the files
  List<String> of(WordsComparison comparison) throws IOException {
    List<Line> lines = new ArrayList<>();
    for (WordsComparison.Kind kind : WordsComparison.Kind.values()) {
      for (int i : List.of(0, WordsComparison.RESCORED.size() - 1)) {
        List<double[]> points = new ArrayList<>();
        for (WordsComparison.Coded coded : comparison.of(kind)) {
          points.add(new double[] {coded.bytes(), coded.recall().get(i)});
        }
        lines.add(new Line(kind.text + ", of " + WordsComparison.RESCORED.get(i), points));
      }
    }
    return List.of(draw(comparison.dataset(), "recall@10", "bytes a row", lines));
  }

  /// Draws gain against cost, on a logarithmic axis.
  ///
  /// @return the name of the file
  private String draw(String dataset, String gain, String cost, List<Line> lines)
      throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("%s: %s against %s".formatted(dataset, gain, cost))
            .xAxisTitle(cost)
            .yAxisTitle(gain)
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(LegendPosition.InsideSE);
    chart.getStyler().setYAxisDecimalPattern("0.00#");
    for (Line line : lines) {
      if (!line.points.isEmpty()) {
        chart.addSeries(line.name, line.column(0), line.column(1)).setMarker(SeriesMarkers.CIRCLE);
      }
    }
    String file = "%s-%s-%s.png".formatted(dataset, gain, cost).replaceAll("[^A-Za-z0-9.]+", "-");
    try (OutputStream picture = Files.newOutputStream(folder.resolve(file))) {
      ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", picture);
    }
    return file;
  }
}

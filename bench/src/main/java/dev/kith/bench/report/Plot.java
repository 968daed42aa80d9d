package dev.kith.bench.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Lines to draw, of one quantity against another.
///
/// @param dataset measured on
/// @param y what goes up
/// @param x what goes to the right
/// @param scale of `x`, and of `y` if it says so
/// @param legend where lines leave room for their names
/// @param lines those without points are left out
public record Plot(
    String dataset, String y, String x, Scale scale, Legend legend, List<Line> lines) {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;

  /// What distances mean.
  public enum Scale {
    /// Differences.
    LINEAR,
    /// Ratios, to the right.
    LOGARITHMIC,
    /// Ratios, upwards too.
    BOTH_LOGARITHMIC
  }

  /// A corner.
  public enum Legend {
    /// Where lines ascend.
    LOWER_RIGHT,
    /// Where they descend.
    UPPER_RIGHT,
    /// Where they ascend and some are low at the end.
    UPPER_LEFT
  }

  /// A line of points, each marked or not.
  ///
  /// @param points from left to right
  /// @param isMarked whether each is to be seen, because there are few
  public record Line(String name, List<Point> points, boolean isMarked) {
    public Line {
      points = List.copyOf(points);
    }
  }

  /// A point of a line; finite.
  public record Point(double x, double y) {}

  public Plot {
    lines = List.copyOf(lines);
  }

  /// Draws it as a PNG file.
  ///
  /// @param folder which is there
  /// @return the name of the file
  String draw(Path folder) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("%s: %s against %s".formatted(dataset, y, x))
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setXAxisLogarithmic(scale != Scale.LINEAR);
    chart.getStyler().setYAxisLogarithmic(scale == Scale.BOTH_LOGARITHMIC);
    chart
        .getStyler()
        .setLegendPosition(
            switch (legend) {
              case LOWER_RIGHT -> LegendPosition.InsideSE;
              case UPPER_RIGHT -> LegendPosition.InsideNE;
              case UPPER_LEFT -> LegendPosition.InsideNW;
            });
    chart.getStyler().setYAxisDecimalPattern("0.00#");
    for (Line line : lines) {
      if (!line.points.isEmpty()) {
        chart
            .addSeries(
                line.name,
                line.points.stream().mapToDouble(Point::x).toArray(),
                line.points.stream().mapToDouble(Point::y).toArray())
            .setMarker(line.isMarked ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
      }
    }
    String file = "%s-%s-%s.png".formatted(dataset, y, x).replaceAll("[^A-Za-z0-9.]+", "-");
    try (OutputStream picture = Files.newOutputStream(folder.resolve(file))) {
      ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", picture);
    }
    return file;
  }
}

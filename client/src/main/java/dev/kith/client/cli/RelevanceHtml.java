package dev.kith.client.cli;

import dev.kith.client.RelevanceModel;
import dev.kith.client.RelevanceReport;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// A report on models of relevance as one HTML page with its pictures in it: how well probabilities
/// are kept, precision against recall, figures, and where to cut.
final class RelevanceHtml {
  private static final int SIDE = 360;
  private static final int MARGIN = 44;

  /// The model in question stands out, those for comparison are paler.
  private static final List<String> COLOURS =
      List.of("#b3261e", "#1f5fa8", "#2e7d32", "#8a6d00", "#6a3d9a", "#666666");

  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
      table { border-collapse: collapse; margin: 1em 0 }
      td, th { padding: .2em .8em; text-align: right; border-bottom: 1px solid #ddd }
      td:first-child, th:first-child { text-align: left }
      figure { display: inline-block; margin: 0 1em 1em 0 }
      text { font: 12px system-ui, sans-serif }
      """;

  private final Formatter page = new Formatter(Locale.ROOT);

  private RelevanceHtml() {}

  /// Makes the page.
  ///
  /// @param title its heading
  /// @param report what queries say of models, at least one
  /// @param thresholds of the first of them; may be none
  static String of(
      String title, RelevanceReport report, List<RelevanceModel.Threshold> thresholds) {
    RelevanceHtml html = new RelevanceHtml();
    html.page.format("<!DOCTYPE html>%n<html lang=\"en\"><head><meta charset=\"utf-8\">%n");
    html.page.format(
        "<title>%s</title>%n<style>%n%s</style></head><body>%n", escaped(title), STYLE);
    html.page.format("<h1>%s</h1>%n", escaped(title));
    html.page.format(
        "<p>%d queries, %d pairs of a query and a candidate, %.1f of them relevant; of what is"
            + " relevant, %.1f %% was among the candidates.</p>%n",
        report.queries(), report.pairs(), report.relevantPairs(), 100 * report.found());
    html.legend(report.models());
    html.figure(
        "Precision against recall: higher is better",
        "recall",
        "precision",
        false,
        report.models(),
        quality ->
            quality.curve().stream()
                .map(point -> new double[] {point.recall(), point.precision()})
                .toList());
    html.figure(
        "Reliability: a probability should be kept, as on the diagonal",
        "probability by the model",
        "share that is relevant",
        true,
        report.models(),
        quality ->
            quality.bins().stream()
                .map(bin -> new double[] {bin.predicted(), bin.observed()})
                .toList());
    html.figures(report.models());
    if (!thresholds.isEmpty()) {
      html.thresholds(thresholds);
    }
    return html.page.format("</body></html>%n").toString();
  }

  private static String colour(int model) {
    return COLOURS.get(Math.min(model, COLOURS.size() - 1));
  }

  private void legend(List<RelevanceReport.Quality> models) {
    page.format("<p>");
    for (int i = 0; i < models.size(); i++) {
      page.format(
          "<span style=\"color:%s\">&#9632;</span> %s &nbsp; ",
          colour(i), escaped(models.get(i).model()));
    }
    page.format("</p>%n");
  }

  private void figure(
      String caption,
      String across,
      String up,
      boolean hasDiagonal,
      List<RelevanceReport.Quality> models,
      Function<RelevanceReport.Quality, List<double[]>> line) {
    int whole = SIDE + 2 * MARGIN;
    page.format("<figure><svg width=\"%d\" height=\"%d\" role=\"img\">%n", whole, whole);
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      double at = tenth / 10.0;
      page.format(
          "<path d=\"M%.1f %.1fV%.1fM%.1f %.1fH%.1f\" stroke=\"#ddd\"/>%n",
          x(at), y(0), y(1), x(0), y(at), x(1));
      page.format(
          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>%n", x(at), y(0) + 16, at);
      page.format(
          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n", x(0) - 6, y(at) + 4, at);
    }
    page.format(
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
        x(0.5), whole - 8, escaped(across));
    page.format(
        "<text transform=\"translate(12 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
        y(0.5), escaped(up));
    if (hasDiagonal) {
      page.format(
          "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#999\" stroke-dasharray=\"4\"/>%n",
          x(0), y(0), x(1), y(1));
    }
    // The model in question last, so that it lies above the others.
    for (int i = models.size() - 1; i >= 0; i--) {
      StringBuilder points = new StringBuilder();
      for (double[] point : line.apply(models.get(i))) {
        points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point[0]), y(point[1])));
      }
      page.format(
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>%n",
          points.toString().strip(), colour(i), i == 0 ? "2.5" : "1.2");
    }
    page.format("</svg><figcaption>%s</figcaption></figure>%n", escaped(caption));
  }

  private static double x(double share) {
    return MARGIN + SIDE * Math.clamp(share, 0.0, 1.0);
  }

  private static double y(double share) {
    return MARGIN + SIDE * (1 - Math.clamp(share, 0.0, 1.0));
  }

  private void figures(List<RelevanceReport.Quality> models) {
    page.format("<table><tr><th>model</th><th>PR AUC</th><th>precision at 95 %% recall</th>");
    page.format("<th>filtered there</th><th>queries left empty there</th><th>MRR</th>");
    page.format("<th>calibration error</th><th>Brier</th><th>OPIS</th></tr>%n");
    for (RelevanceReport.Quality quality : models) {
      page.format("<tr><td>%s</td>", escaped(quality.model()));
      for (double figure :
          new double[] {
            quality.prAuc(),
            quality.precisionAt95(),
            quality.filteredAt95(),
            quality.emptyAt95(),
            quality.meanReciprocalRank(),
            quality.calibrationError(),
            quality.brier(),
            quality.opis()
          }) {
        page.format("<td>%.4f</td>", figure);
      }
      page.format("</tr>%n");
    }
    page.format("</table>%n");
  }

  private void thresholds(List<RelevanceModel.Threshold> thresholds) {
    page.format("<table><tr><th>may be missed</th><th>least relevance of a hit</th></tr>%n");
    for (RelevanceModel.Threshold threshold : thresholds) {
      page.format(
          "<tr><td>%.1f %%</td><td>%s</td></tr>%n",
          100 * threshold.maxFractionMissed(),
          threshold.minRelevance() == 0
              ? "too few queries to tell"
              : RelevanceText.figure(threshold.minRelevance()));
    }
    page.format(
        "</table>%n<p>The shares hold on average over queries like those of the training that were");
    page.format(" held back for this: not for each query, and not for others.</p>%n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}

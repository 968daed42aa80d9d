package dev.kith.bench.relevance;

import dev.kith.bench.report.Plot.Point;
import dev.kith.index.relevance.RelevanceModel;
import java.util.ArrayList;
import java.util.List;

/// How often candidates of about the same relevance are relevant. Relevances are sorted by their
/// ratio, because where few candidates matter nearly all of them are small.
final class Reliability {

  /// Classes of relevances, each of which ends where the one before it begins, at the root of one
  /// half of its end.
  private static final int CLASSES = 24;

  /// Classes of fewer candidates say little, and none whose candidates are all irrelevant has a
  /// place on a logarithmic axis.
  private static final int ENOUGH = 30;

  private Reliability() {}

  /// Mean relevance and share that is relevant, the least relevance first.
  static List<Point> of(RelevanceModel model, List<Candidates> lists) {
    double[] relevances = new double[CLASSES];
    double[] grades = new double[CLASSES];
    long[] counts = new long[CLASSES];
    for (Candidates list : lists) {
      float[] ofList = list.relevances(model);
      for (int i = 0; i < ofList.length; i++) {
        int at = classOf(ofList[i]);
        relevances[at] += ofList[i];
        grades[at] += list.grades()[i];
        counts[at]++;
      }
    }
    List<Point> points = new ArrayList<>();
    for (int at = CLASSES - 1; at >= 0; at--) {
      if (counts[at] >= ENOUGH && relevances[at] > 0 && grades[at] > 0) {
        points.add(new Point(relevances[at] / counts[at], grades[at] / counts[at]));
      }
    }
    return points;
  }

  private static int classOf(float relevance) {
    double halvings = -Math.log(relevance) / Math.log(2);
    return (int) Math.clamp(2 * halvings, 0, CLASSES - 1);
  }
}

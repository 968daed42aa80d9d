package dev.kith.index.relevance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How good a model of relevance is, by judged lists that it has not seen. Candidates that nobody
/// judged are left out; a candidate that is relevant in part counts in part, on both sides.
///
/// @param model its name
/// @param prAuc area under the curve of precision and recall of all pairs of a query and a
///   candidate (average precision; pairs of the same relevance are cut together)
/// @param precisionAt95 precision of the threshold that keeps 95 % of the relevant pairs
/// @param filteredAt95 share of the pairs that it cuts
/// @param emptyAt95 share of the queries that it leaves with nothing
/// @param meanReciprocalRank of the first candidate that is rather relevant than not, 0 where there
///   is none; the same for all models
/// @param calibrationError mean difference of probability and share over bins of equally many pairs
///   (expected calibration error)
/// @param brier mean squared error of the probabilities
/// @param opis how differently one threshold treats queries: [#of] says how it is measured
/// @param bins of pairs by their probability, ascending: half of them, half of what is left, and so
///   on
/// @param curve of precision and recall by ascending recall, some points of it
public record Quality(
    String model,
    double prAuc,
    double precisionAt95,
    double filteredAt95,
    double emptyAt95,
    double meanReciprocalRank,
    double calibrationError,
    double brier,
    double opis,
    List<Bin> bins,
    List<Point> curve) {

  private static final double RECALL = 0.95;

  /// Bins of the calibration error.
  private static final int EQUAL_BINS = 20;

  /// Pairs of the most relevant bin, at least.
  private static final int SMALLEST_BIN = 50;

  private static final int POINTS = 200;

  public Quality {
    bins = List.copyOf(bins);
    curve = List.copyOf(curve);
  }

  /// Pairs of about the same probability.
  ///
  /// @param pairs in it
  /// @param predicted their mean probability
  /// @param observed share of them that is relevant
  public record Bin(long pairs, double predicted, double observed) {}

  /// A point of the curve of precision and recall.
  ///
  /// @param recall share of the relevant pairs that is kept
  /// @param precision share of the kept pairs that is relevant
  /// @param threshold least relevance of a kept pair
  public record Point(double recall, double precision, float threshold) {}

  /// Judges a model.
  ///
  /// OPIS is the operating-point inconsistency score of Zhang et al. (*Threshold-consistent margin
  /// loss for open-world deep metric learning*, ICLR 2024): for thresholds between those that let 1
  /// % and 10 % of all irrelevant pairs through, evenly spaced, the variance over queries of the
  /// harmonic mean of sensitivity and specificity, on average. Queries count that have both
  /// relevant and irrelevant candidates.
  ///
  /// @param name what to call it
  public static Quality of(String name, RelevanceModel model, List<JudgedList> lists) {
    Pairs pairs = new Pairs(model, lists);
    Cut cut = pairs.cut(RECALL);
    return new Quality(
        name,
        pairs.averagePrecision(),
        cut.precision,
        cut.filtered,
        pairs.empty(cut.threshold),
        reciprocalRank(lists),
        pairs.calibrationError(),
        pairs.brier(),
        pairs.opis(),
        pairs.bins(),
        pairs.curve());
  }

  private static double reciprocalRank(List<JudgedList> lists) {
    double sum = 0;
    for (JudgedList list : lists) {
      for (int i = 0; i < list.size(); i++) {
        if (list.isJudged(i) && list.relevant(i) >= 0.5) {
          sum += 1.0 / (i + 1);
          break;
        }
      }
    }
    return lists.isEmpty() ? 0 : sum / lists.size();
  }

  private record Cut(float threshold, double precision, double filtered) {}

  /// All pairs, list after list, and in the order of their relevance.
  private static final class Pairs {
    private final float[] relevances;
    private final float[] grades;

    /// Where each list begins and, at last, where the last one ends.
    private final int[] starts;

    /// Places of the pairs, the most relevant first.
    private final int[] order;

    private final double relevant;

    Pairs(RelevanceModel model, List<JudgedList> lists) {
      int count = Math.toIntExact(lists.stream().mapToLong(JudgedList::judged).sum());
      this.relevances = new float[count];
      this.grades = new float[count];
      this.starts = new int[lists.size() + 1];
      float[] ofList = new float[RelevanceModel.MAX_CANDIDATES];
      int next = 0;
      double sum = 0;
      for (int n = 0; n < lists.size(); n++) {
        JudgedList list = lists.get(n);
        model.relevances(list.query(), list.scores(), list.size(), ofList);
        for (int i = 0; i < list.size(); i++) {
          if (list.isJudged(i)) {
            relevances[next] = ofList[i];
            grades[next++] = (float) list.relevant(i);
            sum += list.relevant(i);
          }
        }
        starts[n + 1] = next;
      }
      this.relevant = sum;
      this.order = order(relevances);
    }

    /// Floats that are not negative are ordered as their bits are.
    private static int[] order(float[] relevances) {
      long[] keys = new long[relevances.length];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = (long) ~Float.floatToIntBits(relevances[i] + 0f) << 32 | i;
      }
      Arrays.sort(keys);
      int[] order = new int[keys.length];
      for (int i = 0; i < order.length; i++) {
        order[i] = (int) keys[i];
      }
      return order;
    }

    /// The end of the pairs as relevant as the one at a place of the order.
    private int endOfTies(int from) {
      int to = from + 1;
      while (to < order.length && relevances[order[to]] == relevances[order[from]]) {
        to++;
      }
      return to;
    }

    private double grades(int from, int to) {
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += grades[order[i]];
      }
      return sum;
    }

    double averagePrecision() {
      double area = 0;
      double kept = 0;
      for (int from = 0, to; from < order.length; from = to) {
        to = endOfTies(from);
        double more = grades(from, to);
        kept += more;
        area += more * kept / to;
      }
      return relevant == 0 ? 0 : area / relevant;
    }

    Cut cut(double recall) {
      double kept = 0;
      for (int from = 0, to; from < order.length; from = to) {
        to = endOfTies(from);
        kept += grades(from, to);
        if (kept >= recall * relevant * (1 - 1e-9)) {
          return new Cut(relevances[order[from]], kept / to, 1 - to / (double) order.length);
        }
      }
      return new Cut(0, 0, 0);
    }

    List<Point> curve() {
      List<Point> points = new ArrayList<>();
      double kept = 0;
      for (int from = 0, to; from < order.length; from = to) {
        to = endOfTies(from);
        kept += grades(from, to);
        double recall = relevant == 0 ? 0 : kept / relevant;
        if (to == order.length || recall * POINTS >= points.size() + 1) {
          if (points.size() == POINTS) {
            points.removeLast();
          }
          points.add(new Point(recall, kept / to, relevances[order[from]]));
        }
      }
      return points;
    }

    double empty(float threshold) {
      int empty = 0;
      for (int n = 0; n + 1 < starts.length; n++) {
        boolean any = false;
        for (int i = starts[n]; i < starts[n + 1] && !any; i++) {
          any = relevances[i] >= threshold;
        }
        empty += any ? 0 : 1;
      }
      return starts.length == 1 ? 0 : empty / (double) (starts.length - 1);
    }

    /// Bins of fewer and fewer pairs: the lower half of them, half of what is left, and so on.
    /// Where few pairs are relevant, equal bins would show nothing of the probabilities that
    /// matter.
    List<Bin> bins() {
      List<Bin> bins = new ArrayList<>();
      int left = order.length;
      while (left > 0) {
        int from = left < 2 * SMALLEST_BIN ? 0 : left / 2;
        bins.add(bin(from, left));
        left = from;
      }
      return bins;
    }

    private Bin bin(int from, int to) {
      double predicted = 0;
      for (int i = from; i < to; i++) {
        predicted += relevances[order[i]];
      }
      return new Bin(to - from, predicted / (to - from), grades(from, to) / (to - from));
    }

    double calibrationError() {
      double sum = 0;
      for (int n = 0; n < EQUAL_BINS; n++) {
        int from = (int) ((long) n * order.length / EQUAL_BINS);
        int to = (int) ((long) (n + 1) * order.length / EQUAL_BINS);
        if (from < to) {
          Bin bin = bin(from, to);
          sum += bin.pairs * Math.abs(bin.predicted - bin.observed);
        }
      }
      return order.length == 0 ? 0 : sum / order.length;
    }

    double brier() {
      double sum = 0;
      for (int i = 0; i < grades.length; i++) {
        double p = relevances[i];
        sum += grades[i] * (1 - p) * (1 - p) + (1 - grades[i]) * p * p;
      }
      return grades.length == 0 ? 0 : sum / grades.length;
    }

    private static final int OPERATING_POINTS = 50;

    double opis() {
      double low = acceptance(0.10);
      double high = acceptance(0.01);
      double sum = 0;
      for (int point = 0; point < OPERATING_POINTS; point++) {
        sum += variance(low + (high - low) * point / (OPERATING_POINTS - 1));
      }
      return sum / OPERATING_POINTS;
    }

    /// The threshold that lets a share of the irrelevant pairs through.
    private double acceptance(double share) {
      double irrelevant = order.length - relevant;
      double through = 0;
      for (int place : order) {
        through += 1 - grades[place];
        if (through >= share * irrelevant) {
          return relevances[place];
        }
      }
      return 0;
    }

    /// The variance over queries of the harmonic mean of sensitivity and specificity.
    private double variance(double threshold) {
      double sum = 0;
      double squares = 0;
      int queries = 0;
      for (int n = 0; n + 1 < starts.length; n++) {
        double of = 0;
        double kept = 0;
        double passed = 0;
        for (int i = starts[n]; i < starts[n + 1]; i++) {
          of += grades[i];
          if (relevances[i] >= threshold) {
            kept += grades[i];
            passed += 1 - grades[i];
          }
        }
        double not = starts[n + 1] - starts[n] - of;
        if (of > 0 && not > 0) {
          double sensitivity = kept / of;
          double specificity = 1 - passed / not;
          double both = sensitivity + specificity;
          double utility = both == 0 ? 0 : 2 * sensitivity * specificity / both;
          sum += utility;
          squares += utility * utility;
          queries++;
        }
      }
      if (queries == 0) {
        return 0;
      }
      double mean = sum / queries;
      return Math.max(0, squares / queries - mean * mean);
    }
  }
}

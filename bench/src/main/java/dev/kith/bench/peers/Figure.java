package dev.kith.bench.peers;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A number over several turns.
///
/// @param median of an even number of turns, the mean of the two in the middle
/// @param bound which side of it the truth may lie on
record Figure(double min, double median, double max, Bound bound) {

  /// How a figure is to be read.
  enum Bound {
    EXACT(""),
    AT_LEAST(">"),
    AT_MOST("<");

    private final String sign;

    Bound(String sign) {
      this.sign = sign;
    }

    /// What is written before the number.
    String sign() {
      return sign;
    }
  }

  /// Speed over turns; empty unless every turn has it.
  static Optional<Figure> of(List<Optional<Reading>> turns) {
    if (turns.isEmpty() || turns.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    List<Reading> readings = turns.stream().map(Optional::orElseThrow).toList();
    boolean atLeast = readings.stream().anyMatch(Reading::atLeast);
    double[] speeds = readings.stream().mapToDouble(Reading::qps).toArray();
    return Optional.of(of(speeds, atLeast ? Bound.AT_LEAST : Bound.EXACT));
  }

  /// Speed of one over speed of the other, turn by turn, so that a slow minute of the machine hits
  /// both. Empty unless every turn has both, or if either side may be the faster without limit.
  static Optional<Figure> ratio(List<Optional<Reading>> ours, List<Optional<Reading>> theirs) {
    int turns = Math.min(ours.size(), theirs.size());
    Optional<Figure> over = of(ours.subList(0, turns));
    Optional<Figure> under = of(theirs.subList(0, turns));
    if (over.isEmpty() || under.isEmpty()) {
      return Optional.empty();
    }
    boolean atLeast = over.get().bound == Bound.AT_LEAST;
    boolean atMost = under.get().bound == Bound.AT_LEAST;
    if (atLeast && atMost) {
      return Optional.empty();
    }
    double[] ratios = new double[turns];
    for (int i = 0; i < turns; i++) {
      ratios[i] = ours.get(i).orElseThrow().qps() / theirs.get(i).orElseThrow().qps();
    }
    return Optional.of(of(ratios, atLeast ? Bound.AT_LEAST : atMost ? Bound.AT_MOST : Bound.EXACT));
  }

  private static Figure of(double[] values, Bound bound) {
    Arrays.sort(values);
    int middle = values.length / 2;
    double median =
        values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    return new Figure(values[0], median, values[values.length - 1], bound);
  }
}

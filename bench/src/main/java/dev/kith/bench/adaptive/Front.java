package dev.kith.bench.adaptive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Settings that no other one beats in cost and gain at once (Pareto's front).
final class Front {

  private Front() {}

  /// Returns those of some, the cheapest first. Of equal ones the first remains.
  static List<Measured> of(
      List<Measured> all, ToDoubleFunction<Measured> cost, ToDoubleFunction<Measured> gain) {
    List<Measured> sorted = new ArrayList<>(all);
    sorted.sort(
        Comparator.comparingDouble(cost)
            .thenComparing(Comparator.comparingDouble(gain).reversed()));
    List<Measured> front = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (Measured measured : sorted) {
      if (gain.applyAsDouble(measured) > best) {
        best = gain.applyAsDouble(measured);
        front.add(measured);
      }
    }
    return front;
  }
}

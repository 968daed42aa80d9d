package dev.kith.bench.report;

import java.util.Collection;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What several seeds gave.
///
/// @param mean of them
/// @param deviation of a sample (over one less than there are); 0 of a single one
public record Spread(double mean, double deviation) {

  /// Sums up one figure of each.
  public static <T> Spread of(Collection<T> all, ToDoubleFunction<T> figure) {
    double mean = all.stream().mapToDouble(figure).average().orElse(Double.NaN);
    double squares =
        all.stream().mapToDouble(each -> Math.pow(figure.applyAsDouble(each) - mean, 2)).sum();
    return new Spread(mean, all.size() < 2 ? 0 : Math.sqrt(squares / (all.size() - 1)));
  }

  /// Four digits and the deviation.
  public String cell() {
    return String.format(Locale.ROOT, "%.4f ± %.4f", mean, deviation);
  }

  /// So many times as much.
  public String times() {
    return String.format(Locale.ROOT, "%.3fx ± %.3f", mean, deviation);
  }

  /// Both numbers.
  public ObjectNode json() {
    return JsonNodeFactory.instance.objectNode().put("mean", mean).put("deviation", deviation);
  }
}

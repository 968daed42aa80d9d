package dev.kith.bench.dataset;

import dev.kith.index.Metric;
import java.util.Locale;

/// What data sets call a metric.
public final class MetricName {

  private MetricName() {}

  /// Reads our names, and those of ann-benchmarks and other tools.
  ///
  /// @throws IllegalArgumentException if it is none of them
  public static Metric parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "cosine", "angular" -> Metric.COSINE;
      case "dot", "ip", "inner_product" -> Metric.DOT;
      case "euclidean", "l2" -> Metric.EUCLIDEAN;
      default ->
          throw new IllegalArgumentException(
              "metric must be cosine (or angular), dot (or ip) or euclidean (or l2), got " + name);
    };
  }

  static String of(Metric metric) {
    return metric.name().toLowerCase(Locale.ROOT);
  }
}

package dev.kith.bench.report;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Numbers as they stand in tables.
public final class Cells {

  private Cells() {}

  /// Four digits; a dash for what was not measured.
  public static String share(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.4f", share);
  }

  /// All of its digits.
  public static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /// No digits behind the point.
  public static String whole(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }

  /// One digit.
  public static String micros(double micros) {
    return String.format(Locale.ROOT, "%,.1f", micros);
  }

  /// So many times less; a dash if there is nothing to compare with.
  public static String times(Optional<Double> ratio) {
    return ratio.map(Cells::times).orElse("-");
  }

  /// So many times less.
  public static String times(double ratio) {
    return String.format(Locale.ROOT, "%.2fx", ratio);
  }
}

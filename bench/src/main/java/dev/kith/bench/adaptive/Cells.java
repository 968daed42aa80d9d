package dev.kith.bench.adaptive;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Numbers as they stand in tables.
final class Cells {

  private Cells() {}

  /// Four digits; a dash for what was not measured.
  static String share(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.4f", share);
  }

  static String whole(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }

  static String micros(double micros) {
    return String.format(Locale.ROOT, "%,.1f", micros);
  }

  /// So many times less; a dash if there is nothing to compare with.
  static String times(Optional<Double> ratio) {
    return ratio.map(Cells::times).orElse("-");
  }

  static String times(double ratio) {
    return String.format(Locale.ROOT, "%.2fx", ratio);
  }
}

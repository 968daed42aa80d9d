package dev.kith.bench.adaptive;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// What adaptive settings save at the recall of a rigid one: the cheapest that finds at least as
/// much on the same queries, as measured, with nothing in between.
///
/// @param rigid whole vectors compared
/// @param byProducts of the adaptive settings with at least its recall the one with the fewest
///   products, empty if none finds as much
/// @param byMicros of those the fastest, likewise
record Savings(Measured rigid, Optional<Measured> byProducts, Optional<Measured> byMicros) {

  /// The savings at every rigid setting with some recall or more.
  static List<Savings> of(List<Measured> rigid, List<Measured> adaptive, double recall) {
    return rigid.stream()
        .filter(setting -> setting.recall() >= recall)
        .map(
            setting ->
                new Savings(
                    setting,
                    cheapest(adaptive, setting.recall(), Measured::products),
                    cheapest(adaptive, setting.recall(), Measured::micros)))
        .toList();
  }

  private static Optional<Measured> cheapest(
      List<Measured> adaptive, double recall, ToDoubleFunction<Measured> cost) {
    return adaptive.stream()
        .filter(setting -> setting.recall() >= recall)
        .min(Comparator.comparingDouble(cost));
  }

  /// How many times fewer products; empty if no adaptive setting finds as much.
  Optional<Double> fewerProducts() {
    return byProducts.map(adaptive -> rigid.products() / adaptive.products());
  }

  /// How many times less time, likewise.
  Optional<Double> lessTime() {
    return byMicros.map(adaptive -> rigid.micros() / adaptive.micros());
  }
}

package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.Labels;
import dev.kith.bench.run.Recall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/// Measures settings on some queries.
///
/// @param limit hits that settings want
/// @param recall of as many
/// @param queries which
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Judge(Dataset dataset, int limit, Recall recall, Optional<Labels> labels, int[] queries) {

  /// Timed passes, of which the fastest counts.
  private static final int TIMED = 3;

  /// @param limit hits that settings want
  /// @param queries which
  static Judge of(int limit, Dataset dataset, Optional<Labels> labels, int[] queries) {
    return new Judge(dataset, limit, Recall.at(limit, dataset), labels, queries);
  }

  /// Searches once for all queries.
  Measured once(Setting setting) {
    return measured(setting, Searches.run(dataset, setting, queries));
  }

  private Measured measured(Setting setting, Searches searches) {
    return new Measured(
        setting,
        recall.of(queries, searches.hits()),
        labels.map(known -> known.accuracy(queries, searches.hits())).orElse(null),
        searches.productsEach(),
        searches.microsEach());
  }

  /// Searches for all queries with every setting: once to warm up, then in three turns that all
  /// take, so that a slow moment of the machine hits one pass of each. The fastest counts.
  ///
  /// @param progress told how many passes are done
  List<Measured> inTurns(List<Setting> settings, IntConsumer progress) {
    List<Measured> best = new ArrayList<>();
    for (Setting setting : settings) {
      Measured first = once(setting);
      best.add(
          new Measured(
              setting, first.recall(), first.accuracy(), first.products(), Double.MAX_VALUE));
      progress.accept(1);
    }
    for (int turn = 0; turn < TIMED; turn++) {
      for (int i = 0; i < settings.size(); i++) {
        Searches again = Searches.run(dataset, settings.get(i), queries);
        best.set(i, best.get(i).orFaster(again.microsEach()));
        progress.accept(1);
      }
    }
    return best;
  }

  /// Passes that as many settings take in turns.
  static int passes(int settings) {
    return (1 + TIMED) * settings;
  }
}

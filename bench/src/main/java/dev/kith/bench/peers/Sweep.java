package dev.kith.bench.peers;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.peers.ContenderProcess.Searched;
import dev.kith.bench.run.Recall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Leads one contender up its ladders, turn after turn.
///
/// In the first turn every setting is searched with for all queries, which gives the recall and
/// warms up, and then timed. Later turns time the same settings again, each after a short pass that
/// does not count. Timed are all queries, or, where they would take long, half of them, a quarter
/// and so on, but never fewer than a thousand: always the first of the prepared queries, whose
/// order is random.
final class Sweep {
  private static final double ENOUGH = 0.997;

  // What two more rungs must add, or the ladder is at its end.
  private static final double WORTHWHILE = 0.0005;
  private static final double LONG_PASS_SECONDS = 3;
  private static final int FEWEST_QUERIES = 1000;
  private static final int WARM_UP_SHARE = 10;
  private static final int MOST_WARM_UPS = 12;
  private static final double STEADY = 0.03;

  private final ContenderProcess process;
  private final List<Ladder> ladders;
  private final Dataset dataset;
  private final Recall recall;
  private final int queries;
  private final Duration patience;

  // What the first turn found out, by ladder.
  private final List<List<Rung>> climbed = new ArrayList<>();

  /// @param recall judges what is found in `dataset`
  /// @param patience longest wait for one answer
  Sweep(
      ContenderProcess process,
      List<Ladder> ladders,
      Dataset dataset,
      Recall recall,
      Duration patience) {
    this.process = process;
    this.ladders = ladders;
    this.dataset = dataset;
    this.recall = recall;
    this.queries = dataset.queries().rows();
    this.patience = patience;
  }

  /// A setting whose recall is known.
  private record Rung(String setting, double recall, int timed) {}

  /// Takes a turn.
  ///
  /// @throws UnavailableException if the contender fails
  Turn turn() throws IOException, InterruptedException {
    List<Curve> curves = new ArrayList<>();
    if (climbed.isEmpty()) {
      warmUp();
      for (Ladder ladder : ladders) {
        curves.add(climb(ladder));
      }
    } else {
      for (List<Rung> rungs : climbed) {
        List<Curve.Point> points = new ArrayList<>();
        for (Rung rung : rungs) {
          search(rung.setting, Math.max(1, rung.timed / WARM_UP_SHARE));
          points.add(time(rung));
        }
        curves.add(new Curve(points));
      }
    }
    return new Turn(curves);
  }

  /// Searches until two passes in a row are equally fast: a JVM compiles what it runs often.
  private void warmUp() throws IOException, InterruptedException {
    String setting = ladders.getFirst().middle();
    double before = search(setting, queries).queriesPerSecond();
    for (int pass = 1; pass < MOST_WARM_UPS; pass++) {
      double now = search(setting, queries).queriesPerSecond();
      if (Math.abs(now / before - 1) < STEADY) {
        return;
      }
      before = now;
    }
  }

  private Curve climb(Ladder ladder) throws IOException, InterruptedException {
    List<Rung> rungs = new ArrayList<>();
    List<Curve.Point> points = new ArrayList<>();
    for (String setting : ladder.settings()) {
      Searched all = search(setting, queries);
      Rung rung =
          new Rung(setting, recall.of(process.hits(queries, dataset.base().rows())), timed(all));
      rungs.add(rung);
      points.add(time(rung));
      int last = rungs.size() - 1;
      boolean flat = last >= 2 && rung.recall - rungs.get(last - 2).recall < WORTHWHILE;
      if (rung.recall >= ENOUGH || flat) {
        break;
      }
    }
    climbed.add(rungs);
    return new Curve(points);
  }

  private int timed(Searched all) {
    int count = queries;
    for (double seconds = all.cpuSeconds();
        seconds > LONG_PASS_SECONDS && count / 2 >= FEWEST_QUERIES;
        seconds /= 2) {
      count /= 2;
    }
    return count;
  }

  private Curve.Point time(Rung rung) throws IOException, InterruptedException {
    return new Curve.Point(rung.setting, rung.recall, search(rung.setting, rung.timed));
  }

  private Searched search(String setting, int count) throws IOException, InterruptedException {
    return process.search(setting, count, patience);
  }
}

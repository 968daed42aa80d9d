package dev.kith.bench.adaptive;

import dev.kith.index.codec.Widths.Ladder;
import dev.kith.index.codec.Widths.Rung;
import java.util.ArrayList;
import java.util.List;

/// Ladders that differ a little from another.
final class LadderSteps {

  /// Of the rows kept, what a step keeps.
  private static final List<Double> SHARES = List.of(1.0, 0.85, 0.7, 0.5);

  private LadderSteps() {}

  /// Ladders that keep fewer rows, compare these at a wider width, or begin with a narrower one.
  ///
  /// @param ladder of one rung or two
  /// @param widths there are, ascending
  /// @param limit hits wanted, which rungs keep at least
  static List<Ladder> from(Ladder ladder, List<Integer> widths, int limit) {
    Rung last = ladder.rungs().getLast();
    List<Ladder> steps = new ArrayList<>();
    for (Rung wide : lastRungs(last, widths, limit)) {
      if (ladder.rungs().size() == 1) {
        steps.add(new Ladder(ladder.coarse(), List.of(wide)));
      }
      for (Rung first : firstRungs(ladder.rungs().getFirst(), widths)) {
        if (first.width() < wide.width() && first.keep() >= wide.keep()) {
          steps.add(new Ladder(ladder.coarse(), List.of(first, wide)));
        }
      }
    }
    return steps;
  }

  private static List<Rung> lastRungs(Rung last, List<Integer> widths, int limit) {
    List<Rung> rungs = new ArrayList<>();
    for (int width : widths) {
      for (double share : SHARES) {
        int keep = Math.max(limit, (int) Math.round(share * last.keep()));
        if (width >= last.width()) {
          rungs.add(new Rung(width, keep));
        }
      }
    }
    return rungs;
  }

  private static List<Rung> firstRungs(Rung first, List<Integer> widths) {
    List<Rung> rungs = new ArrayList<>();
    for (int width : widths) {
      for (int times : List.of(1, 2, 4)) {
        for (double share : SHARES) {
          if (width <= first.width()) {
            rungs.add(new Rung(width, Math.max(1, (int) Math.round(times * share * first.keep()))));
          }
        }
      }
    }
    return rungs;
  }
}

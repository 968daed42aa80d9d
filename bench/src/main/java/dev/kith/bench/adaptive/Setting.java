package dev.kith.bench.adaptive;

import dev.kith.index.codec.Widths;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// One way to search one contender.
///
/// @param limit hits wanted
/// @param reach lists to read: so many, or as the engine measured when it wrote them
/// @param widths at which prefixes are compared; no matter where there are none
record Setting(Contender contender, int limit, Reach reach, Widths widths) {

  Setting(Contender contender, int limit, int nprobe, Widths widths) {
    this(contender, limit, new Reach.Until(nprobe), widths);
  }

  SearchPlan plan() {
    return new SearchPlan(limit, new Probe.Lists(reach, OptionalInt.empty()), widths);
  }

  /// The lists to read in a few characters.
  String reachInWords() {
    return switch (reach) {
      case Reach.Until until -> Integer.toString(until.nprobe());
      case Reach.Measured(double recall) -> "for " + recall;
    };
  }

  /// The widths in a few characters: of centroids, then width-kept of every rung.
  String widthsInWords() {
    return switch (widths) {
      case Widths.Usual() -> "measured";
      case Widths.Full() -> "whole";
      case Widths.Truncated(int width) -> width + " alone";
      case Widths.Certified() -> "certified";
      case Widths.Ladder ladder ->
          (ladder.coarse() == 0 ? "whole" : ladder.coarse())
              + ": "
              + ladder.rungs().stream()
                  .map(rung -> rung.width() + "-" + rung.keep())
                  .collect(Collectors.joining(", "));
    };
  }
}

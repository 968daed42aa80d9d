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
/// @param nprobe lists to read
/// @param widths at which prefixes are compared; no matter where there are none
record Setting(Contender contender, int limit, int nprobe, Widths widths) {

  SearchPlan plan() {
    return new SearchPlan(
        limit, new Probe.Lists(new Reach.Until(nprobe), OptionalInt.empty()), widths);
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

package dev.kith.bench.peers;

import dev.kith.bench.peers.ContenderProcess.Searched;
import java.util.List;
import java.util.Optional;

/// What one turn measured along a ladder.
///
/// @param points in the order of the ladder, from the cheapest setting on
record Curve(List<Point> points) {

  Curve {
    points = List.copyOf(points);
  }

  /// One setting.
  ///
  /// @param recall recall@10 over all queries
  /// @param searched what the timed searches cost
  record Point(String setting, double recall, Searched searched) {

    double qps() {
      return searched.queriesPerSecond();
    }
  }

  /// Speed at a recall, between the two settings around it: the logarithm of the speed is taken to
  /// be linear in the recall. Empty if no setting finds as much.
  Optional<Reading> at(double recall) {
    for (int i = 0; i < points.size(); i++) {
      Point above = points.get(i);
      if (above.recall < recall) {
        continue;
      }
      if (i == 0) {
        return Optional.of(new Reading(above.qps(), above.recall > recall));
      }
      Point below = points.get(i - 1);
      double share = (recall - below.recall) / (above.recall - below.recall);
      double log = Math.log(below.qps()) + share * Math.log(above.qps() / below.qps());
      return Optional.of(new Reading(Math.exp(log), false));
    }
    return Optional.empty();
  }
}

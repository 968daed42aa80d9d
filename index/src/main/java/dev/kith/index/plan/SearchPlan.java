package dev.kith.index.plan;

import dev.kith.index.Require;
import dev.kith.index.TopK;
import dev.kith.index.codec.Widths;
import dev.kith.index.flat.ScoreSum;
import java.util.Objects;
import java.util.OptionalDouble;

/// What one search does. A value.
///
/// @param limit hits wanted, in `[1, 2^20]`
/// @param probe how candidates are found in each segment
/// @param widths at which prefixes are compared
/// @param sumAt temperature, above 0 and finite, at which `exp(score / temperature)` is summed up
///   over all rows that may be returned, while they are scanned: see [PlanRunner#sum]. Only for
///   [Probe.Exact] and [Probe.Labels], which score all of them, and then by whole vectors. Other
///   searches have [PlanRunner#estimateSum]
public record SearchPlan(int limit, Probe probe, Widths widths, OptionalDouble sumAt) {
  public SearchPlan {
    Require.inRange("limit", limit, 1, TopK.MAX_K);
    Objects.requireNonNull(probe, "probe");
    Objects.requireNonNull(widths, "widths");
    if (sumAt.isPresent()) {
      ScoreSum.checked(sumAt.getAsDouble());
      if (!(probe instanceof Probe.Exact) && !(probe instanceof Probe.Labels)) {
        throw new IllegalArgumentException(
            "a sum over all rows needs a probe that scores all of them, Exact or Labels, got %s;"
                    .formatted(probe)
                + " estimate it after the search instead");
      }
    }
  }

  /// A search that sums up nothing.
  public SearchPlan(int limit, Probe probe, Widths widths) {
    this(limit, probe, widths, OptionalDouble.empty());
  }

  /// A search that says nothing of widths.
  public SearchPlan(int limit, Probe probe) {
    this(limit, probe, new Widths.Usual());
  }
}

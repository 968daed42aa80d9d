package dev.kith.index.plan;

import dev.kith.index.Require;
import dev.kith.index.TopK;
import dev.kith.index.codec.Widths;
import java.util.Objects;

/// What one search does. A value.
///
/// @param limit hits wanted, in `[1, 2^20]`
/// @param probe how candidates are found in each segment
/// @param widths at which prefixes are compared
public record SearchPlan(int limit, Probe probe, Widths widths) {
  public SearchPlan {
    Require.inRange("limit", limit, 1, TopK.MAX_K);
    Objects.requireNonNull(probe, "probe");
    Objects.requireNonNull(widths, "widths");
  }

  /// A search that says nothing of widths.
  public SearchPlan(int limit, Probe probe) {
    this(limit, probe, new Widths.Usual());
  }
}

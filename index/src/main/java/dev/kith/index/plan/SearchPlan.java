package dev.kith.index.plan;

import dev.kith.index.Require;
import dev.kith.index.TopK;
import java.util.Objects;

/// What one search does. A value.
///
/// @param limit hits wanted, in `[1, 2^20]`
/// @param probe how candidates are found in each segment
public record SearchPlan(int limit, Probe probe) {
  public SearchPlan {
    Require.inRange("limit", limit, 1, TopK.MAX_K);
    Objects.requireNonNull(probe, "probe");
  }
}

package dev.kith.client;

import java.util.List;

/// What a check of a collection found.
///
/// @param violations every violated invariant in words, at most 1,000; empty if all hold
/// @param points points that were checked
public record VerifyReport(List<String> violations, long points) {
  public VerifyReport {
    violations = List.copyOf(violations);
  }

  /// Whether all invariants hold.
  public boolean sound() {
    return violations.isEmpty();
  }
}

package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.VisitedSet;

/// Accepts a row that others accept once only. Reused from query to query; not thread-safe.
final class Once implements OrdinalFilter {
  private final VisitedSet seen = new VisitedSet();
  private OrdinalFilter accepted = _ -> false;

  /// Forgets which rows were accepted.
  ///
  /// @param accepted rows that may be
  /// @param rows ordinals are below this
  /// @return this
  Once reset(OrdinalFilter accepted, int rows) {
    this.accepted = accepted;
    seen.reset(rows);
    return this;
  }

  @Override
  public boolean accepts(int ordinal) {
    return accepted.accepts(ordinal) && seen.add(ordinal) != 0;
  }
}

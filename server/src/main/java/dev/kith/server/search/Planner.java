package dev.kith.server.search;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.server.collection.CollectionSpec;
import java.util.OptionalInt;

/// Decides how a query is answered. All policy, no arithmetic.
final class Planner {

  private Planner() {}

  /// Plans one search.
  ///
  /// @param extra hits wanted beyond the limit, because the caller will drop some
  static SearchPlan plan(CollectionSpec collection, SearchOptions options, int extra) {
    int limit = options.limit() + extra;
    Probe probe =
        options.exact()
            ? new Probe.Exact()
            : switch (collection.index()) {
              case IndexSpec.Flat() -> new Probe.Exact();
              case IndexSpec.Hnsw hnsw ->
                  new Probe.Beam(
                      Math.max(limit, options.ef().orElse(collection.defaultEf())),
                      options.rescore());
              case IndexSpec.Ivf ivf -> new Probe.Lists(options.nprobe(), options.rescore());
            };
    return new SearchPlan(limit, probe);
  }

  /// Says a plan in one line.
  ///
  /// @param unlinked rows that no graph has yet, so that all of them are scored
  static String describe(SearchPlan plan, int segments, long unlinked) {
    String how =
        switch (plan.probe()) {
          case Probe.Exact() -> "exact scan";
          case Probe.Beam(int ef, OptionalInt rescore) ->
              "beam of %d".formatted(ef)
                  + (rescore.isPresent() ? ", %d rescored".formatted(rescore.getAsInt()) : "");
          case Probe.Lists(OptionalInt nprobe, OptionalInt rescore) ->
              (nprobe.isPresent() ? "%d lists".formatted(nprobe.getAsInt()) : "lists as measured")
                  + (rescore.isPresent() ? ", %d rescored".formatted(rescore.getAsInt()) : "");
        };
    String tail =
        unlinked == 0 || plan.probe() instanceof Probe.Exact()
            ? ""
            : ", %d unlinked rows scanned exactly".formatted(unlinked);
    return "%s over %d segment%s, best %d%s"
        .formatted(how, segments, segments == 1 ? "" : "s", plan.limit(), tail);
  }
}

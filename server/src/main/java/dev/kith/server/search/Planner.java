package dev.kith.server.search;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Widths;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.refusal.Violation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// Decides how a query is answered. All policy, no arithmetic.
final class Planner {

  private Planner() {}

  /// Plans one search.
  ///
  /// @param width coordinates of the query
  /// @param extra hits wanted beyond the limit, because the caller will drop some
  /// @throws RefusedException if a recall is asked for that nobody has measured, or widths that the
  ///   collection has not
  static SearchPlan plan(CollectionSpec collection, SearchOptions options, int width, int extra) {
    int limit = options.limit() + extra;
    Probe probe =
        options.exact()
            ? new Probe.Exact()
            : switch (collection.index()) {
              case IndexSpec.Flat(Codec codec) -> {
                if (!codec.hasCodes()) {
                  yield new Probe.Exact();
                }
                refuseRecall(options.reach());
                yield new Probe.Codes(options.rescore());
              }
              case IndexSpec.Hnsw hnsw -> {
                refuseRecall(options.reach());
                yield new Probe.Beam(
                    Math.max(limit, options.ef().orElse(collection.defaultEf())),
                    options.rescore());
              }
              case IndexSpec.Ivf ivf ->
                  new Probe.Lists(options.reach().orElse(Reach.DEFAULT), options.rescore());
            };
    return new SearchPlan(limit, probe, AdaptiveWidths.of(collection, options, width));
  }

  private static void refuseRecall(Optional<Reach> reach) {
    if (reach.isPresent() && reach.get() instanceof Reach.Measured) {
      throw new RefusedException(
          new Refusal.InvalidFields(
              List.of(
                  new Violation(
                      "options.recall",
                      "is measured for inverted lists, which the collection has not: set ef or rescore"))));
    }
  }

  /// Says a plan in one line.
  ///
  /// @param index that the collection should have
  /// @param unlinked rows that no graph has yet, so that all of them are scored
  static String describe(SearchPlan plan, IndexSpec index, int segments, long unlinked) {
    String how =
        switch (plan.probe()) {
          case Probe.Exact() -> "exact scan";
          case Probe.Codes(OptionalInt rescore) -> "scan of codes" + rescored(rescore);
          case Probe.Beam(int ef, OptionalInt rescore) ->
              "beam of %d".formatted(ef) + rescored(rescore);
          case Probe.Lists(Reach reach, OptionalInt rescore) -> describe(reach) + rescored(rescore);
        };
    String tail =
        unlinked == 0 || plan.probe() instanceof Probe.Exact()
            ? ""
            : ", %d unlinked rows scanned exactly".formatted(unlinked);
    boolean isWhole =
        plan.probe() instanceof Probe.Exact && !(plan.widths() instanceof Widths.Truncated);
    String widths = isWhole ? "" : describe(plan.widths(), index);
    return "%s%s over %d segment%s, best %d%s"
        .formatted(how, widths, segments, segments == 1 ? "" : "s", plan.limit(), tail);
  }

  private static String describe(Widths widths, IndexSpec index) {
    return switch (widths) {
      case Widths.Usual() -> usual(index);
      case Widths.Full() -> ", whole vectors";
      case Widths.Truncated(int width) -> ", first %d dimensions alone".formatted(width);
      case Widths.Certified() -> ", at all widths until certain";
      case Widths.Ladder(int coarse, List<Widths.Rung> rungs) ->
          (coarse > 0 ? ", centroids at %d dimensions".formatted(coarse) : "")
              + (rungs.isEmpty() ? ", widest prefixes" : "")
              + rungs.stream()
                  .map(rung -> ", best %d at %d dimensions".formatted(rung.keep(), rung.width()))
                  .collect(Collectors.joining());
    };
  }

  /// What is done where nothing was said; nothing is said of it where there are no prefixes.
  private static String usual(IndexSpec index) {
    if (!(index.codec() instanceof Codec.Prefix prefix) || prefix.of().hasCodes()) {
      return "";
    }
    return index instanceof IndexSpec.Ivf ? ", widths as measured" : ", widest prefixes";
  }

  private static String describe(Reach reach) {
    return switch (reach) {
      case Reach.Measured(double recall) ->
          "lists as measured for a recall of %s".formatted(recall);
      case Reach.Until(int nprobe, double mass, int patience) ->
          (nprobe < Reach.ALL ? "%d lists".formatted(nprobe) : "lists")
              + (mass < 1 ? " of %s of the mass".formatted(mass) : "")
              + (patience < Reach.ALL ? " until %d change nothing".formatted(patience) : "");
    };
  }

  private static String rescored(OptionalInt rescore) {
    return rescore.isPresent() ? ", %d rescored".formatted(rescore.getAsInt()) : "";
  }
}

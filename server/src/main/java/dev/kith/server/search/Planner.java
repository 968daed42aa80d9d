package dev.kith.server.search;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Widths;
import dev.kith.index.ivf.Reach;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.filter.RowFilter;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.refusal.Violation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides how a query is answered. All policy, no arithmetic.
final class Planner {

  /// Payloads that a filtered walk may read whatever the number of rows.
  private static final int FREE_PAYLOADS = 500;

  /// Rows that a scan scores in the time that it takes to read a payload. (Of 100 dimensions 50 to
  /// 90, of 384 dimensions 15 to 30; fewer where payloads are long.)
  private static final int ROWS_SCORED_PER_PAYLOAD = 64;

  /// Lists are given up if the filter accepts less than one row of so many.
  private static final int LISTS_SHARE = 20;

  private static final String CERTIFIED = ", at all widths until certain";

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

  /// The plan that finds the most of those that take no more products than may be spent, by what
  /// each segment measured; if none takes so few, the one that takes the fewest. Rows of which
  /// nobody measured anything are scored, all of them.
  ///
  /// @param products that searches for ten hits may take on average
  static SearchPlan afford(
      SearchPlan plan, double products, List<? extends SegmentReader> segments) {
    double most = Tuning.RECALLS.getFirst();
    for (double recall : Tuning.RECALLS) {
      most = cost(recall, segments) <= products ? recall : most;
    }
    Probe probe = new Probe.Lists(new Reach.Measured(most), OptionalInt.empty());
    return new SearchPlan(plan.limit(), probe, plan.widths());
  }

  private static double cost(double recall, List<? extends SegmentReader> segments) {
    double cost = 0;
    for (SegmentReader segment : segments) {
      double measured =
          segment.tuning().map(tuning -> tuning.at(recall).multiplyAdds()).orElse(0.0);
      double all = (double) segment.size() * segment.space().dimension();
      cost += measured > 0 ? measured : all;
    }
    return cost;
  }

  /*
   * With a filter, a walk goes on until its beam is full of rows that it accepts, and lists until some
   * more have changed nothing. So both find as much as ever, and take the longer the fewer rows are
   * accepted. (On 100,000 rows of GloVe-100, with all, half and a tenth accepted, recall@10 of a beam
   * of 100 is .998, .997 and 1, in 0.7, 1.1 and 3.2 ms; of lists .98, .97 and .97.) To scan all rows
   * is exact and takes hardly longer for fewer (2.6, 2.6, 2.9 ms, and 4.5 for a fiftieth): there is a
   * share from which on it is quicker. Nobody knows the share, near the query at that, before the
   * filter was asked. So a search begins with the usual plan, gives it up when it has cost about as
   * much as the scan will, and so takes twice as long at most as if it had known.
   */

  /// The plan for a filtered search: where only certain rows can be accepted, those are scored and
  /// no others, which is exact and needs no luck.
  static SearchPlan within(RowFilter filter, SearchPlan plan) {
    return filter
        .within()
        .map(rows -> new SearchPlan(plan.limit(), new Probe.Labels(rows), plan.widths()))
        .orElse(plan);
  }

  /// Whether a filtered search has read so many payloads that scoring every row is quicker than to
  /// go on: a scan reads the payloads of few rows but those that are better than its last hit, a
  /// walk of all that it comes by.
  ///
  /// @param rows of all segments
  static boolean isTooDear(SearchPlan plan, RowFilter.Tally tally, long rows) {
    return switch (plan.probe()) {
      case Probe.Beam _, Probe.Lists _ ->
          tally.payloads()
              > Math.min(RowFilter.MAX_REMEMBERED, FREE_PAYLOADS + rows / ROWS_SCORED_PER_PAYLOAD);
      case Probe.Exact _, Probe.Codes _, Probe.Labels _ -> false;
    };
  }

  /// Whether a filtered search that came to its end may have missed rows that the filter accepts.
  ///
  /// A walk that comes home with less than was wanted has, unless it has asked for all rows. How
  /// many lists to read was measured without a filter: the nearest rows that are accepted are in
  /// the more lists, the fewer are accepted.
  ///
  /// @param rows of all segments
  static boolean hasMissed(SearchPlan plan, RowFilter.Tally tally, int hits, long rows) {
    return switch (plan.probe()) {
      case Probe.Beam _ -> hits < plan.limit() && tally.asked() < rows;
      case Probe.Lists _ -> tally.accepted() * LISTS_SHARE < tally.asked();
      case Probe.Exact _, Probe.Codes _, Probe.Labels _ -> false;
    };
  }

  /// What answers a filtered search when its plan does not.
  static SearchPlan scanInsteadOf(SearchPlan plan) {
    return new SearchPlan(plan.limit(), new Probe.Exact(), plan.widths());
  }

  /// Says what a filter did, as the end of the line that says the plan.
  ///
  /// @param givenUp plan that did not answer; null if the first one did
  static String describe(RowFilter.Tally tally, @Nullable SearchPlan givenUp) {
    return (givenUp == null ? "" : ", %s given up".formatted(describe(givenUp.probe())))
        + ", filter accepts %d of %d rows met, %d payloads read"
            .formatted(tally.accepted(), tally.asked(), tally.payloads());
  }

  /// Says a plan in one line.
  ///
  /// @param index that the collection should have
  /// @param unlinked rows that no graph has yet, so that all of them are scored
  static String describe(SearchPlan plan, IndexSpec index, int segments, long unlinked) {
    String tail =
        unlinked == 0 || isExact(plan.probe())
            ? ""
            : ", %d unlinked rows scanned exactly".formatted(unlinked);
    boolean isWhole = isExact(plan.probe()) && !(plan.widths() instanceof Widths.Truncated);
    String widths = isWhole ? "" : describe(plan, index);
    return "%s%s over %d segment%s, best %d%s"
        .formatted(
            describe(plan.probe()), widths, segments, segments == 1 ? "" : "s", plan.limit(), tail);
  }

  /// Whether no row that may be returned is missed.
  static boolean isExact(Probe probe) {
    return probe instanceof Probe.Exact || probe instanceof Probe.Labels;
  }

  private static String describe(Probe probe) {
    return switch (probe) {
      case Probe.Exact() -> "exact scan";
      case Probe.Labels(List<Long> labels) -> "scores of %d rows".formatted(labels.size());
      case Probe.Codes(OptionalInt rescore) -> "scan of codes" + rescored(rescore);
      case Probe.Beam(int ef, OptionalInt rescore) ->
          "beam of %d".formatted(ef) + rescored(rescore);
      case Probe.Lists(Reach reach, OptionalInt rescore) -> describe(reach) + rescored(rescore);
    };
  }

  private static String describe(SearchPlan plan, IndexSpec index) {
    return switch (plan.widths()) {
      case Widths.Usual() -> usual(plan.probe(), index);
      case Widths.Full() -> ", whole vectors";
      case Widths.Truncated(int width) -> ", first %d dimensions alone".formatted(width);
      case Widths.Certified() -> CERTIFIED;
      case Widths.Ladder(int coarse, List<Widths.Rung> rungs) ->
          (coarse > 0 ? ", centroids at %d dimensions".formatted(coarse) : "")
              + (rungs.isEmpty() ? ", widest prefixes" : "")
              + rungs.stream()
                  .map(rung -> ", best %d at %d dimensions".formatted(rung.keep(), rung.width()))
                  .collect(Collectors.joining());
    };
  }

  /// What is done where nothing was said; nothing is said of it where there are no prefixes.
  private static String usual(Probe probe, IndexSpec index) {
    if (!(index.codec() instanceof Codec.Prefix prefix) || prefix.of().hasCodes()) {
      return "";
    }
    if (probe instanceof Probe.Codes(OptionalInt rescore) && rescore.isEmpty()) {
      return CERTIFIED;
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

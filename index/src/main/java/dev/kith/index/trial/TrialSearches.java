package dev.kith.index.trial;

import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Resource;
import dev.kith.index.store.VectorRows;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/// Searches segments for the queries of a trial with more and more effort, and times the least that
/// finds enough. Not thread-safe.
final class TrialSearches implements Resource {
  static final int NEIGHBOURS = 10;

  private static final int WARM_UPS = 1;
  private static final int PASSES = 5;

  /// Queries between two steps.
  private static final int TURN = 16;

  /// Of one rung of a ladder to the next.
  private static final double GROWTH = 1.4;

  /// Widest beam tried: one that needs more is no better than a scan.
  private static final int MOST_EF = 4096;

  /// Scores of one pair of vectors may be summed up in different orders.
  private static final float TOLERANCE = 1e-5f;

  private final VectorRows queries;
  private final double wanted;
  private final LongSupplier cpuClock;
  private final Runnable step;
  private final PlanRunner runner = new PlanRunner();
  private final QueryBuffer buffer;

  /// @param queries borrowed until this is closed
  /// @param wanted recall@10, in `(0, 1]`
  TrialSearches(VectorRows queries, double wanted, Workplace place) {
    this.queries = queries;
    this.wanted = wanted;
    this.cpuClock = place.cpuClock();
    this.step = place.step();
    this.buffer = new QueryBuffer(queries.space());
  }

  /// The recall that searches are to reach.
  double wanted() {
    return wanted;
  }

  /// Ways to search, from the least effort to the most.
  ///
  /// @param probe for an effort in `[least, most]`
  record Ladder(int least, int most, IntFunction<Probe> probe) {

    /// Wider and wider beams on a graph.
    static Ladder beams() {
      return new Ladder(NEIGHBOURS, MOST_EF, Probe.Beam::new);
    }

    /// More and more patience with lists, of which so many rows are scored exactly.
    static Ladder lists(int count, double rescore) {
      OptionalInt rescored = OptionalInt.of((int) Math.clamp(rescore, 1, Probe.MAX_EF));
      return new Ladder(
          1, count, patience -> new Probe.Lists(new Reach.Until(Reach.ALL, 1, patience), rescored));
    }

    private int above(int effort) {
      return (int) Math.min(most, Math.ceil(GROWTH * effort));
    }
  }

  /// What searches of one effort find.
  ///
  /// @param distances computed by a search, on average
  record Rung(Probe probe, double recall, double distances) {}

  /// The rungs round the recall that is wanted.
  ///
  /// @param below that finds less, or the other one if there is none
  /// @param enough the lowest that finds enough, or the highest if none does
  record Climb(Rung below, Rung enough, double wanted) {

    /// As wanted, or less if no effort finds so much, or more if the least does.
    double recall() {
      return isBetween() ? wanted : enough.recall;
    }

    /// That a search at this recall computes.
    double distances() {
      return between(below.distances, enough.distances);
    }

    private boolean isBetween() {
      return below.recall < wanted && wanted <= enough.recall;
    }

    private double between(double low, double high) {
      double share = (wanted - below.recall) / (enough.recall - below.recall);
      return isBetween() ? low + share * (high - low) : high;
    }
  }

  /// Climbs as far as needed to find what is wanted.
  ///
  /// @param nearest for every query the raw scores of the [#NEIGHBOURS] rows that are nearest, the
  ///   best first
  Climb climb(SegmentReader segment, float[][] nearest, Ladder ladder) {
    int effort = ladder.least;
    Rung now = rung(segment, nearest, ladder.probe.apply(effort));
    Rung before = now;
    while (now.recall < wanted && effort < ladder.most) {
      effort = ladder.above(effort);
      before = now;
      now = rung(segment, nearest, ladder.probe.apply(effort));
    }
    return new Climb(now.recall < wanted ? now : before, now, wanted);
  }

  private Rung rung(SegmentReader segment, float[][] nearest, Probe probe) {
    SearchPlan plan = new SearchPlan(NEIGHBOURS, probe);
    long found = 0;
    long distances = 0;
    for (int query = 0; query < nearest.length; query++) {
      if (query % TURN == 0) {
        step.run();
      }
      search(segment, plan, query);
      found += found(nearest[query][NEIGHBOURS - 1]);
      distances += runner.work().distanceComputations;
    }
    double count = nearest.length;
    return new Rung(probe, found / (NEIGHBOURS * count), distances / count);
  }

  private int found(float tenth) {
    float threshold = tenth - TOLERANCE * Math.max(1, Math.abs(tenth));
    int rank = 0;
    while (rank < runner.size() && runner.score(rank) >= threshold) {
      rank++;
    }
    return rank;
  }

  private void search(SegmentReader segment, SearchPlan plan, int query) {
    buffer.set(queries, query);
    runner.run(plan, buffer, List.of(segment), () -> false);
  }

  /// Nanoseconds of a search at the recall of a climb: of the least of several passes over the
  /// queries, because whatever else runs on the machine only adds to them.
  double nanos(SegmentReader segment, Climb climb) {
    double below = Double.POSITIVE_INFINITY;
    double enough = Double.POSITIVE_INFINITY;
    for (int pass = -WARM_UPS; pass < PASSES; pass++) {
      double low = nanos(segment, climb.below.probe, queries.capacity());
      double high = nanos(segment, climb.enough.probe, queries.capacity());
      if (pass >= 0) {
        below = Math.min(below, low);
        enough = Math.min(enough, high);
      }
    }
    return climb.between(below, enough);
  }

  /// Nanoseconds of a search that scores every row, likewise, of a few queries: one takes as long
  /// as another.
  double scanNanos(SegmentReader segment) {
    int few = Math.min(TURN, queries.capacity());
    double least = Double.POSITIVE_INFINITY;
    for (int pass = -WARM_UPS; pass < PASSES; pass++) {
      double nanos = nanos(segment, new Probe.Exact(), few);
      least = pass < 0 ? least : Math.min(least, nanos);
    }
    return least;
  }

  private double nanos(SegmentReader segment, Probe probe, int count) {
    SearchPlan plan = new SearchPlan(NEIGHBOURS, probe);
    long nanos = 0;
    for (int from = 0; from < count; from += TURN) {
      step.run();
      long begin = cpuClock.getAsLong();
      for (int query = from; query < Math.min(count, from + TURN); query++) {
        search(segment, plan, query);
      }
      nanos += cpuClock.getAsLong() - begin;
    }
    return Math.max(1.0, (double) nanos / count); // A coarse clock may stand still.
  }

  @Override
  public void close() {
    buffer.close();
  }
}

package dev.kith.server.search;

import dev.kith.index.plan.CollectionSum;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.rank.Softmax;
import dev.kith.index.rank.Temperature;
import dev.kith.server.search.SearchAnswer.SharesOutcome;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Finds each candidate's share of probability.
final class ShareFinder implements ListStage {
  private final Ranking.Shares asked;
  private final int limit;

  /// @param limit hits wanted
  ShareFinder(Ranking.Shares asked, int limit) {
    this.asked = asked;
    this.limit = limit;
  }

  /// Among which points shares are.
  Ranking.Scope scope() {
    return asked.scope();
  }

  /// The plan that sums up all scores while it looks for candidates, if it comes by every row and
  /// the temperature is known before. For the scope COLLECTION.
  SearchPlan summing(SearchPlan plan) {
    return asked.temperature() instanceof Temperature.Of(double value)
            && Planner.isExact(plan.probe())
        ? summing(plan, value)
        : plan;
  }

  private static SearchPlan summing(SearchPlan plan, double temperature) {
    return new SearchPlan(
        plan.limit(), plan.probe(), plan.widths(), OptionalDouble.of(temperature));
  }

  @Override
  public String name() {
    return "softmax";
  }

  @Override
  public int candidates() {
    return asked.scope() == Ranking.Scope.RETURNED ? limit : asked.candidates();
  }

  @Override
  public void apply(MergedList list, ListContext context) {
    List<Candidate> all =
        asked.scope() == Ranking.Scope.RETURNED ? list.first(limit) : list.candidates();
    all.forEach(candidate -> candidate.probability = 0);
    // For the others no signal speaks.
    List<Candidate> among =
        asked.areOfRelevance()
            ? all
            : all.stream().filter(each -> each.strength() > Float.NEGATIVE_INFINITY).toList();
    float[] strengths = asked.areOfRelevance() ? logOdds(among) : MergedList.strengths(among);
    float[] shares = new float[strengths.length];
    double temperature = asked.temperature().of(strengths, strengths.length, shares);
    if (asked.scope() == Ranking.Scope.COLLECTION) {
      list.shares = Optional.of(ofCollection(among, temperature, context));
      return;
    }
    Softmax softmax = Softmax.of(strengths, strengths.length, temperature, shares);
    for (int i = 0; i < shares.length; i++) {
      among.get(i).probability = shares[i];
    }
    list.shares = Optional.of(SharesOutcome.of(softmax, shares.length));
  }

  /// Logarithms of the odds of relevance, as far as a float tells probabilities from 0 and 1.
  private static float[] logOdds(List<Candidate> candidates) {
    float[] odds = new float[candidates.size()];
    for (int i = 0; i < odds.length; i++) {
      double relevance = candidates.get(i).relevance;
      double likely = Math.max(relevance, Float.MIN_NORMAL);
      double unlikely = Math.max(1 - relevance, Math.ulp(0.5f));
      odds[i] = (float) Math.log(likely / unlikely);
    }
    return odds;
  }

  private SharesOutcome ofCollection(
      List<Candidate> among, double temperature, ListContext context) {
    CollectionSum sum = sum(temperature, context);
    double log = sum.sum().log();
    for (Candidate candidate : among) {
      // What the sum misses by rounding, or by its estimate, makes no share larger than all.
      double share = Math.min(1, Math.exp(candidate.score / temperature - log));
      candidate.probability = (float) share;
    }
    return new SharesOutcome(
        temperature,
        log,
        OptionalDouble.empty(),
        Math.exp(2 * log - sum.halved().log()),
        sum.rows(),
        sum.standardError() > 0 ? OptionalDouble.of(sum.standardError()) : OptionalDouble.empty());
  }

  private CollectionSum sum(double temperature, ListContext context) {
    SearchPlan plan = context.plan();
    PlanRunner runner = context.runner();
    if (!Planner.isExact(plan.probe())) {
      CollectionSum estimate =
          runner.estimateSum(
              temperature,
              asked.sample(),
              context.query(),
              plan.widths(),
              context.segments(),
              context.gone());
      context.requireCaller();
      return estimate;
    }
    boolean isSummed =
        plan.sumAt().isPresent()
            || runner.run(
                summing(plan, temperature), context.query(), context.segments(), context.gone());
    if (!isSummed) {
      throw new AbandonedException();
    }
    return runner.sum();
  }

  @Override
  public String describe() {
    return (asked.areOfRelevance() ? ", shares by relevance of " : ", shares of ")
        + switch (asked.scope()) {
          case RETURNED -> "the hits";
          case CANDIDATES -> "%d candidates".formatted(asked.candidates());
          case COLLECTION -> "the collection";
        };
  }
}

package dev.kith.server.search;

import dev.kith.index.rank.Diversity;
import dev.kith.index.store.VectorRows;
import dev.kith.server.search.SearchAnswer.RankScale;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Chooses hits of the candidates that differ.
final class Diversifier implements ListStage {
  private final Ranking.Diverse asked;
  private final int limit;

  /// @param limit hits wanted
  Diversifier(Ranking.Diverse asked, int limit) {
    this.asked = asked;
    this.limit = limit;
  }

  @Override
  public String name() {
    return "diversity";
  }

  @Override
  public int candidates() {
    return asked.candidates();
  }

  @Override
  public void apply(MergedList list, ListContext context) {
    List<Candidate> from = list.first(asked.candidates());
    if (from.isEmpty()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      Diversity.Selection selection =
          Diversity.select(
              asked.method(),
              strengths(from),
              rows(from, context, arena),
              Math.min(limit, from.size()),
              context.gone());
      context.requireCaller();
      list.keep(chosen(from, selection));
    }
    list.scale =
        switch (asked.method()) {
          case Diversity.Method.MarginalRelevance _ -> RankScale.MARGINAL_RELEVANCE;
          case Diversity.Method.SoftNms _ -> RankScale.LOG_DECAYED;
          case Diversity.Method.NearDuplicates _ -> list.scale;
        };
  }

  /// What the method sees as scores. One that no signal speaks for is as good as the worst of the
  /// others. Combined scores are on no scale that similarities are on too: for a difference with
  /// them, they are spread over `[0, 1]`.
  private float[] strengths(List<Candidate> from) {
    float[] strengths = MergedList.strengths(from);
    float least = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (float strength : strengths) {
      least = Float.isInfinite(strength) ? least : Math.min(least, strength);
      largest = Math.max(largest, strength);
    }
    boolean isSpread =
        !Double.isNaN(from.getFirst().fused)
            && asked.method() instanceof Diversity.Method.MarginalRelevance;
    for (int i = 0; i < strengths.length; i++) {
      float strength = Float.isInfinite(strengths[i]) ? least : strengths[i];
      if (Float.isInfinite(largest)) {
        strengths[i] = 0;
      } else if (isSpread) {
        strengths[i] = largest > least ? (strength - least) / (largest - least) : 1;
      } else {
        strengths[i] = strength;
      }
    }
    return strengths;
  }

  private static VectorRows rows(List<Candidate> from, ListContext context, Arena arena) {
    VectorRows rows = VectorRows.reserve(context.query().space(), from.size(), arena);
    for (int i = 0; i < from.size(); i++) {
      Candidate candidate = from.get(i);
      rows.copy(i, context.segments().get(candidate.segment).rows(), candidate.ordinal);
    }
    return rows;
  }

  private static List<Candidate> chosen(List<Candidate> from, Diversity.Selection selection) {
    List<Candidate> chosen = new ArrayList<>();
    for (int i = 0; i < selection.chosen().length; i++) {
      Candidate candidate = from.get(selection.chosen()[i]);
      if (selection.rankScores().length > 0) {
        candidate.rankScore = selection.rankScores()[i];
      }
      if (selection.duplicates().length > 0) {
        candidate.duplicates =
            Arrays.stream(selection.duplicates()[i])
                .mapToLong(each -> from.get(each).row)
                .toArray();
      }
      chosen.add(candidate);
    }
    return chosen;
  }

  @Override
  public String describe() {
    return switch (asked.method()) {
          case Diversity.Method.MarginalRelevance(double diversity) ->
              ", marginal relevance with diversity %s".formatted(diversity);
          case Diversity.Method.SoftNms(Diversity.Decay.Gaussian(double sigma), _) ->
              ", Soft-NMS with sigma %s".formatted(sigma);
          case Diversity.Method.SoftNms(Diversity.Decay.Linear(double threshold), _) ->
              ", Soft-NMS above %s".formatted(threshold);
          case Diversity.Method.NearDuplicates(float least) ->
              ", near duplicates from %s together".formatted(least);
        }
        + " of %d".formatted(asked.candidates());
  }
}

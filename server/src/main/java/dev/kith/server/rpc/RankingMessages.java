package dev.kith.server.rpc;

import dev.kith.index.VectorSpace;
import dev.kith.index.rank.Diversity;
import dev.kith.index.rank.Fusion;
import dev.kith.index.rank.Temperature;
import dev.kith.proto.v1.DiversityOptions;
import dev.kith.proto.v1.FusionOptions;
import dev.kith.proto.v1.GivenScores;
import dev.kith.proto.v1.MarginalRelevance;
import dev.kith.proto.v1.NearDuplicates;
import dev.kith.proto.v1.RelevanceOptions;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.Signal;
import dev.kith.proto.v1.SoftNms;
import dev.kith.proto.v1.SoftmaxOptions;
import dev.kith.server.collection.PointId;
import dev.kith.server.config.Limits;
import dev.kith.server.search.Ranking;
import dev.kith.server.search.Ranking.Scope;
import dev.kith.server.search.Relevance;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Translates what a search makes of its candidates. Not thread-safe.
final class RankingMessages {
  private static final int MOST_SIGNALS = 16;
  private static final int DEFAULT_CANDIDATES = 100;
  private static final int MOST_DIVERSE = 4096;
  private static final int DIVERSE_FOR_A_HIT = 5;
  private static final int LEAST_SAMPLE = 100;
  private static final int MOST_SAMPLE = 1 << 20;
  private static final int DEFAULT_SAMPLE = 4096;
  private static final double DEFAULT_RANK_CONSTANT = 60;
  private static final double DEFAULT_DIVERSITY = 0.5;
  private static final double DEFAULT_SIGMA = 0.5;
  private static final double MOST = 1e6;

  private final Fields fields;
  private final int limit;
  private final Limits limits;
  private final PointIdMessages ids;
  private final VectorSpace space;

  /// @param fields takes what is wrong
  /// @param limit hits wanted
  /// @param space of the collection
  RankingMessages(Fields fields, int limit, Limits limits, PointIdMessages ids, VectorSpace space) {
    this.fields = fields;
    this.limit = limit;
    this.limits = limits;
    this.ids = ids;
    this.space = space;
  }

  /// Reads it. No good if something is wrong with it.
  Ranking read(SearchOptions options) {
    Optional<Relevance> relevance = relevance(options);
    Optional<Ranking.Fused> fused =
        options.hasFusion() ? Optional.of(fused(options.getFusion())) : Optional.empty();
    Optional<Ranking.Diverse> diverse =
        options.hasDiversity() ? diverse(options.getDiversity()) : Optional.empty();
    Optional<Ranking.Shares> shares =
        options.hasSoftmax()
            ? Optional.of(shares(options.getSoftmax(), areLogarithms(options, fused)))
            : Optional.empty();
    boolean areOfAll = shares.map(each -> each.scope() == Scope.COLLECTION).orElse(false);
    if (fused.isPresent() && areOfAll) {
      fields.wrong(
          "options.softmax.scope",
          "is COLLECTION, and combined scores are known of candidates alone: leave fusion unset, or"
              + " ask for CANDIDATES");
    }
    if (options.getSoftmax().getOfRelevance() && (areOfAll || relevance.isEmpty())) {
      fields.wrong(
          "options.softmax.of_relevance",
          areOfAll
              ? "is known of candidates alone, and the scope is COLLECTION: ask for CANDIDATES"
              : "needs a model of relevance: set options.relevance");
    }
    return new Ranking(relevance, fused, diverse, shares);
  }

  private Optional<Relevance> relevance(SearchOptions options) {
    if (!options.hasRelevance()) {
      return Optional.empty();
    }
    RelevanceOptions asked = options.getRelevance();
    if (!asked.getModel().isEmpty()) {
      fields.name("options.relevance.model", asked.getModel());
    }
    Relevance.Cut cut =
        switch (asked.getCutCase()) {
          case MIN_RELEVANCE ->
              new Relevance.Cut.Below(
                  (float) fields.share("options.relevance.min_relevance", asked.getMinRelevance()));
          case MAX_FRACTION_MISSED -> missing(asked.getMaxFractionMissed());
          case CUT_NOT_SET -> new Relevance.Cut.Nothing();
        };
    boolean bestOne =
        switch (asked.getOnEmpty()) {
          case ON_EMPTY_UNSPECIFIED, ON_EMPTY_EMPTY -> false;
          case ON_EMPTY_BEST_ONE -> true;
          case UNRECOGNIZED ->
              throw Fields.unsupported("options.relevance.on_empty", asked.getOnEmptyValue());
        };
    return Optional.of(new Relevance(asked.getModel(), cut, bestOne, asked.getOutlyingness()));
  }

  private Relevance.Cut missing(float fraction) {
    if (!(fraction > 0 && fraction < 1)) {
      fields.wrong(
          "options.relevance.max_fraction_missed", "must be above 0 and below 1, got " + fraction);
      return new Relevance.Cut.Nothing();
    }
    // As it was written: a float of 0.2 is a little more, and may not promise less than 0.2 does.
    return new Relevance.Cut.MissingAtMost(Double.parseDouble(Float.toString(fraction)));
  }

  private static boolean areLogarithms(SearchOptions options, Optional<Ranking.Fused> fused) {
    boolean areMixed =
        fused.map(each -> each.method() instanceof Fusion.Method.Mixture).orElse(false);
    return areMixed || options.getSoftmax().getOfRelevance();
  }

  /// @param areLogarithms whether shares are of logarithms of probabilities
  private Ranking.Shares shares(SoftmaxOptions asked, boolean areLogarithms) {
    Scope scope =
        switch (asked.getScope()) {
          case SOFTMAX_SCOPE_UNSPECIFIED, SOFTMAX_SCOPE_RETURNED -> Scope.RETURNED;
          case SOFTMAX_SCOPE_CANDIDATES -> Scope.CANDIDATES;
          case SOFTMAX_SCOPE_COLLECTION -> Scope.COLLECTION;
          case UNRECOGNIZED ->
              throw Fields.unsupported("options.softmax.scope", asked.getScopeValue());
        };
    if (asked.hasCandidates() && scope == Scope.RETURNED) {
      fields.wrong(
          "options.softmax.candidates",
          "is of the scopes CANDIDATES and COLLECTION, and this one is RETURNED");
    }
    if (asked.hasSample() && scope != Scope.COLLECTION) {
      fields.wrong(
          "options.softmax.sample", "is of the scope COLLECTION, and this one is " + scope);
    }
    Temperature temperature =
        temperature(fields, "options.softmax.temperature", asked.getTemperature());
    boolean isUsual = temperature instanceof Temperature.Usual;
    return new Ranking.Shares(
        areLogarithms && isUsual ? new Temperature.Of(1) : temperature,
        scope,
        candidates("options.softmax.candidates", asked.hasCandidates(), asked.getCandidates()),
        asked.hasSample()
            ? fields.number("options.softmax.sample", asked.getSample(), LEAST_SAMPLE, MOST_SAMPLE)
            : DEFAULT_SAMPLE,
        asked.getOfRelevance());
  }

  /// Reads candidates to look for, which are never fewer than hits.
  private int candidates(String field, boolean isSet, int value) {
    int asked = isSet ? fields.number(field, value, 1, limits.hits()) : DEFAULT_CANDIDATES;
    return Math.min(limits.hits(), Math.max(limit, asked));
  }

  /// Reads a temperature.
  ///
  /// @param fields takes what is wrong
  static Temperature temperature(Fields fields, String field, dev.kith.proto.v1.Temperature asked) {
    return switch (asked.getRuleCase()) {
      case VALUE ->
          new Temperature.Of(fields.within(field + ".value", asked.getValue(), 1e-6, MOST));
      case TARGET_PERPLEXITY ->
          new Temperature.Perplexity(
              fields.within(field + ".target_perplexity", asked.getTargetPerplexity(), 1, 1e4));
      case RHO -> new Temperature.Divergence(fields.within(field + ".rho", asked.getRho(), 0, 10));
      case RULE_NOT_SET -> new Temperature.Usual();
    };
  }

  private Ranking.Fused fused(FusionOptions asked) {
    Fusion.Method method =
        switch (asked.getMethod()) {
          case FUSION_METHOD_UNSPECIFIED, FUSION_METHOD_MIXTURE -> new Fusion.Method.Mixture();
          case FUSION_METHOD_RECIPROCAL_RANK ->
              new Fusion.Method.ReciprocalRank(
                  asked.hasRankConstant()
                      ? fields.within(
                          "options.fusion.rank_constant", asked.getRankConstant(), 0, MOST)
                      : DEFAULT_RANK_CONSTANT);
          case UNRECOGNIZED ->
              throw Fields.unsupported("options.fusion.method", asked.getMethodValue());
        };
    boolean isMixture = method instanceof Fusion.Method.Mixture;
    if (asked.hasRankConstant() && isMixture) {
      fields.wrong(
          "options.fusion.rank_constant", "is of RECIPROCAL_RANK, and this method is MIXTURE");
    }
    int count = asked.getSignalsCount();
    if (count < 1 || count > MOST_SIGNALS) {
      throw Fields.invalid(
          "options.fusion.signals",
          "must hold [1, %d] signals, got %d".formatted(MOST_SIGNALS, count));
    }
    List<Ranking.Signal> signals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      signals.add(
          signal("options.fusion.signals[%d]".formatted(i), asked.getSignals(i), isMixture));
    }
    return new Ranking.Fused(
        method,
        signals,
        candidates("options.fusion.candidates", asked.hasCandidates(), asked.getCandidates()));
  }

  private Ranking.Signal signal(String field, Signal asked, boolean isMixture) {
    if (asked.hasTemperature() && !isMixture) {
      fields.wrong(field + ".temperature", "is of MIXTURE, and this method is RECIPROCAL_RANK");
    }
    boolean isOfCaller =
        asked.getSourceCase() == Signal.SourceCase.FIELD
            || asked.getSourceCase() == Signal.SourceCase.GIVEN;
    if (asked.getLowerIsBetter() && !isOfCaller) {
      fields.wrong(
          field + ".lower_is_better", "is of a field or given scores: of others higher is better");
    }
    return new Ranking.Signal(
        source(field, asked),
        asked.hasWeight() ? fields.above(field + ".weight", asked.getWeight(), MOST) : 1,
        temperature(fields, field + ".temperature", asked.getTemperature()),
        asked.getLowerIsBetter());
  }

  private Ranking.Source source(String field, Signal asked) {
    return switch (asked.getSourceCase()) {
      case SCORE -> new Ranking.Source.Own();
      case VECTOR -> {
        MemorySegment vector =
            VectorMessages.vector(field + ".vector", asked.getVector(), space.dimension());
        Coordinates.requireUsable(field + ".vector", vector, 0, space);
        yield new Ranking.Source.ForVector(vector);
      }
      case FIELD ->
          new Ranking.Source.Field(FilterMessages.path(field + ".field", asked.getField()));
      case GIVEN -> given(field + ".given", asked.getGiven());
      case SOURCE_NOT_SET ->
          throw Fields.invalid(field, "is empty: set one of score, vector, field, given");
    };
  }

  private Ranking.Source given(String field, GivenScores asked) {
    List<PointId> points = ids.all(field + ".ids", asked.getIds());
    if (asked.getScoresCount() != points.size()) {
      throw Fields.invalid(
          field + ".scores",
          "must be as many as there are ids, %d, got %d"
              .formatted(points.size(), asked.getScoresCount()));
    }
    if (new HashSet<>(points).size() < points.size()) {
      fields.wrong(field + ".ids", "must have each point once");
    }
    float[] scores = new float[points.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) asked.getScores(i);
      if (!Float.isFinite(scores[i])) {
        fields.wrong(
            "%s.scores[%d]".formatted(field, i),
            "must be a number that 32 bits can hold, got " + asked.getScores(i));
      }
    }
    return new Ranking.Source.Given(points, scores);
  }

  private Optional<Ranking.Diverse> diverse(DiversityOptions asked) {
    if (limit > MOST_DIVERSE) {
      fields.wrong(
          "options.limit",
          "must be in [1, %d] with diversity, got %d".formatted(MOST_DIVERSE, limit));
    }
    int candidates =
        asked.hasCandidates()
            ? fields.number("options.diversity.candidates", asked.getCandidates(), 1, MOST_DIVERSE)
            : Math.max(DEFAULT_CANDIDATES, DIVERSE_FOR_A_HIT * Math.min(limit, MOST_DIVERSE));
    int most = Math.min(limits.hits(), MOST_DIVERSE);
    Diversity.Method method =
        switch (asked.getMethodCase()) {
          case MARGINAL_RELEVANCE -> marginal(asked.getMarginalRelevance());
          case SOFT_NMS -> softNms(asked.getSoftNms());
          case NEAR_DUPLICATES -> duplicates(asked.getNearDuplicates());
          case METHOD_NOT_SET ->
              throw Fields.invalid(
                  "options.diversity",
                  "is empty: set one of marginal_relevance, soft_nms, near_duplicates");
        };
    return Optional.of(new Ranking.Diverse(method, Math.min(most, Math.max(limit, candidates))));
  }

  private Diversity.Method marginal(MarginalRelevance asked) {
    return new Diversity.Method.MarginalRelevance(
        asked.hasDiversity()
            ? fields.share("options.diversity.marginal_relevance.diversity", asked.getDiversity())
            : DEFAULT_DIVERSITY);
  }

  private Diversity.Method softNms(SoftNms asked) {
    String field = "options.diversity.soft_nms";
    Diversity.Decay decay =
        switch (asked.getDecayCase()) {
          case SIGMA ->
              new Diversity.Decay.Gaussian(fields.above(field + ".sigma", asked.getSigma(), 1000));
          case THRESHOLD -> {
            double threshold = asked.getThreshold();
            if (!(threshold >= 0 && threshold < 1)) {
              fields.wrong(
                  field + ".threshold", "must be at least 0 and below 1, got " + threshold);
              threshold = 0;
            }
            yield new Diversity.Decay.Linear(threshold);
          }
          case DECAY_NOT_SET -> new Diversity.Decay.Gaussian(DEFAULT_SIGMA);
        };
    return new Diversity.Method.SoftNms(
        decay, temperature(fields, field + ".temperature", asked.getTemperature()));
  }

  private Diversity.Method duplicates(NearDuplicates asked) {
    String field = "options.diversity.near_duplicates.min_score";
    float least = asked.getMinScore();
    if (!asked.hasMinScore()) {
      fields.wrong(
          field, "is required: the score of one point for another from which on they are one");
    } else if (!Float.isFinite(least)) {
      fields.wrong(field, "must be finite, got " + least);
      least = 0;
    }
    return new Diversity.Method.NearDuplicates(least);
  }
}

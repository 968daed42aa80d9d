package dev.kith.server.search;

import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.kernel.Points;
import dev.kith.index.relevance.OutlierProfile;
import dev.kith.index.relevance.QueryLikeness;
import dev.kith.index.relevance.RelevanceModel;
import dev.kith.server.collection.KeptModel;
import dev.kith.server.collection.RelevanceModels;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.refusal.Violation;
import dev.kith.server.search.SearchAnswer.Outlyingness;
import dev.kith.server.search.SearchAnswer.RelevanceOutcome;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Judges the candidates of one search by one model: how relevant each is, and which are cut.
///
/// The model always sees as many candidates as it was made for, whatever the limit is: what it says
/// of a hit does not depend on how many are wanted.
final class RelevanceJudge implements ListStage {
  private static final String FIELD = "options.relevance";

  private final KeptModel model;
  private final Relevance asked;
  private final int limit;
  private final int candidates;
  private final float least;

  private RelevanceJudge(KeptModel model, Relevance asked, int limit, int candidates) {
    this.model = model;
    this.asked = asked;
    this.limit = limit;
    this.candidates = candidates;
    this.least =
        switch (asked.cut()) {
          case Relevance.Cut.Nothing() -> 0;
          case Relevance.Cut.Below(float relevance) -> relevance;
          case Relevance.Cut.MissingAtMost(double fraction) ->
              model.trained().thresholds().at(fraction);
        };
  }

  /// Finds the model.
  ///
  /// @param limit hits wanted
  /// @param isTruncated whether the query has only some of the coordinates
  /// @throws RefusedException if there is no such model, or it cannot do what is asked
  static RelevanceJudge of(
      RelevanceModels models, Relevance asked, int limit, boolean isTruncated) {
    KeptModel model = models.find(asked.model());
    int most = model.isRule() ? RelevanceModel.MAX_CANDIDATES : model.trained().candidates();
    if (limit > most) {
      throw refused(
          "options.limit",
          "must be in [1, %d], the candidates that the model of relevance '%s' sees, got %d"
              .formatted(most, model.name(), limit));
    }
    if (asked.cut() instanceof Relevance.Cut.MissingAtMost && !model.isFitted()) {
      throw unsuitable(
          model,
          "is a rule of thumb, of which nobody knows what it misses: train one from judged queries"
              + " with TrainModel, or set min_relevance");
    }
    if (asked.outlyingness()) {
      if (model.trained().profile().isEmpty()) {
        throw unsuitable(
            model,
            "knows nothing of the collection's points, which outlyingness is measured by: train one"
                + " with TrainModel, for which kind ZSCORE needs no judged queries");
      }
      if (isTruncated) {
        throw refused(
            FIELD + ".outlyingness",
            "is measured with all coordinates, and the query has only the first of them: leave it"
                + " unset");
      }
    }
    return new RelevanceJudge(
        model, asked, limit, Math.max(model.trained().candidates(), model.isRule() ? limit : 0));
  }

  private static RefusedException refused(String field, String problem) {
    return new RefusedException(new Refusal.InvalidFields(List.of(new Violation(field, problem))));
  }

  private static RefusedException unsuitable(KeptModel model, String problem) {
    return new RefusedException(new Refusal.ModelUnsuitable(model.name(), problem));
  }

  @Override
  public String name() {
    return "relevance";
  }

  /// Nearest points that the model sees.
  @Override
  public int candidates() {
    return candidates;
  }

  /// Judges the first candidates, as many as the model sees, and keeps those that are relevant.
  @Override
  public void apply(MergedList list, ListContext context) {
    List<Candidate> seen = list.first(candidates);
    int count = seen.size();
    float[] scores = MergedList.strengths(seen);
    float[] coordinates = coordinates(context.query());
    float[] relevances = new float[count];
    model.trained().model().relevances(coordinates, scores, count, relevances);
    int relevant = 0;
    while (relevant < count && relevances[relevant] >= least) {
      relevant++;
    }
    for (int i = 0; i < count; i++) {
      seen.get(i).relevance = relevances[i];
    }
    int kept = relevant == 0 && asked.bestOne() ? Math.min(1, count) : relevant;
    list.keep(list.first(kept));
    list.relevance =
        Optional.of(
            new RelevanceOutcome(
                model.name(),
                model.version(),
                least,
                count,
                relevant,
                Math.min(limit, count) - Math.min(limit, kept),
                outlyingness(coordinates, scores)));
  }

  private Optional<Outlyingness> outlyingness(float[] query, float[] scores) {
    if (!asked.outlyingness()) {
      return Optional.empty();
    }
    OutlierProfile profile = model.trained().profile().orElseThrow();
    double distance = profile.distance(query);
    Optional<QueryLikeness> likeness = model.trained().likeness();
    OptionalDouble queriesPercentile =
        likeness.isEmpty() || scores.length == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(
                likeness.get().percentile(likeness.get().strangeness(query, scores[0])));
    return Optional.of(
        new Outlyingness(distance, profile.pointsPercentile(distance), queriesPercentile));
  }

  /// The coordinates of a query as they are compared: of length one under COSINE.
  static float[] coordinates(QueryBuffer query) {
    float[] coordinates = new float[query.space().dimension()];
    MemorySegment.copy(query.segment(), Points.FLOAT, 0, coordinates, 0, coordinates.length);
    return coordinates;
  }

  @Override
  public String describe() {
    return ", relevance of %d by %s%s%s"
        .formatted(
            candidates,
            model.name(),
            model.isRule() ? "" : " version " + model.version(),
            least > 0 ? ", at least " + least : "");
  }
}

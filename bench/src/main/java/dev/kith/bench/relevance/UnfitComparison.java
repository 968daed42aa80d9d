package dev.kith.bench.relevance;

import dev.kith.bench.report.Section;
import dev.kith.bench.report.Spread;
import dev.kith.index.relevance.OutlierProfile;
import dev.kith.index.relevance.QueryLikeness;
import dev.kith.index.relevance.RelevanceModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Whether queries that nothing fits are told from those that judge.
///
/// @param dataset its name
/// @param queries of each kind that nothing fits
/// @param usual alarms of queries that judge, which are false, a seed each
/// @param kinds that nothing fits
record UnfitComparison(String dataset, int queries, List<Alarms> usual, List<Kind> kinds) {

  /// What hits are cut at: the threshold that may miss so much.
  private static final double MAX_MISSED = 0.05;

  /// Percentile of calibration queries above which a query is an outlier.
  private static final double OUTLIER = 99;

  /// Share of alarms that is the goal.
  private static final double GOAL = 0.9;

  /// How many queries are noticed.
  ///
  /// @param empty share with no hit
  /// @param outlier share that is stranger than nearly all calibration queries
  /// @param either share of which one of both is true
  /// @param beyondPoints share that is farther from the base than nearly all of its own points
  /// @param lowScore share whose best score is below that of nearly all calibration queries
  record Alarms(
      double empty, double outlier, double either, double beyondPoints, double lowScore) {}

  /// How well numbers tell queries from those that judge (AUROC).
  ///
  /// @param strangeness beside the queries learnt from
  /// @param distance from the base
  /// @param score of the best candidate
  /// @param relevance of the best candidate
  record Separation(double strangeness, double distance, double score, double relevance) {}

  /// A kind of queries.
  ///
  /// @param alarms a seed each
  /// @param separations likewise
  record Kind(String name, List<Alarms> alarms, List<Separation> separations) {}

  /// What is known of some queries.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Signs(
      double[] strangeness, double[] distances, double[] scores, double[] relevances) {

    static Signs of(
        List<Candidates> queries,
        RelevanceModel model,
        QueryLikeness likeness,
        OutlierProfile profile) {
      int count = queries.size();
      Signs signs =
          new Signs(new double[count], new double[count], new double[count], new double[count]);
      for (int i = 0; i < count; i++) {
        Candidates query = queries.get(i);
        // The larger, the stranger.
        signs.strangeness[i] = likeness.strangeness(query.query(), query.scores()[0]);
        signs.distances[i] = profile.distance(query.query());
        signs.scores[i] = -query.scores()[0];
        signs.relevances[i] = -query.relevances(model)[0];
      }
      return signs;
    }

    /// @param threshold least relevance of a hit
    /// @param lowScore score that nearly all calibration queries reach
    Alarms alarms(
        float threshold, double lowScore, QueryLikeness likeness, OutlierProfile profile) {
      int empty = 0;
      int outlier = 0;
      int either = 0;
      int beyond = 0;
      int low = 0;
      for (int i = 0; i < distances.length; i++) {
        boolean isEmpty = -relevances[i] < threshold;
        boolean isOutlier = likeness.percentile(strangeness[i]) > OUTLIER;
        empty += isEmpty ? 1 : 0;
        outlier += isOutlier ? 1 : 0;
        either += isEmpty || isOutlier ? 1 : 0;
        beyond += profile.pointsPercentile(distances[i]) > OUTLIER ? 1 : 0;
        low += -scores[i] < lowScore ? 1 : 0;
      }
      double all = distances.length;
      return new Alarms(empty / all, outlier / all, either / all, beyond / all, low / all);
    }

    Separation from(Signs usual) {
      return new Separation(
          Auroc.of(strangeness, usual.strangeness),
          Auroc.of(distances, usual.distances),
          Auroc.of(scores, usual.scores),
          Auroc.of(relevances, usual.relevances));
    }
  }

  /// Compares.
  ///
  /// @param profiles one for each trial
  static UnfitComparison run(
      List<Trial> trials,
      List<OutlierProfile> profiles,
      List<Strangers> strangers,
      Neighbors neighbors)
      throws InterruptedException {
    List<Alarms> usual = new ArrayList<>();
    List<Signs> ofUsual = new ArrayList<>();
    List<QueryLikeness> likenesses = new ArrayList<>();
    for (int i = 0; i < trials.size(); i++) {
      likenesses.add(likeness(trials.get(i)));
      Signs signs =
          signs(trials.get(i), likenesses.get(i), profiles.get(i), trials.get(i).heldOut());
      ofUsual.add(signs);
      usual.add(alarms(trials.get(i), likenesses.get(i), profiles.get(i), signs));
    }
    List<Kind> kinds = new ArrayList<>();
    for (Strangers of : strangers) {
      List<Candidates> queries = of.search(neighbors);
      Kind kind = new Kind(of.name(), new ArrayList<>(), new ArrayList<>());
      for (int i = 0; i < trials.size(); i++) {
        Signs signs = signs(trials.get(i), likenesses.get(i), profiles.get(i), queries);
        kind.alarms.add(alarms(trials.get(i), likenesses.get(i), profiles.get(i), signs));
        kind.separations.add(signs.from(ofUsual.get(i)));
      }
      kinds.add(kind);
    }
    return new UnfitComparison(
        trials.getFirst().sample().dataset().name(),
        trials.getFirst().sample().settings().unfit(),
        usual,
        kinds);
  }

  private static QueryLikeness likeness(Trial trial) {
    return QueryLikeness.fit(
            trial.split(), trial.seed(), trial.sample().settings().threads(), () -> {})
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%,d queries are too few to tell strange ones from; ask for more --queries"
                        .formatted(trial.split().learnt().size())));
  }

  private static Signs signs(
      Trial trial, QueryLikeness likeness, OutlierProfile profile, List<Candidates> queries) {
    return Signs.of(queries, trial.trained(Contender.KITH).model(), likeness, profile);
  }

  private static Alarms alarms(
      Trial trial, QueryLikeness likeness, OutlierProfile profile, Signs signs) {
    double[] scores =
        trial.sample().candidates(trial.split().calibration()).stream()
            .mapToDouble(query -> query.scores()[0])
            .sorted()
            .toArray();
    return signs.alarms(
        trial.trained(Contender.KITH).thresholds().at(MAX_MISSED),
        scores[(int) ((1 - OUTLIER / 100) * scores.length)],
        likeness,
        profile);
  }

  Section section() {
    List<List<String>> rows = new ArrayList<>();
    List<String> first = new ArrayList<>(List.of("queries that judge"));
    first.addAll(cells(usual));
    first.addAll(List.of("-", "-", "-", "-"));
    rows.add(first);
    for (Kind kind : kinds) {
      List<String> row = new ArrayList<>(List.of(kind.name));
      row.addAll(cells(kind.alarms));
      row.add(Spread.of(kind.separations, Separation::strangeness).cell());
      row.add(Spread.of(kind.separations, Separation::distance).cell());
      row.add(Spread.of(kind.separations, Separation::score).cell());
      row.add(Spread.of(kind.separations, Separation::relevance).cell());
      rows.add(row);
    }
    return new Section(
        "%s: queries that nothing fits".formatted(dataset),
        List.of(
            String.format(
                Locale.ROOT,
                "%,d of each kind, mean and deviation over %d seeds. Empty: no hit at the threshold"
                    + " of the %s for a recall of %.2f. Outlier: stranger than %.0f %% of the"
                    + " calibration queries, by the distance from those learnt from and the score of"
                    + " the nearest. Alarms of queries that judge are false.",
                queries,
                usual.size(),
                Contender.KITH.text(),
                1 - MAX_MISSED,
                OUTLIER),
            "For comparison: farther from the base (Mahalanobis) than %.0f %% of points of the base that the profile was not made"
                    .formatted(OUTLIER)
                + " of; and a best score below that of %.0f %% of the calibration queries."
                    .formatted(OUTLIER),
            "AUROC: how well strangeness, that distance, the score of the nearest and the highest relevance tell"
                + " them from queries that judge.",
            verdict()),
        List.of(
            "queries",
            "empty",
            "outlier",
            "either",
            "beyond points",
            "low score",
            "AUROC strangeness",
            "AUROC distance",
            "AUROC score",
            "AUROC relevance"),
        rows);
  }

  private static List<String> cells(List<Alarms> alarms) {
    return List.of(
        Spread.of(alarms, Alarms::empty).cell(),
        Spread.of(alarms, Alarms::outlier).cell(),
        Spread.of(alarms, Alarms::either).cell(),
        Spread.of(alarms, Alarms::beyondPoints).cell(),
        Spread.of(alarms, Alarms::lowScore).cell());
  }

  private String verdict() {
    List<String> sentences = new ArrayList<>();
    for (Kind kind : kinds) {
      double noticed = Spread.of(kind.alarms, Alarms::either).mean();
      sentences.add(
          String.format(
              Locale.ROOT,
              "Of %s %.1f %% are noticed, %s.",
              kind.name,
              100 * noticed,
              noticed >= GOAL ? "the goal of 90 % is met" : "less than the goal of 90 %"));
    }
    return String.join(" ", sentences);
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    put(json.addObject().put("queries", "judging"), usual);
    for (Kind kind : kinds) {
      ObjectNode each = json.addObject().put("queries", kind.name);
      put(each, kind.alarms);
      put(each, "auroc_strangeness", kind.separations, Separation::strangeness);
      put(each, "auroc_distance", kind.separations, Separation::distance);
      put(each, "auroc_score", kind.separations, Separation::score);
      put(each, "auroc_relevance", kind.separations, Separation::relevance);
    }
    return json;
  }

  private static void put(ObjectNode json, List<Alarms> alarms) {
    put(json, "empty", alarms, Alarms::empty);
    put(json, "outlier", alarms, Alarms::outlier);
    put(json, "either", alarms, Alarms::either);
    put(json, "beyond_points", alarms, Alarms::beyondPoints);
    put(json, "low_score", alarms, Alarms::lowScore);
  }

  private static <T> void put(
      ObjectNode json, String name, List<T> all, ToDoubleFunction<T> figure) {
    json.set(name, Spread.of(all, figure).json());
  }
}

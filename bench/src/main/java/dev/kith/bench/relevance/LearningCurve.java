package dev.kith.bench.relevance;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Plot;
import dev.kith.bench.report.Plot.Legend;
import dev.kith.bench.report.Plot.Line;
import dev.kith.bench.report.Plot.Point;
import dev.kith.bench.report.Plot.Scale;
import dev.kith.bench.report.Section;
import dev.kith.bench.report.Spread;
import dev.kith.index.relevance.Quality;
import dev.kith.index.relevance.RelevanceTraining.Split;
import dev.kith.index.relevance.TrainedModel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How good models are that learnt from fewer queries, always judged by the same.
///
/// @param dataset its name
/// @param seeds that every figure is a mean of
/// @param raw area under the curve of scores, which learn nothing
/// @param steps the fewest queries first
record LearningCurve(String dataset, int seeds, Spread raw, List<Step> steps) {

  /// Seeds that are worth the time.
  private static final int MOST_SEEDS = 3;

  private static final List<Contender> CONTENDERS =
      List.of(Contender.KITH, Contender.PAPER, Contender.ZSCORE);

  /// Six of seven queries are learnt from and one says when to stop, as in a split.
  private static final int PARTS = 7;

  /// So many queries.
  ///
  /// @param queries that were learnt from or said when to stop
  /// @param prAuc areas under the curve
  /// @param calibrationErrors likewise
  record Step(
      int queries, Map<Contender, Spread> prAuc, Map<Contender, Spread> calibrationErrors) {}

  /// Trains again and again.
  ///
  /// @param progress told in a line what is being done
  static LearningCurve run(List<Trial> all, Consumer<String> progress) {
    List<Trial> trials = all.subList(0, Math.min(MOST_SEEDS, all.size()));
    Split whole = trials.getFirst().split();
    int most = whole.learnt().size() + whole.validation().size();
    List<Step> steps = new ArrayList<>();
    for (int queries : sizes(most)) {
      List<Map<Contender, Quality>> qualities = new ArrayList<>();
      for (Trial trial : trials) {
        Split part = part(trial.split(), queries);
        // Of few queries none may have a relevant candidate.
        if (part.learnt().stream().anyMatch(list -> list.relevant() > 0)) {
          qualities.add(qualities(trial, part, progress));
        }
      }
      if (qualities.size() == trials.size()) {
        steps.add(step(queries, qualities));
      }
    }
    steps.add(
        step(
            most,
            trials.stream()
                .map(
                    trial -> {
                      Map<Contender, Quality> known = new EnumMap<>(Contender.class);
                      CONTENDERS.forEach(each -> known.put(each, trial.quality(each)));
                      return known;
                    })
                .toList()));
    return new LearningCurve(
        trials.getFirst().sample().dataset().name(),
        trials.size(),
        Spread.of(trials, trial -> trial.quality(Contender.RAW).prAuc()),
        steps);
  }

  /// 100, 300, 1,000 and so on, then 20,000 and all numbers of ten thousands.
  private static List<Integer> sizes(int below) {
    List<Integer> sizes = new ArrayList<>(List.of(100, 300, 1_000, 3_000));
    IntStream.rangeClosed(1, below / 10_000).map(i -> 10_000 * i).forEach(sizes::add);
    return sizes.stream().filter(size -> size < below).toList();
  }

  /// The same with fewer queries to learn from.
  private static Split part(Split split, int queries) {
    int validation = queries / PARTS;
    return new Split(
        split.learnt().subList(0, queries - validation),
        split.validation().subList(0, validation),
        split.calibration(),
        split.heldOut());
  }

  private static Map<Contender, Quality> qualities(
      Trial trial, Split part, Consumer<String> progress) {
    Map<Contender, TrainedModel> trained =
        Trial.train(trial.sample(), part, CONTENDERS, trial.seed(), progress);
    Map<Contender, Quality> qualities = new EnumMap<>(Contender.class);
    trained.forEach(
        (contender, model) ->
            qualities.put(contender, Quality.of(contender.text(), model.model(), part.heldOut())));
    return qualities;
  }

  private static Step step(int queries, List<Map<Contender, Quality>> qualities) {
    Map<Contender, Spread> areas = new EnumMap<>(Contender.class);
    Map<Contender, Spread> errors = new EnumMap<>(Contender.class);
    for (Contender contender : CONTENDERS) {
      List<Quality> ofSeeds = qualities.stream().map(each -> each.get(contender)).toList();
      areas.put(contender, Spread.of(ofSeeds, Quality::prAuc));
      errors.put(contender, Spread.of(ofSeeds, Quality::calibrationError));
    }
    return new Step(queries, areas, errors);
  }

  Section section() {
    List<String> columns = new ArrayList<>(List.of("queries"));
    CONTENDERS.forEach(contender -> columns.addAll(List.of(contender.text(), "ECE")));
    List<List<String>> rows = new ArrayList<>();
    for (Step step : steps) {
      List<String> row = new ArrayList<>(List.of(Cells.whole(step.queries)));
      for (Contender contender : CONTENDERS) {
        row.add(of(step.prAuc, contender).cell());
        row.add(Cells.share(of(step.calibrationErrors, contender).mean()));
      }
      rows.add(row);
    }
    return new Section(
        "%s: how many judged queries are needed".formatted(dataset),
        List.of(
            ("PR AUC, mean and deviation over %d seeds, by queries learnt from, of which a seventh"
                    + " says when to stop; queries that calibrate and judge come on top, and are"
                    + " always the same. ECE beside each. Raw scores: %s.")
                .formatted(seeds, raw.cell())),
        columns,
        rows);
  }

  private static Spread of(Map<Contender, Spread> figures, Contender contender) {
    return figures.getOrDefault(contender, new Spread(Double.NaN, 0));
  }

  List<Plot> plots() {
    List<Line> lines = new ArrayList<>();
    for (Contender contender : CONTENDERS) {
      lines.add(
          new Line(
              contender.text(),
              steps.stream()
                  .map(step -> new Point(step.queries, of(step.prAuc, contender).mean()))
                  .toList(),
              true));
    }
    lines.add(
        new Line(
            Contender.RAW.text(),
            steps.stream().map(step -> new Point(step.queries, raw.mean())).toList(),
            false));
    return List.of(
        new Plot(
            dataset, "PR AUC", "judged queries", Scale.LOGARITHMIC, Legend.LOWER_RIGHT, lines));
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Step step : steps) {
      ObjectNode each = json.addObject().put("queries", step.queries);
      for (Contender contender : CONTENDERS) {
        ObjectNode model = each.putObject(contender.text());
        model.set("pr_auc", of(step.prAuc, contender).json());
        model.set("ece", of(step.calibrationErrors, contender).json());
      }
    }
    return json;
  }
}

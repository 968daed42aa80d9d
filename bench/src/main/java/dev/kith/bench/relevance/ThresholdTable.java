package dev.kith.bench.relevance;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import dev.kith.index.relevance.TrainedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What each of some thresholds leaves.
///
/// @param dataset its name
/// @param cuts of [#THRESHOLDS], on the queries that judge
record ThresholdTable(String dataset, List<Cut> cuts) {
  private static final List<Float> THRESHOLDS =
      List.of(.001f, .002f, .005f, .01f, .02f, .05f, .1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f, .9f);

  static ThresholdTable of(Trial trial) {
    TrainedModel trained = trial.trained(Contender.KITH);
    List<Candidates> heldOut = trial.heldOut();
    List<float[]> relevances = Cut.relevances(trained.model(), heldOut);
    return new ThresholdTable(
        trial.sample().dataset().name(),
        THRESHOLDS.stream().map(threshold -> Cut.at(threshold, heldOut, relevances)).toList());
  }

  Section section() {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < cuts.size(); i++) {
      Cut cut = cuts.get(i);
      rows.add(
          List.of(
              String.format(Locale.ROOT, "%.3f", THRESHOLDS.get(i)),
              Cells.share(cut.recall()),
              Cells.share(cut.precision()),
              Cells.share(cut.cut()),
              Cells.share(cut.empty())));
    }
    return new Section(
        "%s: thresholds".formatted(dataset),
        List.of("Least relevance by the %s of the first seed.".formatted(Contender.KITH.text())),
        List.of("threshold", "recall", "precision", "cut", "empty"),
        rows);
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < cuts.size(); i++) {
      Cut cut = cuts.get(i);
      json.addObject()
          .put("threshold", THRESHOLDS.get(i))
          .put("recall", cut.recall())
          .put("precision", cut.precision())
          .put("cut", cut.cut())
          .put("empty", cut.empty());
    }
    return json;
  }
}

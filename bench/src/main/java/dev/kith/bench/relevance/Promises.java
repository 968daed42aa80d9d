package dev.kith.bench.relevance;

import dev.kith.bench.report.Section;
import dev.kith.bench.report.Spread;
import dev.kith.index.relevance.TrainedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Whether thresholds keep what they promise: calibrated on some queries, held to it on others.
///
/// @param dataset its name
/// @param kept every promise of every contender that makes some
record Promises(String dataset, List<Kept> kept) {
  private static final List<Contender> CONTENDERS =
      List.of(Contender.KITH, Contender.PAPER, Contender.ZSCORE);

  /// A promise.
  ///
  /// @param asked fraction of a query's relevant candidates to keep, on average
  /// @param cuts what its threshold did, a seed each
  record Kept(Contender contender, double asked, List<Cut> cuts) {
    Spread fraction() {
      return Spread.of(cuts, Cut::kept);
    }
  }

  static Promises of(List<Trial> trials) {
    List<Kept> kept = new ArrayList<>();
    for (Contender contender : CONTENDERS) {
      List<List<Cut>> cuts = trials.stream().map(trial -> cuts(trial, contender)).toList();
      for (int i = 0; i < Cut.ASKED.size(); i++) {
        int at = i;
        kept.add(
            new Kept(
                contender, Cut.ASKED.get(i), cuts.stream().map(each -> each.get(at)).toList()));
      }
    }
    return new Promises(trials.getFirst().sample().dataset().name(), kept);
  }

  private static List<Cut> cuts(Trial trial, Contender contender) {
    TrainedModel trained = trial.trained(contender);
    List<Candidates> heldOut = trial.heldOut();
    List<float[]> relevances = Cut.relevances(trained.model(), heldOut);
    return Cut.ASKED.stream()
        .map(asked -> Cut.at(trained.thresholds().at(1 - asked), heldOut, relevances))
        .toList();
  }

  Section section() {
    List<List<String>> rows = new ArrayList<>();
    for (Kept each : kept) {
      rows.add(
          List.of(
              each.contender.text(),
              String.format(Locale.ROOT, "%.2f", each.asked),
              each.fraction().cell(),
              String.format(Locale.ROOT, "%+.2f", 100 * (each.fraction().mean() - each.asked)),
              Spread.of(each.cuts, Cut::cut).cell(),
              Spread.of(each.cuts, Cut::empty).cell()));
    }
    return new Section(
        "%s: what thresholds promise (conformal risk control)".formatted(dataset),
        List.of(
            "Mean fraction of a query's relevant candidates that is kept, of queries that have any"
                + " and neither trained nor calibrated anything; points: its distance from what was"
                + " asked, in hundredths. Cut: share of all candidates; empty: share of the queries"
                + " left with nothing."),
        List.of("model", "asked", "kept", "points", "cut", "empty"),
        rows);
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Kept each : kept) {
      ObjectNode node = json.addObject();
      node.put("model", each.contender.text()).put("asked", each.asked);
      node.set("kept", each.fraction().json());
      node.set("cut", Spread.of(each.cuts, Cut::cut).json());
      node.set("empty", Spread.of(each.cuts, Cut::empty).json());
    }
    return json;
  }
}

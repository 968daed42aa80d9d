package dev.kith.bench.relevance;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.plan.Probe;
import dev.kith.index.relevance.RelevanceModel;
import dev.kith.index.relevance.Thresholds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What becomes of a model and its thresholds when candidates come from another search.
///
/// @param dataset its name
/// @param queries that judge
/// @param searches the one that models learnt from first
record Drift(String dataset, int queries, List<Searched> searches) {

  /// A search.
  ///
  /// @param found relevant candidates, as a share of those of the exact search
  /// @param cuts of [Cut#ASKED], by thresholds that were calibrated on exact lists
  /// @param moved mean difference of the relevance of rows that both searches found
  /// @param movedMost the 99th percentile of it
  record Searched(String name, double found, List<Cut> cuts, double moved, double movedMost) {}

  /// Searches in all ways.
  ///
  /// @param progress told in a line what is being done
  static Drift run(Trial trial, Consumer<String> progress)
      throws IOException, InterruptedException {
    OtherSearches others = new OtherSearches(trial);
    List<Candidates> exact = trial.heldOut();
    List<Searched> searches = new ArrayList<>();
    searches.add(searched(trial, "exact", exact, exact));
    progress.accept("searching lists with codes");
    IndexSpec lists = new IndexSpec.Ivf(IvfParams.defaults(), new Codec.Rabitq(0));
    searches.add(
        searched(trial, "lists, rabitq", exact, others.bySegment(lists, new Probe.Lists())));
    progress.accept("searching a graph with codes");
    IndexSpec graph = new IndexSpec.Hnsw(HnswParams.defaults(), Layout.COMPACT, new Codec.Int8());
    searches.add(
        searched(
            trial,
            "graph, int8",
            exact,
            others.bySegment(graph, new Probe.Beam(Probe.DEFAULT_EF))));
    int dimension = trial.sample().dataset().space().dimension();
    for (int quarters = 3; quarters > 0; quarters--) {
      int width = Math.max(1, dimension * quarters / 4);
      String name = "first %d of %d coordinates".formatted(width, dimension);
      progress.accept("comparing the " + name);
      searches.add(searched(trial, name, exact, others.byPrefix(width)));
    }
    return new Drift(trial.sample().dataset().name(), exact.size(), searches);
  }

  private static Searched searched(
      Trial trial, String name, List<Candidates> exact, List<Candidates> lists) {
    RelevanceModel model = trial.trained(Contender.KITH).model();
    Thresholds thresholds = trial.trained(Contender.KITH).thresholds();
    List<float[]> before = Cut.relevances(model, exact);
    List<float[]> relevances = Cut.relevances(model, lists);
    double[] moved = moved(exact, before, lists, relevances);
    double of = exact.stream().mapToDouble(Candidates::relevant).sum();
    return new Searched(
        name,
        of == 0 ? 0 : lists.stream().mapToDouble(Candidates::relevant).sum() / of,
        Cut.ASKED.stream()
            .map(asked -> Cut.at(thresholds.at(1 - asked), lists, relevances))
            .toList(),
        Arrays.stream(moved).average().orElse(0),
        moved.length == 0 ? 0 : moved[(int) (0.99 * (moved.length - 1))]);
  }

  /// Differences of relevances, ascending.
  private static double[] moved(
      List<Candidates> exact, List<float[]> before, List<Candidates> lists, List<float[]> after) {
    double[] moved = new double[exact.stream().mapToInt(each -> each.rows().length).sum()];
    int count = 0;
    Map<Integer, Float> known = new HashMap<>();
    for (int n = 0; n < exact.size(); n++) {
      known.clear();
      for (int i = 0; i < before.get(n).length; i++) {
        known.put(exact.get(n).rows()[i], before.get(n)[i]);
      }
      for (int i = 0; i < after.get(n).length; i++) {
        Float was = known.get(lists.get(n).rows()[i]);
        if (was != null) {
          moved[count++] = Math.abs(after.get(n)[i] - was);
        }
      }
    }
    double[] all = Arrays.copyOf(moved, count);
    Arrays.sort(all);
    return all;
  }

  Section section() {
    List<String> columns = new ArrayList<>(List.of("search", "found"));
    for (double asked : Cut.ASKED) {
      columns.add(String.format(Locale.ROOT, "kept of %.2f", asked));
      columns.add("cut");
    }
    columns.addAll(List.of("moved, mean", "moved, p99"));
    List<List<String>> rows = new ArrayList<>();
    for (Searched search : searches) {
      List<String> row = new ArrayList<>(List.of(search.name, Cells.share(search.found)));
      for (Cut cut : search.cuts) {
        row.add(Cells.share(cut.kept()));
        row.add(Cells.share(cut.cut()));
      }
      row.add(Cells.share(search.moved));
      row.add(Cells.share(search.movedMost));
      rows.add(row);
    }
    return new Section(
        "%s: other searches, the same model and thresholds".formatted(dataset),
        List.of(
            String.format(
                Locale.ROOT,
                "The %s of the first seed, on %,d queries that judge. Lists and graph read codes as"
                    + " far as they do by default, and score what they return by whole vectors;"
                    + " prefixes are compared and scored by the first coordinates alone, by which"
                    + " no model was trained.",
                Contender.KITH.text(),
                queries),
            "Found: relevant candidates, as a share of those of the exact search. Kept: mean"
                + " fraction of a query's relevant candidates, of those that the search found, at the"
                + " threshold calibrated on exact lists. Moved: how much the relevance of a row"
                + " changed that both searches found."),
        columns,
        rows);
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Searched search : searches) {
      ObjectNode each = json.addObject().put("search", search.name).put("found", search.found);
      ArrayNode cuts = each.putArray("thresholds");
      for (int i = 0; i < search.cuts.size(); i++) {
        cuts.addObject()
            .put("asked", Cut.ASKED.get(i))
            .put("kept", search.cuts.get(i).kept())
            .put("cut", search.cuts.get(i).cut());
      }
      each.put("moved_mean", search.moved).put("moved_p99", search.movedMost);
    }
    return json;
  }
}

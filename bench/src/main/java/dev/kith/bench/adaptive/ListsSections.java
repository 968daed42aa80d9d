package dev.kith.bench.adaptive;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// A comparison of searches of lists in words and tables.
final class ListsSections {

  private static final String PATIENT =
      "Lists for a recall are read until some in a row bring nothing, as was measured when they were"
          + " written.";

  private ListsSections() {}

  /// All of them, the summary last.
  static List<Section> of(ListsComparison comparison) {
    return List.of(
        rigid(comparison),
        certified(comparison),
        measured(comparison),
        ofPrefixes(comparison),
        ofWhole(comparison),
        funnel(comparison),
        savings(comparison));
  }

  private static Section measured(ListsComparison comparison) {
    return new Section(
        "%s: lists with prefixes, widths as the engine measured".formatted(comparison.dataset()),
        List.of(
            "What a search does that asks for a recall and says nothing else. Rows were searched for"
                + " to choose it, no query.",
            PATIENT),
        List.of("lists read", "recall@10", "1-NN accuracy", "products", "us", "widths"),
        comparison.measured().stream()
            .map(
                measured -> {
                  List<String> row = new ArrayList<>(figures(measured));
                  row.add(comparison.measuredWidths(measured));
                  return row;
                })
            .toList());
  }

  private static Section rigid(ListsComparison comparison) {
    return new Section(
        "%s: whole vectors compared (rigid IVF)".formatted(comparison.dataset()),
        List.of(PATIENT),
        List.of("lists read", "recall@10", "1-NN accuracy", "products", "us"),
        Stream.concat(comparison.rigid().stream(), comparison.patient().stream())
            .map(ListsSections::figures)
            .toList());
  }

  private static List<String> figures(Measured measured) {
    return List.of(
        measured.setting().reachInWords(),
        Cells.share(measured.recall()),
        Cells.share(measured.accuracy()),
        Cells.whole(measured.products()),
        Cells.micros(measured.micros()));
  }

  private static Section certified(ListsComparison comparison) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < comparison.certified().size(); i++) {
      Measured certified = comparison.certified().get(i);
      Measured whole = comparison.whole().get(i);
      List<String> row = new ArrayList<>(figures(certified));
      row.add(Cells.whole(whole.products()));
      row.add(Cells.micros(whole.micros()));
      row.add(Cells.times(whole.products() / certified.products()));
      row.add(Cells.times(whole.micros() / certified.micros()));
      row.add(Integer.toString(comparison.differing().get(i)));
      rows.add(row);
    }
    int differing = comparison.differing().stream().mapToInt(Integer::intValue).sum();
    return new Section(
        "%s: lists with prefixes, certified".formatted(comparison.dataset()),
        List.of(
            differing == 0
                ? "Every search found the same ids with the same scores, bit for bit, as whole"
                    + " vectors compared in the same lists."
                : "WRONG: %d searches found other ids or scores than whole vectors in the same lists."
                    .formatted(differing)),
        List.of(
            "lists read",
            "recall@10",
            "1-NN accuracy",
            "products",
            "us",
            "whole",
            "us",
            "fewer products",
            "less time",
            "differing"),
        rows);
  }

  private static Section ofPrefixes(ListsComparison comparison) {
    return ladders(
        "%s: lists learnt from prefixes, one width of rows (AdANNS-IVF)"
            .formatted(comparison.dataset()),
        oneRung(comparison.learnsFromPrefixes()),
        comparison.ofPrefixes());
  }

  private static Section ofWhole(ListsComparison comparison) {
    return ladders(
        "%s: lists learnt from whole vectors, narrowed when searched, one width of rows (AdANNS-IVF-D)"
            .formatted(comparison.dataset()),
        oneRung(!comparison.learnsFromPrefixes()),
        comparison.ofWhole());
  }

  private static String oneRung(boolean isTheEngines) {
    return "Ladders of one width of rows, chosen as those below. The engine learns %s lists from these vectors."
        .formatted(isTheEngines ? "such" : "the other");
  }

  private static Section ladders(String title, String note, List<Measured> all) {
    List<List<String>> rows = new ArrayList<>();
    for (Measured measured : Front.of(all, Measured::products, Measured::recall)) {
      List<String> row = new ArrayList<>(figures(measured));
      row.add(measured.setting().widthsInWords());
      rows.add(row);
    }
    return new Section(
        title,
        List.of(note),
        List.of("lists read", "recall@10", "1-NN accuracy", "products", "us", "widths"),
        rows);
  }

  private static Section funnel(ListsComparison comparison) {
    return ladders(
        "%s: lists as the engine learns them, ladders of widths (funnel)"
            .formatted(comparison.dataset()),
        ("%,d ladders were tried on the queries that choose; %d were chosen of those on the"
                + " fronts of recall against products and time there. These are on the former."
                + " Widths: that of centroids, then width-rows kept of every rung; whole"
                + " vectors last.")
            .formatted(comparison.tried(), comparison.funnel().size()),
        comparison.funnel());
  }

  private static Section savings(ListsComparison comparison) {
    List<List<String>> rows = new ArrayList<>();
    for (Savings savings : comparison.savings()) {
      Measured rigid = savings.rigid();
      List<String> row = new ArrayList<>();
      row.add(Cells.share(rigid.recall()));
      row.add(Cells.whole(rigid.products()));
      row.add(cell(savings.byProducts(), Measured::products, Cells::whole));
      row.add(Cells.times(savings.fewerProducts()));
      row.add(Cells.micros(rigid.micros()));
      row.add(cell(savings.byMicros(), Measured::micros, Cells::micros));
      row.add(Cells.times(savings.lessTime()));
      row.add(savings.byProducts().map(ListsSections::inWords).orElse("none"));
      row.add(savings.byMicros().map(ListsSections::inWords).orElse("none"));
      rows.add(row);
    }
    return new Section(
        "%s: at the recall of rigid searches, %.2f or more"
            .formatted(comparison.dataset(), ListsComparison.LEAST_RECALL),
        List.of(
            rows.isEmpty()
                ? "No rigid search found as much."
                : "Beside every rigid search the cheapest adaptive one that found at least as much,"
                    + " by products and by time.",
            headline(comparison.savings())),
        rows.isEmpty()
            ? List.of()
            : List.of(
                "rigid recall",
                "products",
                "adaptive",
                "fewer",
                "rigid us",
                "adaptive",
                "less",
                "fewest products: lists; widths",
                "least time: lists; widths"),
        rows);
  }

  private static String headline(List<Savings> all) {
    List<Savings> matched = all.stream().filter(s -> s.byProducts().isPresent()).toList();
    if (matched.isEmpty()) {
      return "No adaptive search found as much as a rigid one with that recall.";
    }
    Savings first = matched.getFirst();
    return "At recall %s: rigid needs %s products and %s us, adaptive %s and %s: %s fewer, %s less."
        .formatted(
            Cells.share(first.rigid().recall()),
            Cells.whole(first.rigid().products()),
            Cells.micros(first.rigid().micros()),
            cell(first.byProducts(), Measured::products, Cells::whole),
            cell(first.byMicros(), Measured::micros, Cells::micros),
            Cells.times(first.fewerProducts()),
            Cells.times(first.lessTime()));
  }

  private static String cell(
      Optional<Measured> measured, ToDoubleFunction<Measured> figure, DoubleFunction<String> text) {
    return measured.map(known -> text.apply(figure.applyAsDouble(known))).orElse("-");
  }

  private static String inWords(Measured measured) {
    return measured.setting().reachInWords() + "; " + measured.setting().widthsInWords();
  }
}

package dev.kith.bench.relevance;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.Judgments;
import dev.kith.bench.progress.Progress;
import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import dev.kith.index.relevance.JudgedList;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The judged queries that take part, each with its candidates.
final class Sample {
  private final Dataset dataset;
  private final RelevanceSettings settings;
  private final Truth truth;
  private final List<JudgedList> lists = new ArrayList<>();

  /// Lists are equal to themselves alone.
  private final Map<JudgedList, Member> members = new HashMap<>();

  /// A query.
  ///
  /// @param number among those of the data set
  record Member(int number, Candidates candidates) {}

  private Sample(Dataset dataset, RelevanceSettings settings, Truth truth) {
    this.dataset = dataset;
    this.settings = settings;
    this.truth = truth;
  }

  /// Draws queries, and finds their candidates.
  static Sample draw(
      Dataset dataset, Judgments judgments, RelevanceSettings settings, Neighbors neighbors)
      throws InterruptedException {
    Truth truth = Truth.draw(judgments, settings.grading(), settings.queries(), 1);
    Sample sample = new Sample(dataset, settings, truth);
    int[] numbers = truth.queries();
    try (Arena arena = Arena.ofShared();
        Progress progress = Progress.start("Candidates", numbers.length, " queries")) {
      FloatMatrix queries = rows(dataset.queries(), numbers, arena);
      List<Neighbors.Found> found = neighbors.find(queries, progress::step);
      for (int i = 0; i < numbers.length; i++) {
        Candidates candidates = truth.grade(numbers[i], found.get(i));
        JudgedList list = candidates.judged();
        sample.lists.add(list);
        sample.members.put(list, new Member(numbers[i], candidates));
      }
    }
    return sample;
  }

  /// Some rows of a matrix.
  static FloatMatrix rows(FloatMatrix matrix, int[] rows, Arena arena) {
    FloatMatrix some = FloatMatrix.allocate(rows.length, matrix.columns(), arena);
    for (int i = 0; i < rows.length; i++) {
      some.set(i, matrix.row(rows[i]));
    }
    return some;
  }

  Dataset dataset() {
    return dataset;
  }

  RelevanceSettings settings() {
    return settings;
  }

  /// What is relevant to the queries.
  Truth truth() {
    return truth;
  }

  /// All lists, to be split.
  List<JudgedList> lists() {
    return lists;
  }

  /// The query that a list is of.
  Member member(JudgedList list) {
    return Objects.requireNonNull(members.get(list), "a list of another sample");
  }

  /// The candidates of some lists.
  List<Candidates> candidates(List<JudgedList> some) {
    return some.stream().map(list -> member(list).candidates()).toList();
  }

  private double relevant() {
    return lists.stream().mapToDouble(JudgedList::relevant).sum();
  }

  private long withAny() {
    return lists.stream().filter(list -> list.relevant() > 0).count();
  }

  private long pairs() {
    return lists.stream().mapToLong(JudgedList::size).sum();
  }

  /// How much of what is relevant is among the candidates.
  Section section() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("judged queries", Cells.whole(lists.size())));
    rows.add(List.of("relevant pairs", Cells.whole(truth.pairs())));
    rows.add(List.of("candidates", Cells.whole(pairs())));
    rows.add(List.of("relevant candidates (grades summed up)", Cells.whole(relevant())));
    rows.add(List.of("share of candidates that are relevant", Cells.share(relevant() / pairs())));
    rows.add(
        List.of(
            "share of queries with a relevant candidate",
            Cells.share(withAny() / (double) lists.size())));
    return new Section(
        "%s: the nearest %,d of every query".formatted(dataset.name(), settings.candidates()),
        List.of(
            String.format(
                Locale.ROOT,
                "Found by comparing all %,d rows; %s, and what nobody judged is not.",
                dataset.base().rows(),
                settings.grading().inWords())),
        List.of("", "all"),
        rows);
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("queries", lists.size());
    json.put("relevant_pairs", truth.pairs());
    json.put("candidates", pairs());
    json.put("relevant_candidates", relevant());
    json.put("queries_with_relevant", withAny());
    return json;
  }
}

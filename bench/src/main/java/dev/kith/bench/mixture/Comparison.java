package dev.kith.bench.mixture;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.report.Section;
import dev.kith.bench.report.Spread;
import dev.kith.client.KithCollection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What every contender finds.
///
/// @param dataset its name
/// @param rows a contender each, in their order
record Comparison(String dataset, List<Row> rows) {

  /// A contender.
  ///
  /// @param found by [MixtureSettings#HITS], then by seed
  record Row(Contender contender, List<List<Found>> found) {
    Spread recall(int hits) {
      return Spread.of(found.get(hits), Found::recall);
    }

    Spread coverage(int hits) {
      return Spread.of(found.get(hits), Found::coverage);
    }
  }

  /// Means over users.
  ///
  /// @param recall of the points held out
  /// @param coverage of the users' topics
  record Found(double recall, double coverage) {}

  /// Searches for all users.
  ///
  /// @param topics of the rows
  /// @param users of each seed
  static Comparison run(
      KithCollection collection,
      Dataset dataset,
      List<String> topics,
      List<List<User>> users,
      Consumer<String> progress) {
    List<Row> rows = new ArrayList<>();
    for (Contender contender : Contender.all()) {
      progress.accept("searching: " + contender.inWords());
      List<List<Found>> found = new ArrayList<>();
      for (int limit : MixtureSettings.HITS) {
        found.add(
            users.stream()
                .map(each -> found(contender, collection, dataset, topics, each, limit))
                .toList());
      }
      rows.add(new Row(contender, found));
    }
    return new Comparison(dataset.name(), List.copyOf(rows));
  }

  private static Found found(
      Contender contender,
      KithCollection collection,
      Dataset dataset,
      List<String> topics,
      List<User> users,
      int limit) {
    double recall = 0;
    double coverage = 0;
    for (User user : users) {
      List<Integer> rows = contender.find(collection, dataset, user, limit);
      recall += user.recall(rows) / users.size();
      coverage += user.coverage(rows, topics) / users.size();
    }
    return new Found(recall, coverage);
  }

  Section section(MixtureSettings settings) {
    List<String> columns = new ArrayList<>(List.of("searched for"));
    MixtureSettings.HITS.forEach(limit -> columns.add("recall@" + limit));
    MixtureSettings.HITS.forEach(limit -> columns.add("topics@" + limit));
    List<List<String>> cells = new ArrayList<>();
    for (Row row : rows) {
      List<String> line = new ArrayList<>(List.of(row.contender.inWords()));
      for (int i = 0; i < MixtureSettings.HITS.size(); i++) {
        line.add(row.recall(i).cell());
      }
      for (int i = 0; i < MixtureSettings.HITS.size(); i++) {
        line.add(row.coverage(i).cell());
      }
      cells.add(line);
    }
    return new Section(
        "%s: several interests at once".formatted(dataset),
        List.of(
            "%,d users a seed, of 2 to 5 topics each; mean and deviation over %d seeds. recall: of two points of each topic that are held out; topics: share of the user's that are among the hits."
                .formatted(settings.users(), settings.seeds())),
        columns,
        cells);
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Row row : rows) {
      ObjectNode each = json.addObject().put("searched_for", row.contender.inWords());
      for (int i = 0; i < MixtureSettings.HITS.size(); i++) {
        each.set("recall_at_" + MixtureSettings.HITS.get(i), row.recall(i).json());
        each.set("topics_at_" + MixtureSettings.HITS.get(i), row.coverage(i).json());
      }
    }
    return json;
  }
}

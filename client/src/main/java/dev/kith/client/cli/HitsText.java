package dev.kith.client.cli;

import dev.kith.client.Hit;
import dev.kith.client.PointId;
import dev.kith.client.RankScale;
import dev.kith.client.SearchResult;
import dev.kith.client.SoftmaxOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// How hits are shown, and what became of them.
record HitsText(Console console) {

  /// A column of the table.
  private record Column(String heading, Function<Hit, String> cell) {}

  /// Hits, one a row, then what became of relevance and shares. What was not asked for has no
  /// column.
  void table(SearchResult result) {
    List<Column> columns = columns(result);
    List<String> heading = new ArrayList<>(List.of("RANK"));
    columns.forEach(column -> heading.add(column.heading()));
    List<List<String>> rows = new ArrayList<>();
    for (Hit hit : result.hits()) {
      List<String> row = new ArrayList<>(List.of(String.valueOf(rows.size() + 1)));
      columns.forEach(column -> row.add(column.cell().apply(hit)));
      rows.add(row);
    }
    console.table(heading, rows);
    if (result.rankScale() != RankScale.SCORE) {
      console.out().println("ordered by " + meaning(result.rankScale()));
    }
    result.relevance().ifPresent(new RelevanceText(console)::outcome);
    result.softmax().ifPresent(outcome -> console.out().println(sentence(outcome)));
  }

  private static List<Column> columns(SearchResult result) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("ID", hit -> hit.id().toString()));
    columns.add(
        new Column(result.metric().name(), hit -> String.format(Locale.ROOT, "%.6f", hit.score())));
    if (result.rankScale() != RankScale.SCORE) {
      columns.add(new Column("RANK SCORE", hit -> optional("%.6f", hit.rankScore())));
    }
    if (result.relevance().isPresent()) {
      columns.add(new Column("RELEVANCE", hit -> optional("%.4f", hit.relevance())));
    }
    if (result.hits().stream().anyMatch(hit -> hit.probability().isPresent())) {
      columns.add(new Column("SHARE", hit -> share(hit.probability())));
    }
    if (result.hits().stream().anyMatch(hit -> hit.component().isPresent())) {
      columns.add(
          new Column(
              "COMPONENT",
              hit ->
                  hit.component().isPresent() ? String.valueOf(hit.component().getAsInt()) : "-"));
    }
    if (result.hits().stream().anyMatch(hit -> !hit.duplicates().isEmpty())) {
      columns.add(new Column("LIKE IT", hit -> ids(hit.duplicates())));
    }
    columns.add(
        new Column("PAYLOAD", hit -> hit.payload() == null ? "" : hit.payload().toString()));
    return columns;
  }

  private static String ids(List<PointId> ids) {
    return ids.stream().map(PointId::toString).collect(Collectors.joining(", "));
  }

  private static String optional(String format, OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
  }

  private static String share(OptionalDouble share) {
    return share.isPresent() ? share(share.getAsDouble()) : "-";
  }

  /// A share; of one that four digits do not show, its order of magnitude.
  static String share(double share) {
    return String.format(Locale.ROOT, share == 0 || share >= 0.0001 ? "%.4f" : "%.1E", share);
  }

  private static String meaning(RankScale scale) {
    return switch (scale) {
      case SCORE -> "score";
      case LOG_MIXTURE -> "the logarithm of a probability among the candidates";
      case RECIPROCAL_RANK -> "a sum of reciprocal ranks";
      case MARGINAL_RELEVANCE -> "maximal marginal relevance, a difference of scores";
      case LOG_DECAYED -> "the logarithm of a share that Soft-NMS let decay";
    };
  }

  /// What became of shares, in a sentence.
  static String sentence(SoftmaxOutcome outcome) {
    return String.format(
        Locale.ROOT,
        "shares of %,d points at temperature %.4g: log-sum-exp %.4f%s%s, effective number %.2f",
        outcome.points(),
        outcome.temperature(),
        outcome.logSumExp(),
        outcome.standardError().isPresent()
            ? String.format(
                Locale.ROOT,
                " (estimated, standard error %.4f)",
                outcome.standardError().getAsDouble())
            : "",
        outcome.perplexity().isPresent()
            ? String.format(Locale.ROOT, ", perplexity %.2f", outcome.perplexity().getAsDouble())
            : "",
        outcome.effective());
  }

  /// Everything about the hits and what became of them.
  static ObjectNode json(SearchResult result) {
    ObjectNode object =
        Json.object().put("metric", Json.name(result.metric())).put("lsn", result.lsn());
    if (result.rankScale() != RankScale.SCORE) {
      object.put("rank_scale", result.rankScale().name().toLowerCase(Locale.ROOT));
    }
    ArrayNode hits = object.putArray("hits");
    result.hits().forEach(hit -> hits.add(json(hit)));
    result.relevance().ifPresent(outcome -> object.set("relevance", RelevanceText.json(outcome)));
    result.softmax().ifPresent(outcome -> object.set("softmax", json(outcome)));
    result
        .explanation()
        .ifPresent(explanation -> object.set("explanation", Json.explanation(explanation)));
    return object;
  }

  private static ObjectNode json(Hit hit) {
    ObjectNode node = Json.object();
    node.set("id", Json.id(hit.id()));
    node.put("score", hit.score()).put("version", hit.version());
    hit.relevance().ifPresent(likely -> node.put("relevance", (float) likely));
    hit.probability().ifPresent(share -> node.put("probability", (float) share));
    hit.rankScore().ifPresent(score -> node.put("rank_score", score));
    hit.component().ifPresent(component -> node.put("component", component));
    if (!hit.duplicates().isEmpty()) {
      ArrayNode duplicates = node.putArray("duplicates");
      hit.duplicates().forEach(id -> duplicates.add(Json.id(id)));
    }
    Json.fields(node, hit.vector(), hit.payload());
    return node;
  }

  static ObjectNode json(SoftmaxOutcome outcome) {
    ObjectNode node =
        Json.object()
            .put("temperature", outcome.temperature())
            .put("log_sum_exp", outcome.logSumExp())
            .put("effective", outcome.effective())
            .put("points", outcome.points());
    outcome.perplexity().ifPresent(perplexity -> node.put("perplexity", perplexity));
    outcome.standardError().ifPresent(error -> node.put("standard_error", error));
    return node;
  }
}

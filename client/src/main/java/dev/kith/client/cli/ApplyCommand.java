package dev.kith.client.cli;

import dev.kith.client.Hit;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith relevance apply`
@Command(
    name = "apply",
    description = {
      "Search for a file of queries and print the hits that are kept, with how likely each is"
          + " relevant; with --json an object a line for each query.",
      "A query of which no hit is kept has a row without one."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  kith relevance apply examples --collection words --queries queries.npy --max-missed 0.05")
final class ApplyCommand extends RelevanceCommand.OnCollection {
  private static final int QUERIES_AT_ONCE = 100;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      defaultValue = "",
      description = "The model (default the collection's default model, else zscore).")
  private String model = "";

  @Mixin private QueriesFile queries = new QueriesFile();
  @Mixin private RelevanceCut cut = new RelevanceCut();

  @Option(
      names = "--limit",
      defaultValue = "10",
      description = "Most hits of a query, 1 to the model's candidates (default 10).")
  private int limit;

  ApplyCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    SearchOptions options =
        SearchOptions.top(limit).returning(false, common.json()).withRelevance(cut.get(model));
    List<List<String>> rows = new ArrayList<>();
    try (KithClient client = common.connect();
        VectorFile file = queries.open()) {
      KithCollection collection = client.collection(collectionName());
      for (RowBatch batch = file.next(QUERIES_AT_ONCE);
          batch != null;
          batch = file.next(QUERIES_AT_ONCE)) {
        List<SearchResult> results = collection.searchBatch(rows(batch), options);
        for (int i = 0; i < results.size(); i++) {
          print(batch.firstRow() + i, results.get(i), rows);
        }
      }
    }
    if (!common.json()) {
      console.table(List.of("QUERY", "RANK", "ID", "SCORE", "RELEVANCE"), rows);
    }
    return 0;
  }

  private static List<float[]> rows(RowBatch batch) {
    List<float[]> rows = new ArrayList<>();
    for (int row = 0; row < batch.rows(); row++) {
      int at = row * batch.dimension();
      rows.add(Arrays.copyOfRange(batch.vectors(), at, at + batch.dimension()));
    }
    return rows;
  }

  private void print(long query, SearchResult result, List<List<String>> rows) {
    if (common.json()) {
      ObjectNode object = Json.object().put("query", query);
      ArrayNode hits = object.putArray("hits");
      for (Hit hit : result.hits()) {
        ObjectNode node = hits.addObject();
        node.set("id", Json.id(hit.id()));
        node.put("score", hit.score());
        hit.relevance().ifPresent(relevance -> node.put("relevance", (float) relevance));
        Json.fields(node, null, hit.payload());
      }
      result.relevance().ifPresent(outcome -> object.set("relevance", RelevanceText.json(outcome)));
      console.json(object);
      return;
    }
    if (result.hits().isEmpty()) {
      rows.add(List.of(String.valueOf(query), "-", "-", "-", "-"));
    }
    for (int rank = 0; rank < result.hits().size(); rank++) {
      Hit hit = result.hits().get(rank);
      rows.add(
          List.of(
              String.valueOf(query),
              String.valueOf(rank + 1),
              hit.id().toString(),
              String.format(Locale.ROOT, "%.6f", hit.score()),
              RelevanceText.figure(hit.relevance().orElse(Double.NaN))));
    }
  }
}

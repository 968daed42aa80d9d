package dev.kith.client.cli;

import dev.kith.client.Explanation;
import dev.kith.client.Hit;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith search`
@Command(
    name = "search",
    description = "Find the points nearest to a vector or to a stored point.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  kith search --collection words --id 17",
      "  kith search --collection words --vector '[0.1, 0.2, 0.3]' --limit 5",
      "  kith search --collection words --id 17 --where 'kg>=5' --where kind=mammal",
      "  kith search --collection words --vector-file query.npy --row 3 --explain",
      "  kith search --collection words --id 17 --relevance examples --max-missed 0.05",
      "  kith search --collection words --id 17 --scan-dims 32 --ladder 64:200,128:50"
    })
final class SearchCommand implements Callable<Integer> {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Mixin private WidthOptions widths = new WidthOptions();
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();

  @ArgGroup(multiplicity = "1")
  private Query query = new Query();

  @Option(names = "--limit", defaultValue = "10", description = "Hits, 1 to 10000 (default 10).")
  private int limit;

  @Option(names = "--ef", description = "Beam of the index, 1 to 10000; more is more exact.")
  private @Nullable Integer ef;

  @Option(
      names = "--rescore",
      paramLabel = "N",
      description = {
        "Candidates scored by their vectors where a collection has a codec, 1 to 10000. Without it,",
        "what `kith collection describe` says under RESCORE for each hit, or as many as it takes",
        "where it says certified."
      })
  private @Nullable Integer rescore;

  @Option(
      names = "--recall",
      paramLabel = "SHARE",
      description = {
        "Share of the ten nearest points to find where a collection has inverted lists, 0 to 1, as",
        "each segment measured (default 0.95); beyond 0.995, every point is scanned."
      })
  private @Nullable Double recall;

  @Option(
      names = "--nprobe",
      paramLabel = "N",
      description = {
        "Instead of --recall, most lists to read of every segment, 1 to 65536; more is more exact."
      })
  private @Nullable Integer nprobe;

  @Option(
      names = "--nucleus",
      paramLabel = "SHARE",
      description = {
        "Instead of --recall, read lists until they hold this share of the softmax of all",
        "centroids' scores, above 0 and at most 1."
      })
  private @Nullable Double nucleus;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = {
        "Instead of --recall, read lists until so many in a row have changed no candidate, 1 to",
        "65536."
      })
  private @Nullable Integer patience;

  @Mixin private FilterOptions filter = new FilterOptions();
  @Mixin private RelevanceSearchOptions relevance = new RelevanceSearchOptions();

  @Option(names = "--exact", description = "Scan every point.")
  private boolean exact;

  @Option(names = "--with-vector", description = "Return vectors too (with --json).")
  private boolean withVector;

  @Option(names = "--explain", description = "Tell how the answer was found.")
  private boolean explain;

  private final Console console;

  SearchCommand(Console console) {
    this.console = console;
  }

  /// What to search for: one of these.
  static final class Query {
    @Option(names = "--vector", paramLabel = "JSON", description = "A vector, as a JSON array.")
    private @Nullable String vector;

    @Option(names = "--id", description = "A stored point; it is not itself returned.")
    private @Nullable String id;

    @ArgGroup(exclusive = false)
    private @Nullable InFile inFile;
  }

  /// A row of a file.
  static final class InFile {
    @Option(
        names = "--vector-file",
        required = true,
        paramLabel = "FILE",
        description = "A file of vectors (" + VectorFile.FORMATS + ").")
    private Path file = Path.of("");

    @Option(
        names = "--row",
        defaultValue = "0",
        description = "Row of that file, from 0 (default 0).")
    private long row;

    @Option(
        names = "--dataset",
        defaultValue = "test",
        description = "Data set of an .hdf5 file (default test).")
    private String dataset = "test";
  }

  @Override
  public Integer call() throws IOException {
    SearchOptions options = SearchOptions.top(limit).returning(withVector && common.json(), true);
    options = ef == null ? options : options.withEf(ef);
    options = rescore == null ? options : options.withRescore(rescore);
    options = recall == null ? options : options.withRecall(recall);
    options = nprobe == null ? options : options.withNprobe(nprobe);
    options = nucleus == null ? options : options.withNucleus(nucleus);
    options = patience == null ? options : options.withPatience(patience);
    options = options.withWidths(widths.get());
    options = exact ? options.exactly() : options;
    options = explain ? options.explained() : options;
    options = relevance.in(filter.in(options));
    String id = query.id;
    SearchResult result;
    if (id != null) {
      PointId like = PointId.parse(id);
      try (KithClient client = common.connect()) {
        result = client.collection(collection.get()).search(like, options);
      }
    } else {
      float[] vector = vector();
      try (KithClient client = common.connect()) {
        KithCollection points = client.collection(collection.get());
        result = points.search(vector, options);
      }
    }
    if (common.json()) {
      printJson(result);
    } else {
      printTable(result);
    }
    return 0;
  }

  private float[] vector() throws IOException {
    InFile inFile = query.inFile;
    if (inFile == null) {
      try {
        return JSON.readValue(query.vector, float[].class);
      } catch (JacksonException notAVector) {
        throw new UsageException(
            "--vector must be a JSON array of numbers, got '%s'".formatted(query.vector));
      }
    }
    try (VectorFile file = VectorFile.open(inFile.file, inFile.dataset)) {
      file.seek(inFile.row);
      RowBatch batch = file.next(1);
      if (batch == null) {
        throw new UsageException(
            "%s has no row %d: it has %d".formatted(inFile.file, inFile.row, file.position()));
      }
      return batch.vectors();
    }
  }

  private void printJson(SearchResult result) {
    ObjectNode object =
        Json.object()
            .put("metric", result.metric().name().toLowerCase(Locale.ROOT))
            .put("lsn", result.lsn());
    ArrayNode hits = object.putArray("hits");
    for (Hit hit : result.hits()) {
      ObjectNode node = hits.addObject();
      node.set("id", Json.id(hit.id()));
      node.put("score", hit.score()).put("version", hit.version());
      hit.relevance().ifPresent(likely -> node.put("relevance", (float) likely));
      Json.fields(node, hit.vector(), hit.payload());
    }
    result.relevance().ifPresent(outcome -> object.set("relevance", RelevanceText.json(outcome)));
    result
        .explanation()
        .ifPresent(explanation -> object.set("explanation", Json.explanation(explanation)));
    console.json(object);
  }

  private void printTable(SearchResult result) {
    boolean isJudged = result.relevance().isPresent();
    List<List<String>> rows = new ArrayList<>();
    for (Hit hit : result.hits()) {
      List<String> row = new ArrayList<>();
      row.add(String.valueOf(rows.size() + 1));
      row.add(hit.id().toString());
      row.add(String.format(Locale.ROOT, "%.6f", hit.score()));
      if (isJudged) {
        row.add(RelevanceText.figure(hit.relevance().orElse(Double.NaN)));
      }
      row.add(hit.payload() == null ? "" : hit.payload().toString());
      rows.add(row);
    }
    String metric = result.metric().name().toUpperCase(Locale.ROOT);
    console.table(
        isJudged
            ? List.of("RANK", "ID", metric, "RELEVANCE", "PAYLOAD")
            : List.of("RANK", "ID", metric, "PAYLOAD"),
        rows);
    result.relevance().ifPresent(new RelevanceText(console)::outcome);
    result.explanation().ifPresent(this::print);
  }

  private void print(Explanation explanation) {
    console.out().println();
    console.out().println(explanation.plan());
    console
        .out()
        .printf(
            "%d us in all, %d us of it waiting%n",
            explanation.totalMicros(), explanation.queueMicros());
    List<List<String>> rows = new ArrayList<>();
    for (Explanation.Stage stage : explanation.stages()) {
      rows.add(
          List.of(
              stage.name(),
              text(stage.segment()),
              stage.width().isPresent() ? String.valueOf(stage.width().getAsInt()) : "-",
              text(stage.candidatesIn()),
              String.valueOf(stage.candidates()),
              String.valueOf(stage.work().distanceComputations()),
              String.valueOf(stage.work().nodesVisited()),
              String.valueOf(stage.work().multiplyAdds()),
              String.valueOf(stage.work().bytesScanned()),
              String.valueOf(stage.micros())));
    }
    console.table(
        List.of(
            "STAGE",
            "SEGMENT",
            "WIDTH",
            "IN",
            "OUT",
            "DISTANCES",
            "NODES",
            "PRODUCTS",
            "BYTES",
            "US"),
        rows);
  }

  private static String text(OptionalLong number) {
    return number.isPresent() ? String.valueOf(number.getAsLong()) : "-";
  }
}

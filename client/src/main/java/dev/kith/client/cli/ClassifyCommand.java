package dev.kith.client.cli;

import dev.kith.client.ClassShare;
import dev.kith.client.Classification;
import dev.kith.client.ClassifyOptions;
import dev.kith.client.KithClient;
import dev.kith.client.KithRanking;
import dev.kith.client.Query;
import dev.kith.client.SearchOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith classify`
@Command(
    name = "classify",
    description = {
      "Tell which values of a payload field the neighbours of a vector or a stored point have: the"
          + " shares of the neighbours, added up by value. A stored point has no say in its own."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kith classify --collection words --field kind --id 17",
      "  kith classify --collection words --field kind --id 17 --neighbors 200",
      "  kith classify --collection words --field kind --id 17 --min-confidence 0.8",
      "  kith classify --collection words --field kind --vector '[0.1, 0.2]' \\",
      "      --prior '{\"noun\": 3, \"verb\": 1}' --weight 0.7"
    })
final class ClassifyCommand implements Callable<Integer> {
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();
  @Mixin private QueryOptions query = new QueryOptions();

  @Option(
      names = "--field",
      required = true,
      paramLabel = "PATH",
      description = "Payload field whose values are the classes, such as kind or author.country.")
  private String field = "";

  @Option(
      names = "--neighbors",
      paramLabel = "N",
      description = "Neighbours that have a say, 1 to 10000 (default 50).")
  private @Nullable Integer neighbors;

  @Option(
      names = "--min-confidence",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "Abstain where no class is as likely, 0 to 1 (default 0: never). The classes"
              + " are shown all the same.")
  private double minConfidence;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Most classes to show, 1 to 10000 (default 10).")
  private @Nullable Integer limit;

  @Mixin private PriorOptions prior = new PriorOptions();
  @Mixin private TemperatureOptions temperature = new TemperatureOptions();
  @Mixin private EffortOptions effort = new EffortOptions();
  @Mixin private FilterOptions filter = new FilterOptions();
  @Mixin private RelevanceSearchOptions relevance = new RelevanceSearchOptions();

  @Option(names = "--explain", description = "Tell how the neighbours were found.")
  private boolean explain;

  private final Console console;

  ClassifyCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    ClassifyOptions options = options();
    Query asked = query.get();
    Classification classification;
    try (KithClient client = common.connect()) {
      KithRanking ranking = client.collection(collection.get()).ranking();
      classification =
          switch (asked) {
            case Query.Point(var id) -> ranking.classify(id, options);
            case Query.Vector(var coordinates) -> ranking.classify(coordinates, options);
          };
    }
    if (common.json()) {
      console.json(json(classification));
    } else {
      print(classification);
    }
    return 0;
  }

  private ClassifyOptions options() throws IOException {
    SearchOptions search = SearchOptions.top(1);
    search = relevance.in(filter.in(effort.in(explain ? search.explained() : search)));
    ClassifyOptions options =
        prior
            .in(ClassifyOptions.by(field))
            .withTemperature(temperature.get())
            .abstainingBelow(minConfidence)
            .searching(search);
    options = neighbors == null ? options : options.withNeighbors(neighbors);
    return limit == null ? options : options.withMaxClasses(limit);
  }

  private void print(Classification classification) {
    List<List<String>> rows = new ArrayList<>();
    for (ClassShare share : classification.classes()) {
      rows.add(
          List.of(
              String.valueOf(rows.size() + 1),
              PlainValue.text(share.value()),
              HitsText.share(share.probability())));
    }
    console.table(List.of("RANK", "CLASS", "SHARE"), rows);
    Classification.Neighborhood from = classification.neighborhood();
    console
        .out()
        .printf(
            "%d classes by %d neighbours%s%n",
            classification.distinct(),
            from.neighbors(),
            from.withoutValue() == 0
                ? ""
                : "; %d more have no %s".formatted(from.withoutValue(), field));
    if (classification.abstained() && !rows.isEmpty()) {
      console.out().println("abstained: no class is as likely as " + minConfidence);
    }
    classification
        .moments()
        .ifPresent(
            moments ->
                console
                    .out()
                    .printf(
                        Locale.ROOT,
                        "mean %.4f, standard deviation %.4f%n",
                        moments.mean(),
                        moments.deviation()));
    from.softmax().ifPresent(outcome -> console.out().println(HitsText.sentence(outcome)));
    from.relevance().ifPresent(new RelevanceText(console)::outcome);
    from.explanation().ifPresent(new ExplanationText(console)::print);
  }

  private static ObjectNode json(Classification classification) {
    Classification.Neighborhood from = classification.neighborhood();
    ObjectNode object =
        Json.object().put("metric", Json.name(from.metric())).put("lsn", from.lsn());
    ArrayNode classes = object.putArray("classes");
    for (ClassShare share : classification.classes()) {
      ObjectNode node = classes.addObject();
      node.set("value", PlainValue.json(share.value()));
      node.put("probability", share.probability());
    }
    object
        .put("abstained", classification.abstained())
        .put("distinct", classification.distinct())
        .put("neighbors", from.neighbors())
        .put("without_value", from.withoutValue());
    classification
        .moments()
        .ifPresent(
            moments -> object.put("mean", moments.mean()).put("deviation", moments.deviation()));
    from.softmax().ifPresent(outcome -> object.set("softmax", HitsText.json(outcome)));
    from.relevance().ifPresent(outcome -> object.set("relevance", RelevanceText.json(outcome)));
    from.explanation()
        .ifPresent(explanation -> object.set("explanation", Json.explanation(explanation)));
    return object;
  }
}

package dev.kith.client.cli;

import dev.kith.client.BuiltMixture;
import dev.kith.client.KithClient;
import dev.kith.client.KithRanking;
import dev.kith.client.Mixture;
import dev.kith.client.MixtureComponent;
import dev.kith.client.MixtureResult;
import dev.kith.client.MixtureSpec;
import dev.kith.client.PointId;
import dev.kith.client.Query;
import dev.kith.client.SearchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith mixture`
@Command(
    name = "mixture",
    description = {
      "Find points for several interests at once, as many for each as its weight says. The"
          + " interests are made of some points, or given."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kith mixture --collection words --of 17,42,99 --limit 20",
      "  kith mixture --collection words --of 17,42,99 --max-components 2 --smoothing 1",
      "  kith mixture --collection words --component id:17,weight=2 --component id:42"
    })
final class MixtureCommand implements Callable<Integer> {
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();
  @Mixin private ComponentOptions components = new ComponentOptions();

  @Option(
      names = "--limit",
      defaultValue = "10",
      description = "Hits of all components together, 1 to 10000 (default 10).")
  private int limit;

  @Option(
      names = "--allocation",
      paramLabel = "HOW",
      defaultValue = "proportional",
      description =
          "How hits are shared out: proportional, so that the first ones are in"
              + " proportion too, or largest-remainder, those of the weightiest first (default"
              + " proportional).")
  private String allocation = "";

  @Option(
      names = "--keep-duplicates",
      description = "Return a point as often as components find it (default once).")
  private boolean keepDuplicates;

  @Mixin private EffortOptions effort = new EffortOptions();
  @Mixin private FilterOptions filter = new FilterOptions();
  @Mixin private RelevanceSearchOptions relevance = new RelevanceSearchOptions();
  @Mixin private ShareOptions shares = new ShareOptions();
  @Mixin private TemperatureOptions temperature = new TemperatureOptions();

  @Option(names = "--with-vector", description = "Return vectors too (with --json).")
  private boolean withVector;

  @Option(names = "--explain", description = "Tell how the hits of each component were found.")
  private boolean explain;

  private final Console console;

  MixtureCommand(Console console) {
    this.console = console;
  }

  /// What was made, if anything was, what was searched for, and what was found.
  private record Answer(Optional<BuiltMixture> built, Mixture mixture, MixtureResult result) {}

  @Override
  public Integer call() {
    SearchOptions options = options();
    Optional<MixtureSpec> spec = components.spec();
    List<MixtureComponent> given = components.given();
    Mixture.Allocation allocated = allocation();
    try (KithClient client = common.connect()) {
      KithRanking ranking = client.collection(collection.get()).ranking();
      Optional<BuiltMixture> built = spec.map(ranking::buildMixture);
      for (PointId missing : built.map(BuiltMixture::missing).orElse(List.of())) {
        console.err().println("kith: no point " + missing + " in " + collection.get());
      }
      Mixture mixture =
          new Mixture(
              built.map(BuiltMixture::components).orElse(given), allocated, !keepDuplicates);
      if (mixture.components().isEmpty()) {
        console.err().println("kith: no point to make components of");
        return 1;
      }
      Answer answer = new Answer(built, mixture, ranking.searchMixture(mixture, options));
      if (common.json()) {
        console.json(json(answer));
      } else {
        print(answer);
      }
    }
    return 0;
  }

  private SearchOptions options() {
    SearchOptions options = SearchOptions.top(limit).returning(withVector && common.json(), true);
    options = components.in(filter.in(effort.in(explain ? options.explained() : options)));
    options = relevance.in(options);
    if (temperature.isAsked() && !shares.isAsked()) {
      throw new UsageException(
          "--temperature, --perplexity and --rho are of shares: give --softmax too");
    }
    return shares.in(options, temperature.get(), OptionalInt.empty());
  }

  private Mixture.Allocation allocation() {
    return switch (allocation) {
      case "proportional" -> Mixture.Allocation.PROPORTIONAL;
      case "largest-remainder" -> Mixture.Allocation.LARGEST_REMAINDER;
      default ->
          throw new UsageException(
              "--allocation must be proportional or largest-remainder, got '%s'"
                  .formatted(allocation));
    };
  }

  private void print(Answer answer) {
    List<List<String>> rows = new ArrayList<>();
    List<MixtureResult.Outcome> outcomes = answer.result().components();
    for (int i = 0; i < outcomes.size(); i++) {
      MixtureResult.Outcome outcome = outcomes.get(i);
      MixtureComponent component = answer.mixture().components().get(i);
      rows.add(
          List.of(
              String.valueOf(i),
              near(component, answer.built().isPresent()),
              HitsText.share(outcome.weight()),
              String.valueOf(outcome.allocated()),
              String.valueOf(outcome.hits())));
    }
    console.table(List.of("COMPONENT", "NEAR", "WEIGHT", "ALLOCATED", "HITS"), rows);
    console.out().println();
    new HitsText(console).table(answer.result().found());
    RelevanceText relevanceText = new RelevanceText(console);
    for (int i = 0; i < outcomes.size(); i++) {
      MixtureResult.Outcome outcome = outcomes.get(i);
      String name = "component " + i + ": ";
      outcome
          .softmax()
          .ifPresent(softmax -> console.out().println(name + HitsText.sentence(softmax)));
      outcome
          .relevance()
          .ifPresent(
              cut -> {
                console.out().print(name);
                relevanceText.outcome(cut);
              });
      outcome.explanation().ifPresent(new ExplanationText(console)::print);
    }
  }

  private static String near(MixtureComponent component, boolean isMade) {
    return switch (component.query()) {
      case Query.Point(var id) -> id.toString();
      case Query.Vector _ when isMade ->
          component.members() + (component.members() == 1 ? " point" : " points");
      case Query.Vector _ -> "a vector";
    };
  }

  private ObjectNode json(Answer answer) {
    ObjectNode object = HitsText.json(answer.result().found());
    ArrayNode array = object.putArray("components");
    List<MixtureResult.Outcome> outcomes = answer.result().components();
    for (int i = 0; i < outcomes.size(); i++) {
      MixtureResult.Outcome outcome = outcomes.get(i);
      MixtureComponent component = answer.mixture().components().get(i);
      ObjectNode node = array.addObject();
      switch (component.query()) {
        case Query.Point(var id) -> node.set("id", Json.id(id));
        case Query.Vector(var coordinates) -> node.set("vector", Json.vector(coordinates));
      }
      node.put("weight", outcome.weight())
          .put("allocated", outcome.allocated())
          .put("hits", outcome.hits());
      if (answer.built().isPresent()) {
        node.put("members", component.members());
      }
      outcome.softmax().ifPresent(softmax -> node.set("softmax", HitsText.json(softmax)));
      outcome.relevance().ifPresent(cut -> node.set("relevance", RelevanceText.json(cut)));
      outcome
          .explanation()
          .ifPresent(explanation -> node.set("explanation", Json.explanation(explanation)));
    }
    answer
        .built()
        .ifPresent(
            built -> {
              object.put("cells", built.cells());
              ArrayNode missing = object.putArray("missing");
              built.missing().forEach(id -> missing.add(Json.id(id)));
            });
    return object;
  }
}

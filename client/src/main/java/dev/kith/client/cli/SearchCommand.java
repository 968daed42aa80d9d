package dev.kith.client.cli;

import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.Query;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
      "  kith search --collection words --id 17 --softmax --scope collection",
      "  kith search --collection words --id 17 --fuse score --fuse field:kg,weight=0.5",
      "  kith search --collection words --id 17 --mmr 0.3 --candidates 200",
      "  kith search --collection words --id 17 --scan-dims 32 --ladder 64:200,128:50"
    })
final class SearchCommand implements Callable<Integer> {
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();
  @Mixin private QueryOptions query = new QueryOptions();
  @Mixin private EffortOptions effort = new EffortOptions();
  @Mixin private FilterOptions filter = new FilterOptions();
  @Mixin private StageOptions stages = new StageOptions();

  @Option(names = "--limit", defaultValue = "10", description = "Hits, 1 to 10000 (default 10).")
  private int limit;

  @Option(names = "--with-vector", description = "Return vectors too (with --json).")
  private boolean withVector;

  @Option(names = "--explain", description = "Tell how the answer was found.")
  private boolean explain;

  private final Console console;

  SearchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    SearchOptions options = SearchOptions.top(limit).returning(withVector && common.json(), true);
    options = stages.in(filter.in(effort.in(explain ? options.explained() : options)));
    Query asked = query.get();
    SearchResult result;
    try (KithClient client = common.connect()) {
      KithCollection points = client.collection(collection.get());
      result =
          switch (asked) {
            case Query.Point(var id) -> points.search(id, options);
            case Query.Vector(var coordinates) -> points.search(coordinates, options);
          };
    }
    if (common.json()) {
      console.json(HitsText.json(result));
    } else {
      new HitsText(console).table(result);
      result.explanation().ifPresent(new ExplanationText(console)::print);
    }
    return 0;
  }
}

package dev.kith.client.cli;

import dev.kith.client.KithClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `kith count`
@Command(
    name = "count",
    description = "Count the points of a collection, exactly.",
    footerHeading = "%nExample:%n",
    footer = "  kith count --collection words")
final class CountCommand implements Callable<Integer> {
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();
  private final Console console;

  CountCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    long points;
    try (KithClient client = common.connect()) {
      points = client.collection(collection.get()).count();
    }
    if (common.json()) {
      console.json(Json.object().put("points", points));
    } else {
      console.out().println(points);
    }
    return 0;
  }
}

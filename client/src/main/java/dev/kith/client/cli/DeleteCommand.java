package dev.kith.client.cli;

import dev.kith.client.KithClient;
import dev.kith.client.PointId;
import dev.kith.client.WriteReceipt;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `kith delete`
@Command(
    name = "delete",
    description = "Delete points by id. Ids that do not exist are no failure.",
    footerHeading = "%nExample:%n",
    footer = "  kith delete --collection words 17 42")
final class DeleteCommand implements Callable<Integer> {
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();

  @Parameters(
      arity = "1..*",
      paramLabel = "ID",
      description = "Digits are a number, 8-4-4-4-12 hex digits a UUID, else a text.")
  private List<String> ids = List.of();

  private final Console console;

  DeleteCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<PointId> doomed = ids.stream().map(PointId::parse).toList();
    WriteReceipt receipt;
    try (KithClient client = common.connect()) {
      receipt = client.collection(collection.get()).delete(doomed);
    }
    if (common.json()) {
      console.json(Json.object().put("deleted", receipt.points()).put("lsn", receipt.lsn()));
    } else {
      console.out().printf("deleted %d of %d points%n", receipt.points(), doomed.size());
    }
    return 0;
  }
}

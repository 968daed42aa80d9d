package dev.kith.client.cli;

import dev.kith.client.KithClient;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.StoredPoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith get`
@Command(
    name = "get",
    description = "Read points by id; status 1 if one does not exist.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  kith get --collection words 17 42",
      "  kith get --collection words text:42 --json    # the text \"42\", not the number"
    })
final class GetCommand implements Callable<Integer> {
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();

  @Option(names = "--no-vector", description = "Leave the vectors out.")
  private boolean withoutVector;

  @Parameters(
      arity = "1..*",
      paramLabel = "ID",
      description = "Digits are a number, 8-4-4-4-12 hex digits a UUID, else a text.")
  private List<String> ids = List.of();

  private final Console console;

  GetCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<PointId> wanted = ids.stream().map(PointId::parse).toList();
    List<StoredPoint> found;
    try (KithClient client = common.connect()) {
      found =
          client
              .collection(collection.get())
              .get(wanted, new SearchOptions.Fields(!withoutVector, true));
    }
    Set<PointId> missing = new HashSet<>(wanted);
    ArrayNode array = Json.array();
    List<List<String>> rows = new ArrayList<>();
    for (StoredPoint point : found) {
      missing.remove(point.id());
      ObjectNode node = Json.point(point);
      array.add(node.put("version", point.version()));
      rows.add(
          List.of(
              point.id().toString(),
              String.valueOf(point.version()),
              point.payload() == null ? "" : point.payload().toString(),
              point.vector() == null ? "" : Json.vector(point.vector()).toString()));
    }
    if (common.json()) {
      console.json(array);
    } else {
      console.table(List.of("ID", "VERSION", "PAYLOAD", "VECTOR"), rows);
    }
    for (PointId id : wanted) {
      if (missing.remove(id)) {
        console.err().println("kith: no point " + id + " in " + collection.get());
      }
    }
    return found.size() == new HashSet<>(wanted).size() || found.size() == wanted.size() ? 0 : 1;
  }
}

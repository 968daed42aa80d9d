package dev.kith.client.cli;

import dev.kith.client.CollectionInfo;
import dev.kith.client.CollectionStats;
import dev.kith.client.IndexChoice;
import dev.kith.client.KithClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith collection describe`
@Command(
    name = "describe",
    description = "Show a collection's definition, its segments and what it costs.",
    footerHeading = "%nExample:%n",
    footer = "  kith collection describe words")
final class DescribeCommand extends CollectionCommand.OnOne {
  DescribeCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    try (KithClient client = common.connect()) {
      CollectionInfo info = client.describe(name);
      CollectionStats stats = client.collection(name).stats();
      if (common.json()) {
        ObjectNode object = Json.collection(info);
        object
            .put("lsn", stats.lsn())
            .put("unlinked_points", stats.unlinkedPoints())
            .put("dead_rows", stats.deadRows())
            .put("outdated_points", stats.outdatedPoints())
            .put("memory_bytes", stats.memoryBytes())
            .put("file_bytes", stats.fileBytes());
        ArrayNode segments = object.putArray("segments");
        for (CollectionStats.Segment segment : stats.segments()) {
          ObjectNode one = segments.addObject();
          one.put("number", segment.number())
              .put("sealed", segment.sealed())
              .put("points", segment.points())
              .put("dead_rows", segment.deadRows())
              .put("unlinked_points", segment.unlinkedPoints())
              .put("bytes", segment.bytes())
              .put("outdated", segment.outdated())
              .put("certified", segment.certified());
          segment.rescoreFactor().ifPresent(factor -> one.put("rescore_factor", factor));
          segment.lists().ifPresent(lists -> put(one.putObject("lists"), lists));
        }
        console.json(object);
      } else {
        print(info);
        info.choice().ifPresent(this::printChoice);
        console.out().println();
        printSegments(stats);
        printLists(stats);
        printSettings(stats);
        if (stats.outdatedPoints() > 0) {
          console.out().println();
          console.out().printf("%d points wait to be indexed as above%n", stats.outdatedPoints());
        }
      }
    }
    return 0;
  }

  private void printChoice(IndexChoice choice) {
    console.out().println();
    console
        .out()
        .printf(
            "chosen: %s%s%s%n%s%n",
            CollectionCommand.index(choice.index()),
            CollectionCommand.codec(Optional.of(choice.codec()), OptionalInt.empty()),
            CollectionCommand.prefixes(choice.prefixes()),
            choice.reason());
    choice.trial().ifPresent(trial -> printTrial(trial, choice.nextTrialPoints()));
  }

  private void printTrial(IndexChoice.Trial trial, long nextTrialPoints) {
    console
        .out()
        .printf(
            Locale.ROOT,
            "tried at %s on %,d of %,d points, seed %d; the next trial is at %,d%n",
            trial.time(),
            trial.sampledPoints(),
            trial.points(),
            trial.seed(),
            nextTrialPoints);
    if (trial.candidates().isEmpty()) {
      return;
    }
    console.out().println();
    console.table(
        List.of("TRIED", "RECALL", "QUERIES/S", "BYTES/VECTOR"),
        trial.candidates().stream().map(DescribeCommand::row).toList());
  }

  private static List<String> row(IndexChoice.Candidate candidate) {
    return List.of(
        CollectionCommand.index(candidate.index())
            + CollectionCommand.codec(Optional.of(candidate.codec()), OptionalInt.empty()),
        String.format(Locale.ROOT, "%.3f", candidate.recall()),
        String.format(Locale.ROOT, "%,.0f", candidate.queriesPerSecond()),
        String.format(Locale.ROOT, "%,.0f", candidate.bytesPerVector()));
  }

  private void printSegments(CollectionStats stats) {
    List<List<String>> rows = new ArrayList<>();
    for (CollectionStats.Segment segment : stats.segments()) {
      rows.add(
          List.of(
              String.valueOf(segment.number()),
              (segment.sealed() ? "sealed" : "growing") + (segment.outdated() ? ", old" : ""),
              String.valueOf(segment.points()),
              String.valueOf(segment.deadRows()),
              String.valueOf(segment.unlinkedPoints()),
              Console.bytes(segment.bytes()),
              rescored(segment)));
    }
    console.table(
        List.of("SEGMENT", "STATE", "POINTS", "DEAD", "UNLINKED", "SIZE", "RESCORE"), rows);
  }

  private static String rescored(CollectionStats.Segment segment) {
    if (segment.certified()) {
      return "certified";
    }
    return segment.rescoreFactor().isPresent()
        ? String.format(Locale.ROOT, "%.1f", segment.rescoreFactor().getAsDouble())
        : "-";
  }

  private void printLists(CollectionStats stats) {
    List<List<String>> rows = new ArrayList<>();
    for (CollectionStats.Segment segment : stats.segments()) {
      segment
          .lists()
          .ifPresent(
              lists ->
                  rows.add(
                      List.of(
                          String.valueOf(segment.number()),
                          String.valueOf(lists.count()),
                          String.valueOf(lists.longest()),
                          String.valueOf(lists.nprobe()),
                          String.valueOf(lists.patience()),
                          String.format(Locale.ROOT, "%.2f", lists.drift()))));
    }
    if (!rows.isEmpty()) {
      console.out().println();
      console.table(List.of("SEGMENT", "LISTS", "LONGEST", "NPROBE", "PATIENCE", "DRIFT"), rows);
    }
  }

  private static void put(ObjectNode object, CollectionStats.Lists lists) {
    object
        .put("count", lists.count())
        .put("longest", lists.longest())
        .put("nprobe", lists.nprobe())
        .put("patience", lists.patience())
        .put("drift", lists.drift());
    ArrayNode settings = object.putArray("settings");
    for (CollectionStats.Setting setting : lists.settings()) {
      ObjectNode one = settings.addObject();
      one.put("recall", setting.recall())
          .put("nprobe", setting.nprobe())
          .put("patience", setting.patience())
          .put("rescore_factor", setting.rescoreFactor());
      if (setting.coarseDims() > 0) {
        one.put("coarse_dims", setting.coarseDims());
      }
      if (!setting.ladder().isEmpty()) {
        ArrayNode ladder = one.putArray("ladder");
        setting
            .ladder()
            .forEach(step -> ladder.addObject().put("dims", step.dims()).put("keep", step.keep()));
      }
      if (setting.fullWidth()) {
        one.put("full_width", true);
      }
      one.put("multiply_adds", setting.multiplyAdds());
    }
  }

  /// What was measured, where there are prefixes: which of them searches compare follows from it.
  private void printSettings(CollectionStats stats) {
    List<List<String>> rows = new ArrayList<>();
    for (CollectionStats.Segment segment : stats.segments()) {
      segment
          .lists()
          .ifPresent(
              lists ->
                  lists.settings().stream()
                      .filter(setting -> setting.fullWidth() || !setting.ladder().isEmpty())
                      .map(setting -> row(segment.number(), setting))
                      .forEach(rows::add));
    }
    if (!rows.isEmpty()) {
      console.out().println();
      console.table(
          List.of("SEGMENT", "RECALL", "NPROBE", "PATIENCE", "COARSE", "LADDER", "PRODUCTS"), rows);
    }
  }

  private static List<String> row(long segment, CollectionStats.Setting setting) {
    String ladder =
        setting.ladder().stream()
            .map(step -> "%d:%d".formatted(step.dims(), step.keep()))
            .collect(Collectors.joining(","));
    return List.of(
        String.valueOf(segment),
        String.valueOf(setting.recall()),
        String.valueOf(setting.nprobe()),
        String.valueOf(setting.patience()),
        setting.coarseDims() > 0 ? String.valueOf(setting.coarseDims()) : "-",
        setting.fullWidth() ? "full width" : ladder,
        String.format(Locale.ROOT, "%,.0f", setting.multiplyAdds()));
  }
}

package dev.kith.client.cli;

import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.OptimizeProgress;
import dev.kith.client.OptimizeReport;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// `kith collection optimize`
@Command(
    name = "optimize",
    description = {
      "Link every point into the index, seal the growing segments and merge the sealed ones that"
          + " are worth it; then measure the recall of a sample.",
      "The server goes on when this command is interrupted; the same command attaches to it again,"
          + " and goes on where a cancelled one stopped."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kith collection optimize words",
      "  kith collection optimize words --detach",
      "  kith collection optimize words --cancel"
    })
final class OptimizeCommand extends CollectionCommand.OnOne {
  @Option(names = "--detach", description = "Start it, and do not wait for its end.")
  private boolean detach;

  @Option(
      names = "--cancel",
      description = "Stop it at the next point; what is linked stays linked.")
  private boolean cancel;

  OptimizeCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    if (detach && cancel) {
      throw new UsageException("--detach starts an optimization and --cancel stops it: give one");
    }
    try (KithClient client = common.connect()) {
      KithCollection collection = client.collection(name);
      if (cancel) {
        cancel(collection);
      } else if (detach) {
        detach(collection);
      } else {
        print(follow(collection));
      }
    }
    return 0;
  }

  private void cancel(KithCollection collection) {
    boolean running = collection.cancelOptimization();
    if (common.json()) {
      console.json(Json.object().put("name", name).put("was_running", running));
    } else {
      console
          .out()
          .println(
              running
                  ? "cancelled the optimization of " + name
                  : "there was no optimization of " + name);
    }
  }

  private void detach(KithCollection collection) {
    OptimizeProgress progress = collection.startOptimization();
    if (common.json()) {
      console.json(
          Json.object()
              .put("name", name)
              .put("phase", progress.phase().name().toLowerCase(Locale.ROOT))
              .put("completed_points", progress.completed())
              .put("total_points", progress.total()));
    } else {
      console.out().println("the server optimizes " + name + "; " + remedies());
    }
  }

  private String remedies() {
    return "`kith collection optimize %1$s` attaches to it, with --cancel it stops".formatted(name);
  }

  private OptimizeReport follow(KithCollection collection) {
    // Runs when the process is told to end, as by Ctrl-C.
    Thread farewell =
        new Thread(
            () -> {
              console.err().println();
              console.err().println("kith: detached; the server goes on optimizing; " + remedies());
            });
    Runtime.getRuntime().addShutdownHook(farewell);
    try (Progress bar = new Progress()) {
      return collection.optimize(progress -> show(bar, progress));
    } finally {
      forget(farewell);
    }
  }

  private static void forget(Thread farewell) {
    try {
      Runtime.getRuntime().removeShutdownHook(farewell);
    } catch (IllegalStateException endingAlready) {
      return;
    }
  }

  private static void show(Progress bar, OptimizeProgress progress) {
    if (progress.phase() == OptimizeProgress.Phase.FINISHED) {
      return;
    }
    bar.at(
        progress.phase().name().toLowerCase(Locale.ROOT),
        progress.completed(),
        progress.total(),
        speed(progress));
  }

  /// The server's own figures: it knows how fast it was before this command attached to it.
  static String speed(OptimizeProgress progress) {
    if (progress.pointsPerSecond() == 0) {
      return "";
    }
    String rate = String.format(Locale.ROOT, "%,.0f/s", progress.pointsPerSecond());
    return progress.remainingSeconds().isEmpty()
        ? rate
        : rate + ", " + duration(progress.remainingSeconds().getAsDouble()) + " left";
  }

  private static String duration(double seconds) {
    Duration time = Duration.ofSeconds((long) Math.ceil(Math.min(seconds, 1e9)));
    if (time.toHours() > 0) {
      return "%dh%02dm".formatted(time.toHours(), time.toMinutesPart());
    }
    return time.toMinutes() > 0
        ? "%dm%02ds".formatted(time.toMinutes(), time.toSecondsPart())
        : time.toSeconds() + "s";
  }

  private static String linked(OptimizeReport report) {
    return report.linkedPoints() == 0
        ? "" // As for lists, which have no links.
        : String.format(
            Locale.ROOT,
            ": %d points linked (%.0f a second)",
            report.linkedPoints(),
            report.pointsPerSecond());
  }

  private void print(OptimizeReport report) {
    if (common.json()) {
      ObjectNode object =
          Json.object()
              .put("name", name)
              .put("seconds", report.seconds())
              .put("linked_points", report.linkedPoints())
              .put("points_per_second", report.pointsPerSecond())
              .put("peak_resident_bytes", report.peakResidentBytes());
      report
          .recall()
          .ifPresent(
              recall ->
                  object
                      .put("recall_at_10", recall.recall())
                      .put("recall_queries", recall.queries())
                      .put("recall_ef", recall.ef()));
      console.json(object);
      return;
    }
    console
        .out()
        .printf(
            Locale.ROOT,
            "optimized %s in %.1f s%s%s%n",
            name,
            report.seconds(),
            linked(report),
            report.peakResidentBytes() == 0
                ? ""
                : ", the server's memory at most " + Console.bytes(report.peakResidentBytes()));
    report
        .recall()
        .ifPresent(
            recall ->
                console
                    .out()
                    .printf(
                        Locale.ROOT,
                        "recall@10 %.4f %s, on %d of its own points%n",
                        recall.recall(),
                        recall.ef() == 0 ? "with lists as measured" : "at ef " + recall.ef(),
                        recall.queries()));
  }
}

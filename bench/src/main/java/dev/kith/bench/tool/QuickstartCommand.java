package dev.kith.bench.tool;

import dev.kith.bench.quickstart.Quickstart;
import dev.kith.bench.quickstart.Report;
import dev.kith.client.KithClient;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

/// `kith quickstart`: from nothing to answers.
@Command(
    name = "kith quickstart",
    description = {
      "Starts a server, embeds and imports a few thousand WordNet definitions, asks five questions"
          + " in plain English, and measures recall and latency. About a minute on two cores.",
      "Needs no network: the model and the texts come with the build."
    })
final class QuickstartCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Keep the server's data here (default: a temporary folder, deleted at the end).")
  private @Nullable Path data;

  @Option(
      names = "--keep-running",
      description =
          "Leave the server running, on the default ports 7600 and 7601, until interrupted.")
  private boolean keepRunning;

  @Option(
      names = "--points",
      paramLabel = "N",
      description = "Definitions to import, in [100, 4000] (default: 4000).")
  private int points = Quickstart.MAX_POINTS;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (points < Quickstart.MIN_POINTS || points > Quickstart.MAX_POINTS) {
      throw new ParameterException(
          spec.commandLine(),
          "--points must be in [%d, %d], got %d"
              .formatted(Quickstart.MIN_POINTS, Quickstart.MAX_POINTS, points));
    }
    Path folder = data == null ? Files.createTempDirectory("kith-quickstart-") : data;
    try (KithServer server = KithServer.start(config(folder))) {
      PrintWriter out = spec.commandLine().getOut();
      if (!json) {
        out.printf("Kith serves at %s, its data in %s.%n", server.grpcAddress(), folder);
        out.printf("Embedding and importing %,d definitions of WordNet ...%n", points);
        out.flush();
      }
      Report report;
      try (KithClient client = KithClient.connect(server.grpcAddress())) {
        report = Quickstart.run(client, points);
      }
      if (json) {
        out.println(JSON.writeValueAsString(report.toJson()));
      } else {
        print(report, out);
      }
      out.flush();
      if (keepRunning) {
        stayUntilInterrupted(server, folder);
      }
    } finally {
      deleteIfTemporary(folder);
    }
    return 0;
  }

  private ServerConfig config(Path folder) {
    return keepRunning
        ? ServerConfig.of(Map.of("data-directory", folder.toString()))
        : ServerConfig.local(folder);
  }

  private void stayUntilInterrupted(KithServer server, Path folder) throws InterruptedException {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  deleteIfTemporary(folder);
                },
                "quickstart-stop"));
    if (!json) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf("%nThe server stays at %s. Try, from another terminal:%n", server.grpcAddress());
      out.printf("  ./kith collection describe %s%n", Quickstart.COLLECTION);
      out.printf("Ctrl-C stops it.%n");
      out.flush();
    }
    server.await();
  }

  private static void print(Report report, PrintWriter out) {
    for (Report.Answer answer : report.answers()) {
      out.printf("%n\"%s\"%n", answer.question());
      for (Report.Neighbour neighbour : answer.neighbours()) {
        out.printf(Locale.ROOT, "  %.3f  %s%n", neighbour.score(), neighbour.synset().text());
      }
    }
    out.printf(
        Locale.ROOT,
        "%n%,d definitions embedded in %.1f s, imported over gRPC in %.1f s, linked and sealed in"
            + " %.1f s.%n",
        report.points(),
        report.embedSeconds(),
        report.importSeconds(),
        report.optimizeSeconds());
    out.printf(
        Locale.ROOT,
        "%d definitions held out and searched for: recall@10 %.3f against exact search, p50 %.2f"
            + " ms, p99 %.2f ms.%n",
        report.queries(),
        report.recallAt10(),
        report.p50Micros() / 1e3,
        report.p99Micros() / 1e3);
  }

  private void deleteIfTemporary(Path folder) {
    if (data != null || !Files.exists(folder)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      spec.commandLine().getErr().println("kith: cannot delete %s: %s".formatted(folder, e));
    }
  }
}

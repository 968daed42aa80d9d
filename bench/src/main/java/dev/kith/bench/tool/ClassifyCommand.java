package dev.kith.bench.tool;

import dev.kith.bench.classify.ClassifyRun;
import dev.kith.bench.classify.ClassifySettings;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/// `kith bench classify`: how well neighbours tell classes.
@Command(
    name = "classify",
    description = {
      "Measures classes that a server tells by neighbours, on one data set with labels:",
      "one temperature for all queries beside a perplexity for each; neighbours mixed",
      "with a model that knows none; and what becomes of it all where a search misses",
      "neighbours."
    },
    footer = {
      "",
      "Half of the queries choose temperatures and weights by their negative",
      "log-likelihood, the other half judges.",
      "",
      "Example:",
      "  kith bench classify --dataset data/mnist-784 --dir report"
    })
final class ClassifyCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Most queries, drawn at random; half of them choose (default: 10000).")
  private int queries;

  @Option(
      names = "--neighbors",
      paramLabel = "N",
      defaultValue = "200",
      description = "Neighbours that have a say, 2 to 1000 (default: 200).")
  private int neighbors;

  @Option(
      names = "--lists",
      paramLabel = "N",
      defaultValue = "0",
      description = "Lists (default: 0, the root of the number of vectors).")
  private int lists;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the draw of queries, the lists and the model (default: 1).")
  private long seed;

  @Mixin private final ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    ClassifySettings settings =
        new ClassifySettings(
            queries, neighbors, lists, Runtime.getRuntime().availableProcessors(), seed);
    ObjectNode measured =
        new ClassifyRun(
                settings,
                report.folder(),
                spec.commandLine().getOut(),
                Commands.progress(spec.commandLine().getErr()))
            .run(dataset.path());
    report.write(measured);
    return 0;
  }
}

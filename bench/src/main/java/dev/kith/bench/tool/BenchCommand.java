package dev.kith.bench.tool;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `kith bench`: a name for its subcommands.
@Command(
    name = "kith bench",
    description = "Gets data sets; measures recall, speed and size.",
    subcommands = {
      RunCommand.class,
      PeersCommand.class,
      CodesCommand.class,
      KMeansCommand.class,
      AdaptiveCommand.class,
      RelevanceCommand.class,
      ClassifyCommand.class,
      MixtureCommand.class,
      ScorerCommand.class,
      DatasetCommand.class
    })
final class BenchCommand implements Runnable {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Which one: run, peers, codes, kmeans, adaptive, relevance, classify, mixture, scorer or"
            + " dataset?");
  }
}

package dev.kith.bench.tool;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `kith index`: a name for its subcommands.
@Command(
    name = "kith index",
    description = "Makes indexes without a server.",
    subcommands = IndexBuildCommand.class)
final class IndexCommand implements Runnable {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which one? There is: build");
  }
}

package dev.kith.client.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `kith` itself: only shows what there is.
@Command(
    name = "kith",
    description = "Kith, a vector search server: its server, its tools, its client.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CollectionCommand.class,
      ImportCommand.class,
      SearchCommand.class,
      ClassifyCommand.class,
      MixtureCommand.class,
      RelevanceCommand.class,
      GetCommand.class,
      DeleteCommand.class,
      CountCommand.class,
      ExportCommand.class
    },
    footerHeading = "%n",
    footer = {
      "Every command takes --help. Exit status: 0 success, 1 failure, 2 wrong usage.",
      "The server's address is --address, else KITH_ADDRESS, else 127.0.0.1:7600."
    })
final class RootCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}

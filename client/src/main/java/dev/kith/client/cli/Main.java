package dev.kith.client.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;
import java.util.stream.StreamSupport;
import picocli.CommandLine;

/// The entry point of `kith`.
public final class Main {
  private static final String TOOL_PREFIX = "kith-";

  private final PrintStream out;
  private final PrintStream err;
  private final List<ToolProvider> tools;

  Main(PrintStream out, PrintStream err, List<ToolProvider> tools) {
    this.out = out;
    this.err = err;
    this.tools = tools;
  }

  /// Runs one command and ends the process with its exit status: 0 success, 1 failure, 2 wrong
  /// usage.
  public static void main(String[] arguments) {
    List<ToolProvider> tools =
        StreamSupport.stream(ServiceLoader.load(ToolProvider.class).spliterator(), false)
            .filter(tool -> tool.name().startsWith(TOOL_PREFIX))
            .toList();
    int status = new Main(System.out, System.err, tools).run(arguments);
    System.out.flush();
    System.exit(status);
  }

  int run(String... arguments) {
    String first = arguments.length == 0 ? "" : arguments[0];
    if (first.equals("help") && arguments.length == 2) {
      return run(arguments[1], "--help");
    }
    for (ToolProvider tool : tools) {
      if (tool.name().equals(TOOL_PREFIX + first)) {
        // Its own options are its own business, --help included.
        return tool.run(out, err, Arrays.copyOfRange(arguments, 1, arguments.length));
      }
    }
    return commandLine().execute(arguments);
  }

  private CommandLine commandLine() {
    CommandLine root = new CommandLine(new RootCommand(), new Console.Factory(out, err));
    for (ToolProvider tool : tools) {
      CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();
      spec.usageMessage().description(tool.description().orElse(""));
      root.addSubcommand(tool.name().substring(TOOL_PREFIX.length()), spec);
    }
    root.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    root.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setUsageHelpAutoWidth(true);
    root.setHelpFactory(new FlowingHelp());
    root.setExecutionExceptionHandler(new FailureReport(err));
    root.setParameterExceptionHandler(
        (failure, _) -> {
          err.println("kith: " + failure.getMessage());
          err.printf(
              "Try '%s --help'.%n", failure.getCommandLine().getCommandSpec().qualifiedName(" "));
          return CommandLine.ExitCode.USAGE;
        });
    return root;
  }
}

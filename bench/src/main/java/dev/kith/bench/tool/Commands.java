package dev.kith.bench.tool;

import dev.kith.client.KithException;
import dev.kith.client.cli.FlowingHelp;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import picocli.CommandLine;

/// Runs a command and turns what went wrong into a sentence and an exit code.
///
/// 0: done. 1: it failed, the reason is on standard error. 2: the command line was wrong.
final class Commands {

  private Commands() {}

  static int run(Object command, PrintWriter out, PrintWriter err, String... args) {
    int code =
        new CommandLine(command)
            .setHelpFactory(new FlowingHelp())
            .setOut(out)
            .setErr(err)
            .setExecutionExceptionHandler((failure, line, parsed) -> explain(failure, line))
            .execute(args);
    out.flush();
    err.flush();
    return code;
  }

  /// Tells people what is being done, a line each.
  static Consumer<String> progress(PrintWriter err) {
    return line -> {
      err.println("kith: " + line);
      err.flush();
    };
  }

  private static int explain(Exception failure, CommandLine line) throws Exception {
    switch (failure) {
      case InterruptedException interrupted -> {
        Thread.currentThread().interrupt();
        line.getErr().println("kith: interrupted");
      }
      case NoSuchFileException missing ->
          line.getErr().println("kith: there is no file " + missing.getFile());
      case IOException _, IllegalArgumentException _, CancellationException _, KithException _ ->
          line.getErr().println("kith: " + failure.getMessage());
      default -> throw failure; // A bug: its stack trace is worth more than a sentence.
    }
    return CommandLine.ExitCode.SOFTWARE;
  }
}

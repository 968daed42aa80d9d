package dev.kith.client.cli;

import dev.kith.client.FieldViolation;
import dev.kith.client.KithException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// Says in one sentence why a command failed, and where exactly only when asked to.
final class FailureReport implements IExecutionExceptionHandler {
  private static final int MAX_VIOLATIONS = 10;

  private final PrintStream err;

  FailureReport(PrintStream err) {
    this.err = err;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult parseResult) {
    err.println("kith: " + sentence(failure));
    if (failure instanceof KithException refused) {
      refused.violations().stream()
          .limit(MAX_VIOLATIONS)
          .map(FailureReport::line)
          .filter(line -> !refused.getMessage().contains(line))
          .forEach(line -> err.println("  " + line));
    }
    if (command.getParseResult().hasMatchedOption("--verbose")) {
      trace(failure);
    }
    return failure instanceof UsageException
        ? CommandLine.ExitCode.USAGE
        : CommandLine.ExitCode.SOFTWARE;
  }

  private static String line(FieldViolation violation) {
    return violation.field() + ": " + violation.problem();
  }

  private static String sentence(Throwable failure) {
    return switch (failure) {
      case NoSuchFileException missing -> "no such file: " + missing.getFile();
      case AccessDeniedException denied -> "not allowed to read or write: " + denied.getFile();
      case KithException known -> known.getMessage();
      case UsageException wrong -> String.valueOf(wrong.getMessage());
      case IllegalArgumentException wrong -> String.valueOf(wrong.getMessage());
      case IOException io -> String.valueOf(io.getMessage());
      default -> "unexpected failure: " + failure;
    };
  }

  private void trace(Throwable failure) {
    String introduction = "";
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      err.println(introduction + cause);
      for (StackTraceElement element : cause.getStackTrace()) {
        err.println("    at " + element);
      }
      introduction = "caused by ";
    }
  }
}

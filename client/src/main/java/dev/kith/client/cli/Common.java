package dev.kith.client.cli;

import dev.kith.client.KithClient;
import picocli.CommandLine.Option;

/// What every command takes.
final class Common {
  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KITH_ADDRESS:-127.0.0.1:7600}",
      description = "Address of the server (env KITH_ADDRESS; default 127.0.0.1:7600).")
  private String address = "";

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Option(names = "--verbose", description = "Show where a failure came from.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  KithClient connect() {
    try {
      return KithClient.connect(address);
    } catch (IllegalArgumentException notAnAddress) {
      throw new UsageException("--address: " + notAnAddress.getMessage());
    }
  }

  boolean json() {
    return json;
  }
}

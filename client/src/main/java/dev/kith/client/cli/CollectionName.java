package dev.kith.client.cli;

import picocli.CommandLine.Option;

/// The option that names the collection.
final class CollectionName {
  @Option(
      names = {"-c", "--collection"},
      required = true,
      paramLabel = "NAME",
      description = "The collection.")
  private String name = "";

  String get() {
    return name;
  }
}

package dev.kith.client;

/// What a write must survive before it is acknowledged.
public enum Durability {
  /// Applied in the server's memory; a crash of the process may lose it.
  MEMORY,

  /// Handed to the operating system; survives a crash of the process, not a power cut.
  OS,

  /// Forced to the disk; survives a power cut. The default.
  DISK
}

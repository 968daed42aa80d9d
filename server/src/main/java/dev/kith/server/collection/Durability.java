package dev.kith.server.collection;

/// What a write must survive before it is acknowledged. Ordered: each level includes the one
/// before.
public enum Durability {
  /// Applied in memory: visible to every later read. Does not make the write wait for more than
  /// that, but since one committer hands every group to the operating system before applying it,
  /// the level reached today is never less than [#OS].
  MEMORY,
  /// Handed to the operating system: survives the death of the process, not a power cut.
  OS,
  /// Forced to the disk: survives a power cut.
  DISK
}

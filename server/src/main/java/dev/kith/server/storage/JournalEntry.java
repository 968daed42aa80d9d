package dev.kith.server.storage;

/// One request on its way through the journal. Methods from [#prepare] on run on the committer
/// thread, so they neither block nor wait.
public interface JournalEntry {

  /// Whose memory the entry changes.
  Participant participant();

  /// Bytes that the entry keeps alive while it waits.
  long bytes();

  /// Whether it must be forced to the disk before it is acknowledged.
  boolean forced();

  /// Whether it makes the store larger, and so waits for free space.
  boolean grows();

  /// Adds the changes of the entry to its group.
  ///
  /// @param lsn position of the entry, if it is written
  /// @throws dev.kith.server.refusal.RefusedException if it cannot be carried out; thrown before
  ///   anything was added, and only this entry fails
  void prepare(long lsn, WriteSet writes);

  /// The entry is in the store and visible.
  ///
  /// @param forced whether it was forced to the disk, asked for or not
  void acknowledge(boolean forced);

  /// The entry failed; if with `StoreFenced`, whether it was written is unknown.
  void fail(RuntimeException failure);
}

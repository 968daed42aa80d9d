package dev.kith.server.storage;

/// How much may wait for the committer, and how much goes into one group.
///
/// @param queuedEntries most entries that wait, at least 1
/// @param queuedBytes most bytes that wait; an entry larger than this passes when nothing waits
/// @param groupEntries most entries of a group, at least 1
/// @param groupBytes bytes at which a group is full
public record JournalLimits(
    int queuedEntries, long queuedBytes, int groupEntries, long groupBytes) {

  /// Enough to keep the disk busy while the caller is told to slow down.
  public static final JournalLimits DEFAULT = new JournalLimits(4096, 128L << 20, 1024, 4L << 20);

  public JournalLimits {
    if (queuedEntries < 1 || queuedBytes < 1 || groupEntries < 1 || groupBytes < 1) {
      throw new IllegalArgumentException(
          "limits must be positive, got %d, %d, %d, %d"
              .formatted(queuedEntries, queuedBytes, groupEntries, groupBytes));
    }
  }
}

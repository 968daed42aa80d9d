package dev.kith.server.storage;

/// The column families of the store. The names are on disk: they never change.
public enum Family {
  /// Format version, last LSN, collections, manifests, ingest sessions.
  META("meta", 0),
  /// Point ids to their current row.
  POINTS("points", 0),
  /// Rows to their point and vector. Long values live in blob files, which compaction leaves alone.
  ROWS("rows", 1024),
  /// Rows to their payloads.
  PAYLOADS("payloads", 1024),
  /// Rows that were superseded or deleted.
  TOMBSTONES("tombstones", 0);

  private final String storedName;
  private final int minBlobBytes;

  Family(String storedName, int minBlobBytes) {
    this.storedName = storedName;
    this.minBlobBytes = minBlobBytes;
  }

  String storedName() {
    return storedName;
  }

  /// Size from which values go to blob files; 0 if none do.
  int minBlobBytes() {
    return minBlobBytes;
  }
}

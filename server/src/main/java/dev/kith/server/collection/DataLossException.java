package dev.kith.server.collection;

import java.io.IOException;

/// The store is older than a file that was derived from it: acknowledged writes are gone.
///
/// Serving on would hide that, so the folder is not opened.
public final class DataLossException extends IOException {
  private static final long serialVersionUID = 1L;

  private DataLossException(String message) {
    super(message);
  }

  static DataLossException of(String what, long covered, long journal) {
    return new DataLossException(
        ("DATA LOSS: %s covers writes up to LSN %d, but the journal ends at LSN %d, so writes that"
                + " were durable are missing from the store. Restore the folder from a copy; or, to"
                + " go on without them, remove that file.")
            .formatted(what, covered, journal));
  }

  static DataLossException ofUnknownCollection(String folder) {
    return new DataLossException(
        ("DATA LOSS: %s holds segments of a collection that the store has never heard of, so the"
                + " store was lost or replaced by an older one. Restore the folder from a copy; or,"
                + " to go on without that collection, remove its segments.")
            .formatted(folder));
  }
}

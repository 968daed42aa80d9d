package dev.kith.server.collection;

/// Places a batch within an ingest session, so that it can be sent again without being written
/// again.
///
/// @param session name that the client chose; 1 to 128 characters
/// @param sequence 1 for the first batch of the session, then one more for each
public record IngestMark(String session, long sequence) {
  /// Longest name of a session, in characters.
  public static final int MAX_SESSION_LENGTH = 128;

  public IngestMark {
    if (session.isEmpty() || session.length() > MAX_SESSION_LENGTH) {
      throw new IllegalArgumentException(
          "session must have 1 to %d characters, got %d"
              .formatted(MAX_SESSION_LENGTH, session.length()));
    }
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence must be at least 1, got " + sequence);
    }
  }
}

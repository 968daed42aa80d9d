package dev.kith.server.search;

import dev.kith.server.collection.PointId;
import dev.kith.server.collection.StoredPoint;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps one answer within what a message may hold, however large its payloads are, by counting
/// while it grows. Thread-safe.
public final class AnswerSize {
  private static final int POINT_BYTES = 64;

  private final String field;
  private final long max;
  private final AtomicLong bytes = new AtomicLong();

  /// @param field what the caller should change if the answer grows too large
  /// @param max bytes it may have
  public AnswerSize(String field, long max) {
    this.field = field;
    this.max = max;
  }

  /// For points that are looked for and not returned, of which only ids are read.
  static AnswerSize unbounded() {
    return new AnswerSize("", Long.MAX_VALUE);
  }

  /// Counts a point.
  ///
  /// @throws RefusedException if the answer is too large with it
  public void add(StoredPoint point) {
    byte[] vector = point.vector();
    byte[] payload = point.payload();
    long more =
        POINT_BYTES
            + (point.id() instanceof PointId.Text(String text) ? 3L * text.length() : 0)
            + (vector == null ? 0 : vector.length)
            + (payload == null ? 0 : payload.length);
    if (bytes.addAndGet(more) > max) {
      throw new RefusedException(
          new Refusal.InvalidField(
              field,
              ("the answer would be larger than the %d bytes of a message; ask for fewer points, or"
                      + " without vectors or payloads")
                  .formatted(max)));
    }
  }
}

package dev.kith.bench.crash;

import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.PointId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One write that a client sent, and what the client knows of its fate.
///
/// The mutable part is guarded by the [Ledger] that made it.
final class Operation {

  enum Kind {
    UPSERT,
    DELETE
  }

  enum Fate {
    /// Sent and not answered.
    IN_FLIGHT,
    /// Answered with an LSN.
    ACKNOWLEDGED,
    /// Answered with a refusal: it must have no effect.
    REFUSED,
    /// The connection broke or the time was up before an answer: applied whole, or not at all.
    UNKNOWN
  }

  private final long number;
  private final Kind kind;
  private final List<PointId> ids;
  private final Durability durability;
  private final @Nullable String session;
  private final long sequence;
  private final Map<PointId, Integer> places = new LinkedHashMap<>();
  private final long sentNanos = System.nanoTime();
  private long answeredNanos;
  private Fate fate = Fate.IN_FLIGHT;
  private long above;
  private long upTo = Long.MAX_VALUE;

  /// @param above the highest LSN acknowledged before this was sent, so its own is higher
  Operation(
      long number,
      Kind kind,
      List<PointId> ids,
      Durability durability,
      @Nullable String session,
      long sequence,
      long above) {
    this.number = number;
    this.kind = kind;
    this.ids = List.copyOf(ids);
    this.durability = durability;
    this.session = session;
    this.sequence = sequence;
    this.above = above;
    for (int i = 0; i < ids.size(); i++) {
      places.put(ids.get(i), i);
    }
  }

  long number() {
    return number;
  }

  boolean isUpsert() {
    return kind == Kind.UPSERT;
  }

  List<PointId> ids() {
    return ids;
  }

  Durability durability() {
    return durability;
  }

  @Nullable String session() {
    return session;
  }

  long sequence() {
    return sequence;
  }

  Fate fate() {
    return fate;
  }

  void fate(Fate fate) {
    this.fate = fate;
    this.answeredNanos = System.nanoTime();
  }

  /// When it was sent, by [System#nanoTime].
  long sentNanos() {
    return sentNanos;
  }

  /// When its fate was learned, by [System#nanoTime].
  long answeredNanos() {
    return answeredNanos;
  }

  /// The LSN is greater than this.
  long above() {
    return above;
  }

  /// The LSN is at most this.
  long upTo() {
    return upTo;
  }

  boolean isLsnKnown() {
    return above == upTo - 1;
  }

  /// Whether this was written after `other`, which has an id in common. Where an LSN is not known,
  /// one worker sent both, one after the other.
  boolean isWrittenAfter(Operation other) {
    return (isLsnKnown() && other.isLsnKnown()) ? upTo > other.upTo : number > other.number;
  }

  void lsnIs(long lsn) {
    above = lsn - 1;
    upTo = lsn;
  }

  void lsnIsAtMost(long lsn) {
    upTo = lsn;
  }

  /// Where each id stands in the batch; the last place if it appears twice, for the last one wins.
  Map<PointId, Integer> places() {
    return places;
  }

  @Override
  public String toString() {
    return "%s #%d (%d ids, %s, %s%s%s)"
        .formatted(
            kind,
            number,
            ids.size(),
            durability.name().substring("DURABILITY_".length()),
            fate,
            upTo == Long.MAX_VALUE
                ? ", lsn > " + above
                : isLsnKnown() ? ", lsn " + upTo : ", lsn in (" + above + ", " + upTo + "]",
            session == null ? "" : ", session " + session + " at " + sequence);
  }
}

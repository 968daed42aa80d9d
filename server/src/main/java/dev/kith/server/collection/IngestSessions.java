package dev.kith.server.collection;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.WriteSet;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// How far each ingest session of a collection has come.
///
/// The position of a session is written in the same batch as its points, so a batch that comes
/// again after a crash is known exactly if it is in the store. Changed on the committer thread;
/// [#find] is for any.
final class IngestSessions {
  private final int collection;
  private final Map<String, SessionRecord> committed;

  /// Changes of the group under way; empty for a session that ended.
  private final Map<String, Optional<SessionRecord>> pending = new HashMap<>();

  IngestSessions(int collection, Map<String, SessionRecord> stored) {
    this.collection = collection;
    this.committed = new ConcurrentHashMap<>(stored);
  }

  /// How far a session has come, unless it is unknown or was silent for too long.
  Optional<SessionRecord> find(String session, Instant now) {
    return Optional.ofNullable(committed.get(session)).filter(record -> !record.isExpired(now));
  }

  /// The position of the session if it is already at or past the mark.
  ///
  /// @throws RefusedException if the mark skips a batch
  Optional<SessionRecord> repeated(IngestMark mark, Instant now) {
    Optional<SessionRecord> position = position(mark.session(), now);
    long last = position.map(SessionRecord::sequence).orElse(0L);
    if (mark.sequence() > last + 1) {
      throw new RefusedException(
          new Refusal.IngestSequence(mark.session(), last + 1, mark.sequence()));
    }
    return mark.sequence() <= last ? position : Optional.empty();
  }

  private Optional<SessionRecord> position(String session, Instant now) {
    return pending.getOrDefault(session, find(session, now));
  }

  void advance(WriteSet writes, IngestMark mark, long lsn, Instant now) {
    if (position(mark.session(), now).isEmpty()) {
      forgetExpired(writes, now); // A new session pays for the old ones.
    }
    SessionRecord record = new SessionRecord(mark.sequence(), lsn, now);
    writes.put(Family.META, Keys.session(collection, mark.session()), record.encode());
    pending.put(mark.session(), Optional.of(record));
  }

  void end(WriteSet writes, String session) {
    writes.delete(Family.META, Keys.session(collection, session));
    pending.put(session, Optional.empty());
  }

  private void forgetExpired(WriteSet writes, Instant now) {
    committed.forEach(
        (session, record) -> {
          if (record.isExpired(now) && !pending.containsKey(session)) {
            end(writes, session);
          }
        });
  }

  void commit() {
    pending.forEach(
        (session, record) ->
            record.ifPresentOrElse(
                known -> committed.put(session, known), () -> committed.remove(session)));
    pending.clear();
  }

  void rollBack() {
    pending.clear();
  }
}

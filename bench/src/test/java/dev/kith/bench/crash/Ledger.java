package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.bench.crash.Operation.Fate;
import dev.kith.bench.crash.Operation.Kind;
import dev.kith.bench.crash.Survival.Promise;
import dev.kith.bench.crash.Track.Standing;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.PointId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The client's book of one collection, and the judge of what a server holds after it was struck.
///
/// Clients enter each write before they send it and again when it is answered. [#check] then holds
/// every point of the collection to the book:
///
/// 1. Under each id stands the newest acknowledged write, or an unanswered one, or, where the
///    durability lets acknowledged writes go, an older one. Anything else is lost or a phantom.
/// 2. Every bit of it is as written ([Contents]).
/// 3. A batch of which one point stands with version `v` took effect whole: each other id holds `v`
///    or later, or is rightly deleted. Anything else is torn.
/// 4. What may go at a power cut goes as a suffix: nothing that was acknowledged at a lower LSN
///    than what stayed is gone. Anything else is a hole.
/// 5. Versions are the LSNs that were acknowledged, and LSNs ascend in real time.
/// 6. An ingest session stands exactly where its batches do.
///
/// Writes to the same id from several clients are ordered by their LSNs. Thread-safe.
final class Ledger {
  private final String collection;
  private final int dimension;
  private final Lsns lsns;
  private final Map<PointId, Track> tracks = new HashMap<>();
  private final List<Operation> operations = new ArrayList<>();
  private final Map<String, IngestSession> sessions = new HashMap<>();
  private final List<Verdict.Fault> seenLive = new ArrayList<>();
  private long settledOperations;
  private boolean isResolving;
  private @Nullable Long powerFailing;
  private @Nullable Long powerGone;

  Ledger(String collection, int dimension, Lsns lsns) {
    this.collection = collection;
    this.dimension = dimension;
    this.lsns = lsns;
  }

  String collection() {
    return collection;
  }

  int dimension() {
    return dimension;
  }

  // ---- What clients enter.

  /// Enters a write that is about to be sent.
  synchronized Operation begin(Kind kind, List<PointId> ids, Durability durability) {
    Operation operation =
        new Operation(lsns.nextOperation(), kind, ids, durability, null, 0, lsns.highest());
    operations.add(operation);
    return operation;
  }

  /// Enters a batch that is about to be sent on an ingest stream.
  synchronized Operation beginIngest(
      String session, long sequence, List<PointId> ids, Durability durability) {
    Operation operation =
        new Operation(
            lsns.nextOperation(), Kind.UPSERT, ids, durability, session, sequence, lsns.highest());
    operations.add(operation);
    sessions.computeIfAbsent(session, _ -> new IngestSession()).sent(operation);
    return operation;
  }

  /// Enters the answer to a write.
  synchronized void acknowledge(Operation operation, long lsn) {
    String wrong = lsns.acknowledged(operation, lsn);
    if (wrong != null) {
      seenLive.add(new Verdict.Fault(Verdict.Kind.VERSION, collection + ": " + wrong));
    }
    if (powerFailing == null) {
      operation.lsnIs(lsn);
    }
    enter(operation, Fate.ACKNOWLEDGED);
  }

  /// Enters an `ack` of an ingest stream: it covers every batch up to `sequence`, and tells the LSN
  /// of the last of them.
  ///
  /// @param exact whether that is the LSN at which the last of them was written; otherwise it was
  ///   written at this LSN or before
  synchronized void acknowledgeThrough(String session, long sequence, long lsn, boolean exact) {
    for (Operation batch : sessionOf(session).batches()) {
      if (batch.fate() == Fate.IN_FLIGHT && batch.sequence() <= sequence) {
        if (exact && batch.sequence() == sequence) {
          acknowledge(batch, lsn);
        } else {
          if (powerFailing == null) {
            batch.lsnIsAtMost(lsn);
          }
          enter(batch, Fate.ACKNOWLEDGED);
        }
      }
    }
  }

  /// Enters the position that a resumed stream was told: every batch up to it is durable.
  synchronized void acknowledgeDurable(String session, long sequence) {
    for (Operation batch : sessionOf(session).batches()) {
      if (batch.fate() == Fate.IN_FLIGHT && batch.sequence() <= sequence) {
        enter(batch, Fate.ACKNOWLEDGED);
      }
    }
  }

  /// Enters a refusal: the write may leave no trace.
  synchronized void refuse(Operation operation) {
    operation.fate(Fate.REFUSED);
  }

  /// Enters that no answer will come.
  synchronized void giveUp(Operation operation) {
    enter(operation, Fate.UNKNOWN);
  }

  synchronized void finishing(String session) {
    sessionOf(session).finishing();
  }

  synchronized void finished(String session) {
    if (powerFailing == null) {
      sessionOf(session).finished();
    }
  }

  /// Enters something that a reader saw and that may not be.
  synchronized void report(Verdict.Kind kind, String what) {
    seenLive.add(new Verdict.Fault(kind, collection + ": " + what));
  }

  /// The power is about to be cut. A machine without power answers nothing, but a simulated cut
  /// leaves the process running for a while; what it answers from here on counts as unanswered.
  synchronized void powerFails() {
    powerFailing = System.nanoTime();
  }

  /// The power is gone. Whoever says of a write sent from here on that it is on the disk, lies.
  synchronized void powerIsGone() {
    powerGone = System.nanoTime();
  }

  // ---- What clients ask.

  /// How many of these ids exist, if no write to them is unanswered and nobody else writes them.
  synchronized OptionalInt existing(List<PointId> ids) {
    int count = 0;
    for (PointId id : new HashSet<>(ids)) {
      Track track = tracks.get(id);
      if (track == null) {
        continue;
      }
      if (!track.unknown().isEmpty()) {
        return OptionalInt.empty();
      }
      List<Operation> writes = track.acknowledged();
      boolean exists = writes.isEmpty() ? track.base() != null : writes.getLast().isUpsert();
      count += exists ? 1 : 0;
    }
    return OptionalInt.of(count);
  }

  /// The ingest sessions that [Observation#sessions] must tell about.
  synchronized Set<String> sessions() {
    return Set.copyOf(sessions.keySet());
  }

  /// Whether a session is known and not over, so that it can be resumed.
  synchronized boolean isOpen(String session) {
    IngestSession known = sessions.get(session);
    return known != null && !known.isFinished();
  }

  /// Where an open session stood at the last check.
  synchronized long settledPosition(String session) {
    return sessionOf(session).settled();
  }

  /// Acknowledged writes since the last check whose durability has this promise.
  synchronized long acknowledgedWrites(Survival survival, Promise promise) {
    return operations.stream()
        .filter(write -> write.fate() == Fate.ACKNOWLEDGED)
        .filter(write -> survival.promise(write.durability()) == promise)
        .count();
  }

  /// Points in the acknowledged writes since the last check whose durability has this promise.
  synchronized long acknowledgedPoints(Survival survival, Promise promise) {
    return operations.stream()
        .filter(write -> write.fate() == Fate.ACKNOWLEDGED)
        .filter(write -> survival.promise(write.durability()) == promise)
        .mapToLong(write -> write.places().size())
        .sum();
  }

  /// Writes since the last check that were never answered.
  synchronized long unanswered() {
    return operations.stream()
        .filter(write -> write.fate() == Fate.UNKNOWN || write.fate() == Fate.IN_FLIGHT)
        .count();
  }

  /// The highest LSN that must have survived.
  synchronized long firmLsn(Survival survival) {
    return operations.stream()
        .filter(write -> write.fate() == Fate.ACKNOWLEDGED && write.isLsnKnown())
        .filter(write -> survival.promise(write.durability()) == Promise.FIRM)
        .mapToLong(Operation::upTo)
        .max()
        .orElse(0);
  }

  // ---- The judge.

  /// Holds what the server has against the book.
  ///
  /// @param survival what struck the server
  /// @param survivingLsn the highest LSN of which something survived, over all collections
  synchronized Verdict check(Observation seen, Survival survival, long survivingLsn) {
    Verdict verdict = new Verdict();
    verdict.addAll(seenLive);
    for (Operation operation : operations) {
      if (operation.fate() == Fate.IN_FLIGHT) {
        enter(operation, Fate.UNKNOWN);
      }
    }
    isResolving = true;
    sessions.forEach((name, session) -> resolve(name, session, seen, survival, verdict));
    isResolving = false;
    if (seen.lsn() < Math.max(seen.highestVersion(), firmLsn(survival))) {
      verdict.add(
          Verdict.Kind.VERSION,
          "%s: the server's last LSN is %d, but versions reach %d and firm writes %d"
              .formatted(collection, seen.lsn(), seen.highestVersion(), firmLsn(survival)));
    }
    Set<PointId> ids = new HashSet<>(tracks.keySet());
    ids.addAll(seen.points().keySet());
    for (PointId id : ids) {
      checkPoint(id, seen.points().get(id), survival, verdict);
    }
    BatchCheck batches = new BatchCheck(collection, tracks, seen, survival, survivingLsn, verdict);
    for (Operation operation : operations) {
      if (operation.fate() == Fate.ACKNOWLEDGED || operation.fate() == Fate.UNKNOWN) {
        batches.check(operation);
      }
    }
    return verdict;
  }

  /// Takes what the server has as the new beginning.
  synchronized void settle(Observation seen) {
    tracks.clear();
    seen.points()
        .forEach(
            (id, point) -> {
              Contents.Origin origin = Contents.originOf(point.payload());
              tracks.put(
                  id,
                  new Track(
                      new Standing(
                          origin == null ? new Contents.Origin(0, 0) : origin, point.version())));
            });
    operations.clear();
    sessions
        .entrySet()
        .removeIf(
            entry -> entry.getValue().settle(seen.sessions().getOrDefault(entry.getKey(), 0L)));
    seenLive.clear();
    settledOperations = lsns.nextOperation();
    powerFailing = null;
    powerGone = null;
  }

  private void enter(Operation operation, Fate told) {
    Fate fate = told;
    if (fate == Fate.ACKNOWLEDGED && powerFailing != null && !isResolving) {
      fate = Fate.UNKNOWN;
      if (powerGone != null
          && operation.sentNanos() - powerGone > 0
          && operation.durability() == Durability.DURABILITY_DISK) {
        report(Verdict.Kind.LOST, operation + " was acknowledged, but the disk was gone before");
      }
    }
    operation.fate(fate);
    for (PointId id : operation.places().keySet()) {
      Track track = tracks.computeIfAbsent(id, _ -> new Track(null));
      if (fate == Fate.ACKNOWLEDGED) {
        track.addAcknowledged(operation);
      } else {
        track.unknown().add(operation);
      }
    }
  }

  private IngestSession sessionOf(String name) {
    return Objects.requireNonNull(sessions.get(name), name);
  }

  /// Lets the position of a session decide the fate of its batches, which must then agree with it.
  private void resolve(
      String name, IngestSession session, Observation seen, Survival survival, Verdict verdict) {
    Long position = seen.sessions().get(name);
    if (position == null) {
      throw new IllegalArgumentException("the observation does not tell about session " + name);
    }
    long durable = session.meaningOf(position);
    boolean wrong = session.isFinished() && position != 0;
    if (wrong || durable < session.floor(survival) || durable > session.sent()) {
      verdict.add(
          Verdict.Kind.SESSION,
          "%s: session %s stands at %d; it should be in [%d, %d]%s"
              .formatted(
                  collection,
                  name,
                  position,
                  session.floor(survival),
                  session.sent(),
                  session.isFinished() ? ", or 0 because it was finished" : ""));
      return;
    }
    for (Operation batch : session.batches()) {
      if (batch.sequence() > durable) {
        batch.places().keySet().forEach(id -> trackOf(id).forget(batch));
        batch.fate(Fate.REFUSED);
      } else if (batch.fate() == Fate.UNKNOWN) {
        batch.places().keySet().forEach(id -> trackOf(id).forget(batch));
        enter(batch, Fate.ACKNOWLEDGED);
      }
    }
  }

  private Track trackOf(PointId id) {
    Track track = tracks.get(id);
    return track == null ? new Track(null) : track;
  }

  private void checkPoint(
      PointId id, Observation.@Nullable Seen seen, Survival survival, Verdict verdict) {
    Contents.@Nullable Origin origin = null;
    if (seen != null) {
      origin = Contents.originOf(seen.payload());
      String damage = damage(id, seen, origin);
      if (damage != null) {
        verdict.add(Verdict.Kind.CORRUPT, where(id) + damage);
        return;
      }
    }
    Track track = trackOf(id);
    Operation firm = null;
    for (Operation write : track.acknowledged().reversed()) {
      if (explains(write, id, origin)) {
        checkVersion(id, seen, write, 0, verdict);
        return;
      }
      if (survival.promise(write.durability()) == Promise.FIRM) {
        firm = write;
        break;
      }
    }
    Standing base = firm == null ? track.base() : null;
    if (firm == null && Objects.equals(origin, base == null ? null : base.origin())) {
      if (seen != null && base != null && seen.version() != base.version()) {
        verdict.add(
            Verdict.Kind.VERSION,
            where(id) + "version was " + base.version() + ", is " + seen.version());
      }
      return;
    }
    for (Operation write : track.unknown()) {
      if (explains(write, id, origin)) {
        checkVersion(id, seen, write, firm == null ? 0 : firm.above() + 1, verdict);
        return;
      }
    }
    convict(id, origin, firm, base, track, verdict);
  }

  private void convict(
      PointId id,
      Contents.@Nullable Origin origin,
      @Nullable Operation firm,
      @Nullable Standing base,
      Track track,
      Verdict verdict) {
    String should =
        firm != null
            ? firm + beforeTheCut(firm)
            : base != null ? "what stood before: " + base : "nothing";
    boolean shouldExist = firm != null ? firm.isUpsert() : base != null;
    boolean superseded =
        origin == null
            || origin.operation() <= settledOperations
            || track.acknowledged().stream().anyMatch(w -> w.number() == origin.operation());
    verdict.add(
        shouldExist && superseded ? Verdict.Kind.LOST : Verdict.Kind.PHANTOM,
        where(id)
            + "holds "
            + (origin == null ? "nothing" : origin)
            + ", should hold "
            + should
            + (track.unknown().isEmpty() ? "" : " or the effect of one of " + track.unknown()));
  }

  private String beforeTheCut(Operation write) {
    return powerFailing == null
        ? ""
        : " answered %.1f ms before the cut"
            .formatted((powerFailing - write.answeredNanos()) / 1e6);
  }

  private void checkVersion(
      PointId id,
      Observation.@Nullable Seen seen,
      Operation write,
      long notBelow,
      Verdict verdict) {
    if (seen != null
        && (seen.version() <= write.above()
            || seen.version() > write.upTo()
            || seen.version() <= notBelow)) {
      verdict.add(
          Verdict.Kind.VERSION,
          where(id) + "version " + seen.version() + " does not fit " + write + ", > " + notBelow);
    }
  }

  private static boolean explains(Operation write, PointId id, Contents.@Nullable Origin origin) {
    if (!write.isUpsert()) {
      return origin == null;
    }
    return origin != null
        && origin.operation() == write.number()
        && Objects.equals(write.places().get(id), origin.place());
  }

  private @Nullable String damage(
      PointId id, Observation.Seen seen, Contents.@Nullable Origin origin) {
    if (origin == null) {
      return "payload is none of ours: " + seen.payload().toStringUtf8();
    }
    ByteString vector = Contents.vector(origin.operation(), origin.place(), dimension);
    if (!vector.equals(seen.vector())) {
      return "vector of " + origin + " is not the bits that were written";
    }
    return Contents.payload(origin.operation(), origin.place(), id, vector).equals(seen.payload())
        ? null
        : "payload of " + origin + " is not the bytes that were written under this id";
  }

  private String where(PointId id) {
    return "%s, id %s: ".formatted(collection, id.toString().strip());
  }
}

package dev.kith.bench.crash;

import dev.kith.bench.crash.Operation.Fate;
import dev.kith.proto.v1.PointId;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Checks that each batch took effect whole or not at all, and that what is gone may be gone.
final class BatchCheck {
  private final String collection;
  private final Map<PointId, Track> tracks;
  private final Observation seen;
  private final Survival survival;
  private final long survivingLsn;
  private final Verdict verdict;

  BatchCheck(
      String collection,
      Map<PointId, Track> tracks,
      Observation seen,
      Survival survival,
      long survivingLsn,
      Verdict verdict) {
    this.collection = collection;
    this.tracks = tracks;
    this.seen = seen;
    this.survival = survival;
    this.survivingLsn = survivingLsn;
    this.verdict = verdict;
  }

  void check(Operation write) {
    boolean applied;
    boolean gone;
    if (write.isUpsert()) {
      long version = versionOf(write);
      applied = version > 0;
      gone = applied ? isTorn(write, version) : isGone(write);
    } else {
      applied =
          write.places().keySet().stream()
              .anyMatch(
                  id ->
                      seen.points().get(id) == null
                          && trackOf(id).onlyAbsentBecauseOf(write, id, survival));
      gone = write.places().keySet().stream().anyMatch(id -> standsSinceBefore(write, id));
    }
    if (applied && gone) {
      verdict.add(Verdict.Kind.TORN, "%s: %s took effect in part".formatted(collection, write));
    }
    if (write.fate() == Fate.UNKNOWN) {
      verdict.countUnknown(applied);
    } else if (gone && !applied) {
      countLoss(write);
    }
  }

  private void countLoss(Operation write) {
    switch (survival.promise(write.durability())) {
      case FIRM -> {} // Its points are reported one by one.
      case LOOSE -> verdict.countReleased();
      case SUFFIX -> {
        verdict.countReleased();
        if (write.upTo() <= survivingLsn) {
          verdict.add(
              Verdict.Kind.HOLE,
              "%s: %s is gone, but LSN %d survived".formatted(collection, write, survivingLsn));
        }
      }
    }
  }

  /// The version under which points of this batch stand; 0 if none does.
  private long versionOf(Operation write) {
    long version = 0;
    for (PointId id : write.places().keySet()) {
      Observation.Seen point = seen.points().get(id);
      if (point == null || !isFrom(write, id, point)) {
        continue;
      }
      if (version != 0 && version != point.version()) {
        verdict.add(
            Verdict.Kind.VERSION,
            "%s: points of %s have versions %d and %d"
                .formatted(collection, write, version, point.version()));
      }
      version = Math.max(version, point.version());
    }
    return version;
  }

  private static boolean isFrom(Operation write, PointId id, Observation.Seen point) {
    Contents.@Nullable Origin origin = Contents.originOf(point.payload());
    return origin != null
        && origin.operation() == write.number()
        && Objects.equals(write.places().get(id), origin.place());
  }

  private boolean isTorn(Operation write, long version) {
    return write.places().keySet().stream()
        .anyMatch(
            id -> {
              Observation.Seen point = seen.points().get(id);
              return point == null
                  ? !trackOf(id).mayBeDeletedAfter(version)
                  : point.version() < version;
            });
  }

  private boolean isGone(Operation write) {
    return write.places().keySet().stream()
        .anyMatch(
            id ->
                standsSinceBefore(write, id)
                    || (seen.points().get(id) == null
                        && !trackOf(id).mayBeDeletedAfter(write.above())));
  }

  private boolean standsSinceBefore(Operation write, PointId id) {
    Observation.Seen point = seen.points().get(id);
    return point != null && point.version() <= write.above();
  }

  private Track trackOf(PointId id) {
    Track track = tracks.get(id);
    return track == null ? new Track(null) : track;
  }
}

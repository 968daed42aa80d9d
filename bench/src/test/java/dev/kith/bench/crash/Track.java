package dev.kith.bench.crash;

import dev.kith.proto.v1.PointId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What may stand under one id: what stood at the last check, and every write since.
///
/// Guarded by its [Ledger].
final class Track {

  /// What was found under the id at the last check.
  record Standing(Contents.Origin origin, long version) {}

  private final @Nullable Standing base;
  // In the order in which they were written.
  private final List<Operation> acknowledged = new ArrayList<>();
  private final List<Operation> unknown = new ArrayList<>();

  Track(@Nullable Standing base) {
    this.base = base;
  }

  @Nullable Standing base() {
    return base;
  }

  List<Operation> acknowledged() {
    return acknowledged;
  }

  List<Operation> unknown() {
    return unknown;
  }

  void addAcknowledged(Operation operation) {
    int at = acknowledged.size();
    while (at > 0 && acknowledged.get(at - 1).isWrittenAfter(operation)) {
      at--;
    }
    acknowledged.add(at, operation);
  }

  void forget(Operation operation) {
    acknowledged.remove(operation);
    unknown.remove(operation);
  }

  /// Whether the id may be absent because of a deletion above this LSN.
  boolean mayBeDeletedAfter(long lsn) {
    return acknowledged.stream().anyMatch(write -> !write.isUpsert() && write.upTo() > lsn)
        || unknown.stream().anyMatch(write -> !write.isUpsert());
  }

  /// Whether nothing but this deletion can make the id absent.
  boolean onlyAbsentBecauseOf(Operation deletion, PointId id, Survival survival) {
    boolean others =
        acknowledged.stream().anyMatch(write -> !write.isUpsert() && write != deletion)
            || unknown.stream().anyMatch(write -> !write.isUpsert() && write != deletion);
    return !others
        && deletion.places().containsKey(id)
        && (base != null
            || acknowledged.stream()
                .anyMatch(
                    write ->
                        write.isUpsert()
                            && survival.promise(write.durability()) == Survival.Promise.FIRM));
  }
}

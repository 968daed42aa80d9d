package dev.kith.bench.crash;

import java.util.ArrayList;
import java.util.List;

/// What a client knows of one of its ingest sessions. Guarded by its [Ledger].
final class IngestSession {
  private final List<Operation> batches = new ArrayList<>();
  private long settled;
  private long sent;
  private boolean finishing;
  private boolean finished;

  void sent(Operation batch) {
    batches.add(batch);
    sent = Math.max(sent, batch.sequence());
  }

  List<Operation> batches() {
    return batches;
  }

  long settled() {
    return settled;
  }

  long sent() {
    return sent;
  }

  void finishing() {
    finishing = true;
  }

  void finished() {
    finished = true;
  }

  boolean isFinished() {
    return finished;
  }

  /// The position that a server's answer means: a session that was being finished may be gone.
  long meaningOf(long position) {
    return finished || (finishing && position == 0) ? sent : position;
  }

  /// The lowest position that keeps what was acknowledged.
  long floor(Survival survival) {
    return batches.stream()
        .filter(batch -> batch.fate() == Operation.Fate.ACKNOWLEDGED)
        .filter(batch -> survival.promise(batch.durability()) == Survival.Promise.FIRM)
        .mapToLong(Operation::sequence)
        .reduce(settled, Math::max);
  }

  /// Goes on from what was found; returns whether the session is over.
  boolean settle(long position) {
    if (finished || (finishing && position == 0)) {
      return true;
    }
    settled = position;
    sent = position;
    finishing = false;
    batches.clear();
    return false;
  }
}

package dev.kith.server.collection;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Keeps collections that nobody writes to from holding old snapshots of the store, which would
/// keep what others overwrite from being compacted away.
///
/// Between any two groups one collection publishes itself anew, in turn. Runs on the committer
/// thread.
final class SnapshotRenewal {
  private final List<Segments> collections = new CopyOnWriteArrayList<>();
  private int turn;

  void add(Segments segments) {
    collections.add(segments);
  }

  void remove(Segments segments) {
    collections.remove(segments);
  }

  /// Renews the next one. Only between two groups: memory and store must agree for all.
  void renewOne() {
    if (!collections.isEmpty()) {
      turn = (turn + 1) % collections.size();
      collections.get(turn).renew();
    }
  }
}

package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.PointId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A store too simple to be wrong: the log of the writes that it took, replayed to be observed.
final class SimulatedStore {

  private record Entry(Operation write, long lsn) {}

  private final int dimension;
  private final List<Entry> log = new ArrayList<>();
  private final Map<String, Long> sessions = new HashMap<>();
  private long lsn;

  SimulatedStore(int dimension) {
    this.dimension = dimension;
  }

  long apply(Operation write) {
    log.add(new Entry(write, ++lsn));
    if (write.session() != null) {
      sessions.merge(write.session(), write.sequence(), Math::max);
    }
    return lsn;
  }

  /// Loses every write above an LSN, as a power cut does.
  void cutAbove(long last) {
    log.removeIf(entry -> entry.lsn() > last);
    lsn = last;
  }

  void forget(Operation write) {
    log.removeIf(entry -> entry.write() == write);
  }

  void session(String name, long position) {
    sessions.put(name, position);
  }

  Observation observe() {
    Map<PointId, Observation.Seen> points = new HashMap<>();
    for (Entry entry : log) {
      Operation write = entry.write();
      write
          .places()
          .forEach(
              (id, place) -> {
                if (write.isUpsert()) {
                  ByteString vector = Contents.vector(write.number(), place, dimension);
                  ByteString payload = Contents.payload(write.number(), place, id, vector);
                  points.put(id, new Observation.Seen(entry.lsn(), vector, payload));
                } else {
                  points.remove(id);
                }
              });
    }
    return new Observation(points, lsn, new HashMap<>(sessions));
  }
}

package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.PointId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// One collection with its ledger, for tests that tell a story instead of running a load.
final class Scene {
  private static final int SEGMENT_POINTS = 1_000;

  private final Lsns lsns = new Lsns();
  private final Ledger ledger;
  private final Writer writer;
  private final Random random;
  private int next;

  Scene(int dimension, long seed) {
    this.ledger = new Ledger("scene", dimension, lsns);
    this.writer = new Writer(ledger);
    this.random = new Random(seed);
  }

  Ledger ledger() {
    return ledger;
  }

  List<Ledger> ledgers() {
    return List.of(ledger);
  }

  void createCollection(Connection connection) {
    Campaign.create(
        connection,
        ledger,
        Metric.METRIC_COSINE,
        IndexPolicy.newBuilder()
            .setHnsw(HnswIndex.newBuilder().setM(8).setEfConstruction(40).setSeed(1))
            .setSegmentPoints(SEGMENT_POINTS));
  }

  /// Upserts fresh points; returns whether it was acknowledged.
  boolean upsert(Load load, int points, Durability durability) {
    List<PointId> ids =
        IntStream.range(next, next + points).mapToObj(index -> Ids.of(1, index)).toList();
    next += points;
    return writer.upsert(load, ids, durability);
  }

  /// Upserts points over random older ones; returns whether it was acknowledged.
  boolean overwrite(Load load, int points, Durability durability) {
    List<PointId> ids =
        IntStream.range(0, points).mapToObj(_ -> Ids.of(1, random.nextInt(next))).toList();
    return writer.upsert(load, ids, durability);
  }

  /// Deletes random points.
  boolean delete(Load load, int points, Durability durability) {
    List<PointId> ids =
        IntStream.range(0, points).mapToObj(_ -> Ids.of(1, random.nextInt(next))).toList();
    return writer.delete(load, ids, durability, true);
  }

  /// Holds everything the server has against the ledger.
  Observation check(ServerProcess server, Survival survival) throws IOException {
    try (Connection connection = server.connect()) {
      Inspector inspector = new Inspector(connection, random);
      Verdict verdict = new Verdict();
      Observation seen = inspector.observe(ledger, verdict);
      verdict.merge(
          ledger.check(seen, survival, Math.max(seen.highestVersion(), ledger.firmLsn(survival))));
      inspector.compare(ledger, seen, verdict);
      assertEquals(List.of(), verdict.faults(), () -> "the server's log ends:\n" + logOf(server));
      ledger.settle(seen);
      lsns.restart(seen.lsn());
      return seen;
    }
  }

  private static String logOf(ServerProcess server) {
    try {
      return server.logTail();
    } catch (IOException failure) {
      return failure.toString();
    }
  }

  /// The folder of the index files.
  static Path segments(Path data) {
    return data.resolve("segments");
  }
}

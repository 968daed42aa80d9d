package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.Vector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A point that exists throughout is in every exact search that asks for all points, whatever is
/// overwritten, sealed and rolled over meanwhile.
final class SteadyPointsTest {
  private static final int POINTS = 60;
  private static final int DIMENSION = 4;
  private static final Duration DURATION = Duration.ofSeconds(6);

  @Test
  void aPointThatIsOverwrittenIsMissedByNoSearchAndFoundOnce() throws Exception {
    Path work = Folders.fresh("steady");
    Path data = Files.createDirectories(work.resolve("data"));
    Scene scene = new Scene(DIMENSION, 3);
    List<PointId> ids = IntStream.range(0, POINTS).mapToObj(index -> Ids.of(9, index)).toList();
    try (ServerProcess server = ServerProcess.start(data, work.resolve("server.log"))) {
      server.awaitReady();
      try (Connection connection = server.connect()) {
        scene.createCollection(connection);
        Writer writer = new Writer(scene.ledger());
        try (Load first = Load.start(connection, List.of(), 0)) {
          assertTrue(writer.upsert(first, ids, Durability.DURABILITY_OS));
        }
        AtomicLong searches = new AtomicLong();
        Load.Worker overwriting =
            (load, random) -> writer.upsert(load, some(ids, random), Durability.DURABILITY_OS);
        Load.Worker searching = (load, random) -> search(load, scene, ids, searches);
        Load load =
            Load.start(
                connection,
                List.of(overwriting, searching, searching, new OptimizeWorker(scene.ledgers())),
                7);
        try (load) {
          Pace.pause(DURATION);
        }
        assertEquals(List.of(), load.surprises());
        assertTrue(searches.get() > 50, () -> "only " + searches + " searches");
      }
      scene.check(server, Survival.STOP);
    }
    Folders.delete(work);
  }

  private static List<PointId> some(List<PointId> ids, Random random) {
    List<PointId> some = new ArrayList<>(ids);
    Collections.shuffle(some, random);
    return some.subList(0, 1 + random.nextInt(ids.size()));
  }

  private static void search(Load load, Scene scene, List<PointId> ids, AtomicLong searches) {
    SearchRequest all =
        SearchRequest.newBuilder()
            .setCollection(scene.ledger().collection())
            .setVector(Vector.newBuilder().setData(Contents.vector(1, 1, DIMENSION)))
            .setOptions(SearchOptions.newBuilder().setLimit(2 * POINTS).setExact(true))
            .build();
    List<PointId> found =
        load.connection().searches().search(all).getHitsList().stream().map(Hit::getId).toList();
    searches.incrementAndGet();
    Set<PointId> missed = new HashSet<>(ids);
    found.forEach(missed::remove);
    if (!missed.isEmpty() || found.size() != ids.size()) {
      scene
          .ledger()
          .report(
              Verdict.Kind.ANSWER,
              "an exact search for everything gives %d hits and misses %d of %d points"
                  .formatted(found.size(), missed.size(), ids.size()));
    }
  }
}

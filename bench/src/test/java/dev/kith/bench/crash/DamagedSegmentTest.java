package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Index files are derived: whatever happens to one while the server is down, it comes up, says
/// what it found, and answers rightly.
final class DamagedSegmentTest {
  private static final String ENDING = ".kseg";

  private enum Damage {
    FLIPPED_BIT,
    TRUNCATED,
    EMPTY,
    LONGER,
    ZEROED_BLOCK,
    MISSING;

    void inflict(Path file, Random random) throws IOException {
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        long length = bytes.length();
        switch (this) {
          case FLIPPED_BIT -> {
            long at = random.nextLong(length);
            bytes.seek(at);
            int value = bytes.read();
            bytes.seek(at);
            bytes.write(value ^ (1 << random.nextInt(8)));
          }
          case TRUNCATED -> bytes.setLength(random.nextLong(length));
          case EMPTY -> bytes.setLength(0);
          case LONGER -> bytes.setLength(length + 1 + random.nextInt(10_000));
          case ZEROED_BLOCK -> {
            // The block with the header, which no file can have as zeros.
            bytes.write(new byte[(int) Math.min(length, 4_096)]);
          }
          case MISSING -> Files.delete(file);
        }
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.kith.bench.crash.KillTest#seeds")
  void aServerComesUpWithEachKindOfDamageSaysSoAndAnswersRightly(long seed) throws Exception {
    damage(seed, Damage.values().length);
  }

  @Tag("long")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.kith.bench.crash.KillTest#seeds")
  void aServerComesUpWithSixtyDamages(long seed) throws Exception {
    damage(seed, 60);
  }

  private static void damage(long seed, int times) throws Exception {
    Random random = new Random(seed);
    Path work = Folders.fresh("damage-" + seed);
    Path data = Files.createDirectories(work.resolve("data"));
    Scene scene = new Scene(16, seed);
    ServerProcess server = ServerProcess.start(data, work.resolve("server.log"));
    try {
      server.awaitReady();
      try (Connection connection = server.connect()) {
        scene.createCollection(connection);
      }
      for (int time = 0; time < times; time++) {
        write(server, scene, time == 0 ? 3_500 : 300);
        server.kill();
        List<Path> files = Folders.files(Scene.segments(data), ENDING);
        assertFalse(files.isEmpty(), "nothing was sealed");
        Path victim = files.get(random.nextInt(files.size()));
        Damage damage = Damage.values()[time % Damage.values().length];
        damage.inflict(victim, random);

        Path log = work.resolve("server-%d.log".formatted(time));
        server = ServerProcess.start(data, log);
        server.awaitReady();
        scene.check(server, Survival.KILL);
        String said = server.log();
        assertTrue(
            said.contains(victim.getFileName().toString()),
            () -> "%s of %s is not said:\n%s".formatted(damage, victim, said));
        Files.delete(log);
      }
    } finally {
      server.close();
    }
    Folders.delete(work);
  }

  private static void write(ServerProcess server, Scene scene, int points) {
    try (Connection connection = server.connect();
        Load load = Load.start(connection, List.of(), 0)) {
      for (int written = 0; written < points; written += 100) {
        assertTrue(scene.upsert(load, 100, Durability.DURABILITY_OS));
      }
      assertTrue(scene.overwrite(load, 50, Durability.DURABILITY_OS));
      assertTrue(scene.delete(load, 20, Durability.DURABILITY_DISK));
      boolean[] done = new boolean[1];
      connection
          .collections()
          .optimizeCollection(
              OptimizeCollectionRequest.newBuilder().setName(scene.ledger().collection()).build())
          .forEachRemaining(step -> done[0] = step.getDone());
      assertTrue(done[0], "the optimization did not end");
      assertEquals(List.of(), load.surprises());
      // Some rows that are in no sealed file, and some dead ones in the sealed.
      assertTrue(scene.upsert(load, 30, Durability.DURABILITY_OS));
      assertTrue(scene.delete(load, 20, Durability.DURABILITY_OS));
    }
  }
}

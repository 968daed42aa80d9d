package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Starting twice and stopping politely.
final class StopTest {
  private static final Duration STOP = Duration.ofSeconds(45);

  @Test
  void aSecondServerOnTheSameFolderIsRefusedInWordsAndTheFirstGoesOn() throws Exception {
    Path work = Folders.fresh("second");
    Path data = Files.createDirectories(work.resolve("data"));
    Scene scene = new Scene(8, 1);
    try (ServerProcess first = ServerProcess.start(data, work.resolve("first.log"))) {
      first.awaitReady();
      try (Connection connection = first.connect();
          Load load = Load.start(connection, List.of(), 0)) {
        scene.createCollection(connection);
        assertTrue(scene.upsert(load, 100, Durability.DURABILITY_DISK));
        try (ServerProcess second = ServerProcess.start(data, work.resolve("second.log"))) {
          assertNotEquals(0, second.awaitExit(STOP));
          String words = second.log();
          assertTrue(words.contains(data.toString()), () -> "does not name the folder:\n" + words);
          assertTrue(words.contains("in use"), () -> "does not say what is wrong:\n" + words);
          assertTrue(!words.contains("\tat "), () -> "is a stack trace, not words:\n" + words);
        }
        assertTrue(scene.upsert(load, 100, Durability.DURABILITY_DISK));
      }
      scene.check(first, Survival.STOP);
    }
    Folders.delete(work);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("dev.kith.bench.crash.KillTest#seeds")
  void aStopUnderLoadDrainsKeepsEverythingAcknowledgedAndExitsWithZero(long seed) throws Exception {
    Path work = Folders.fresh("stop-" + seed);
    Path data = Files.createDirectories(work.resolve("data"));
    Campaign campaign =
        new Campaign(
            "SIGTERM",
            seed,
            new Terminate(),
            data,
            work,
            random -> random.nextBoolean() ? Durability.DURABILITY_DISK : Durability.DURABILITY_OS,
            true);
    Tally tally = campaign.run(Integer.getInteger("kith.crash.stops", 2));
    System.out.println(tally.table());
    Files.writeString(work.resolveSibling("stop-" + seed + ".txt"), tally.table());
    assertTrue(tally.firmWrites() > 40, "too little load to prove anything");
    Folders.delete(work);
  }

  /// Asks to end, and expects that it was done in order.
  private static final class Terminate implements Campaign.Blow {
    @Override
    public Survival survival() {
      return Survival.STOP;
    }

    @Override
    public void strike(ServerProcess server, Random random, List<Ledger> witnesses)
        throws IOException, InterruptedException {
      server.terminate();
      assertEquals(0, server.awaitExit(STOP), "exit code of a stop that was asked for");
    }

    @Override
    public Campaign.Blow duringRecovery() {
      return Campaign.KILL;
    }
  }
}

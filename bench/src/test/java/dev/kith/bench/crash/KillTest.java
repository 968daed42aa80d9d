package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `kill -9` under load, again and again, loses nothing that was acknowledged at OS or DISK.
///
/// `-Dkith.crash.cycles=N` sets the cycles, `-Dkith.seed=N` replays a seed.
final class KillTest {

  static Stream<Long> seeds() {
    return Stream.of(Long.getLong("kith.seed", new Random().nextLong() >>> 32));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aFewKillsLoseNothingThatWasAcknowledged(long seed) throws Exception {
    kill(seed, Integer.getInteger("kith.crash.cycles", 5));
  }

  @Tag("long")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aHundredKillsLoseNothingThatWasAcknowledged(long seed) throws Exception {
    kill(seed, Integer.getInteger("kith.crash.cycles", 100));
  }

  private static void kill(long seed, int cycles) throws IOException, InterruptedException {
    Path work = Folders.fresh("kill-" + seed);
    Path data = Files.createDirectories(work.resolve("data"));
    Campaign campaign =
        new Campaign(
            "kill -9",
            seed,
            Campaign.KILL,
            data,
            work,
            random -> random.nextInt(5) < 3 ? Durability.DURABILITY_DISK : Durability.DURABILITY_OS,
            true);
    Tally tally = campaign.run(cycles);
    System.out.println(tally.table());
    Files.writeString(work.resolveSibling("kill-" + seed + ".txt"), tally.table());
    assertEquals(cycles, tally.cycles());
    assertTrue(tally.firmWrites() > 20L * cycles, "too little load to prove anything");
    assertTrue(tally.unanswered() > 0, "no kill fell while a write was in flight");
    assertTrue(tally.mergesFinished() > 0, "no segments were merged");
    assertTrue(tally.selfRecall() > 0.99, "points are hard to find: " + tally.selfRecall());
    Folders.delete(work);
  }
}

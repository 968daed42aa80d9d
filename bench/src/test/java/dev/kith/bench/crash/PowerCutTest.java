package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kith.proto.v1.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A power cut under load loses nothing that was acknowledged at DISK, and of what was acknowledged
/// at OS at most the latest.
///
/// `-Dkith.crash.cuts=N` sets the cycles, `-Dkith.seed=N` replays a seed. Skipped where the machine
/// has no loop devices, no rights or no `mkfs`.
final class PowerCutTest {
  private static final long DISK_BYTES = 2L << 30;
  private static final int LONGEST_AGONY_MILLIS = 300;

  /// The proof of the tool: without it a cut that cuts nothing would prove everything.
  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void theDiskKeepsWhatWasForcedAndLosesWhatWasNot(String fileSystem) throws Exception {
    assumeTrue(PowerCutDisk.isPossible(fileSystem), "needs root, loop devices and mkfs");
    Path work = Folders.fresh("disk-" + fileSystem);
    byte[] content = "written".getBytes(StandardCharsets.US_ASCII);
    try (PowerCutDisk disk = PowerCutDisk.create(work, fileSystem, DISK_BYTES)) {
      Path forced = disk.root().resolve("forced");
      Path lazy = disk.root().resolve("lazy");
      Files.write(lazy, content);
      try (FileChannel channel =
          FileChannel.open(forced, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(content));
        channel.force(true);
      }
      Files.write(lazy, content, StandardOpenOption.APPEND);
      disk.cut();
      assertThrows(IOException.class, () -> Files.write(forced, content));
      disk.restore();

      assertArrayEquals(content, Files.readAllBytes(forced));
      assertTrue(!Files.exists(lazy) || Files.size(lazy) < 2L * content.length, "nothing was lost");
    }
    assertFalse(Files.exists(work.resolve("disk." + fileSystem)));
    Folders.delete(work);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"ext4", "xfs"})
  void aPowerCutLosesNothingThatWasAcknowledgedAtDisk(String fileSystem) throws Exception {
    cut(fileSystem, "disk", Integer.getInteger("kith.crash.cuts", 2), PowerCutTest::disk, false);
  }

  @Tag("long")
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"ext4", "xfs"})
  void twentyPowerCutsLoseNothingThatWasAcknowledgedAtDisk(String fileSystem) throws Exception {
    cut(fileSystem, "disk", Integer.getInteger("kith.crash.cuts", 20), PowerCutTest::disk, false);
  }

  /// The discrimination of the whole: with writes that need not be on the disk, the same harness
  /// sees losses, and sees that they are the latest writes and whole batches.
  @Tag("long")
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"ext4", "xfs"})
  void ofWhatTheOperatingSystemHadOnlyTheLatestIsLost(String fileSystem) throws Exception {
    int cuts = Integer.getInteger("kith.crash.cuts", 20);
    Tally tally =
        cut(
            fileSystem,
            "os",
            cuts,
            random ->
                random.nextInt(200) == 0 ? Durability.DURABILITY_DISK : Durability.DURABILITY_OS,
            true);
    assertTrue(tally.releasedWrites() > 0, "no cut lost anything: the disk forgets nothing");
  }

  private static Durability disk(Random random) {
    return Durability.DURABILITY_DISK;
  }

  private static Tally cut(
      String fileSystem,
      String kind,
      int cuts,
      Function<Random, Durability> durabilities,
      boolean mixedIngest)
      throws IOException, InterruptedException {
    assumeTrue(PowerCutDisk.isPossible(fileSystem), "needs root, loop devices and mkfs");
    long seed = Long.getLong("kith.seed", new Random().nextLong() >>> 32);
    String name = "cut-%s-%s-%d".formatted(kind, fileSystem, seed);
    Path work = Folders.fresh(name);
    Tally tally;
    try (PowerCutDisk disk = PowerCutDisk.create(work, fileSystem, DISK_BYTES)) {
      Path data = Files.createDirectories(disk.root().resolve("data"));
      String title = "power cut, %s, %s".formatted(kind, fileSystem);
      tally =
          new Campaign(title, seed, new Cut(disk), data, work, durabilities, mixedIngest).run(cuts);
    }
    System.out.println(tally.table());
    Files.writeString(work.resolveSibling(name + ".txt"), tally.table());
    assertEquals(cuts, tally.cycles());
    assertTrue(tally.unanswered() > 0, "no cut fell while a write was in flight");
    assertTrue(tally.selfRecall() > 0.99, "points are hard to find: " + tally.selfRecall());
    Folders.delete(work);
    return tally;
  }

  /// Cuts the power of the server's disk, lets the server feel it for a moment, and kills it.
  private record Cut(PowerCutDisk disk) implements Campaign.Blow {
    @Override
    public Survival survival() {
      return Survival.POWER_CUT;
    }

    @Override
    public void strike(ServerProcess server, Random random, List<Ledger> witnesses)
        throws IOException, InterruptedException {
      witnesses.forEach(Ledger::powerFails);
      disk.cut();
      witnesses.forEach(Ledger::powerIsGone);
      // A server may go on for a while without noticing; whatever it acknowledges now is a lie.
      Pace.pauseMillis(random.nextInt(LONGEST_AGONY_MILLIS));
      server.kill();
      disk.restore();
    }
  }
}

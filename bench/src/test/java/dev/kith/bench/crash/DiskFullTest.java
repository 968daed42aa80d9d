package dev.kith.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.Durability;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A full disk refuses writes in time, and nothing else: reads go on, nothing acknowledged is lost,
/// and writes resume when there is room. On a real full disk, a small file system in memory.
final class DiskFullTest {
  private static final int DISK_MEBIBYTES = 200;
  // RocksDB comes back from a full disk by itself, once there is room for a write buffer of 64 MiB.
  private static final int BALLAST_BYTES = 110 << 20;
  private static final Duration IN_TIME = Duration.ofSeconds(10);
  private static final int MOST_BATCHES = 2_000;
  private static final int BATCH = 100;
  // Long rows fill a disk before many were linked.
  private static final int DIMENSION = 1_024;

  private Path work = Path.of("");
  private Path disk = Path.of("");
  private Path data = Path.of("");
  private Path ballast = Path.of("");

  @BeforeEach
  void makeASmallDisk() throws IOException, InterruptedException {
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
    work = Folders.fresh("full");
    disk = Files.createDirectories(work.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=%dm".formatted(DISK_MEBIBYTES), "kith", "" + disk)
            == 0,
        "cannot mount");
    data = Files.createDirectories(disk.resolve("data"));
    ballast = disk.resolve("ballast");
    Files.write(ballast, new byte[BALLAST_BYTES]);
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (!disk.toString().isEmpty()) {
      run("umount", "--lazy", disk.toString());
    }
  }

  @Test
  void aFullDiskRefusesWritesInTimeAndNothingElse() throws Exception {
    assertAFullDiskRefusesWritesInTimeAndNothingElse("");
  }

  @Tag("long")
  @Test
  void aDiskThatIsFullToTheLastByteRefusesWritesInTimeAndNothingElse() throws Exception {
    assertAFullDiskRefusesWritesInTimeAndNothingElse("1");
  }

  private void assertAFullDiskRefusesWritesInTimeAndNothingElse(String minFree) throws Exception {
    Scene scene = new Scene(DIMENSION, 5);
    ServerProcess server = start(minFree);
    try {
      try (Connection connection = server.connect();
          Load load = Load.start(connection, List.of(), 0)) {
        scene.createCollection(connection);
        fill(scene, load);
        for (int i = 0; i < 20; i++) {
          refusedInTime(scene, load);
        }
        assertTrue(count(connection, scene) > 0);
        scene.check(server, Survival.STOP);

        Files.delete(ballast);
        resumesInTime(scene, load);
        assertEquals(List.of(), load.surprises());
      }
      server.kill();
      server = start(minFree);
      scene.check(server, Survival.KILL);
    } finally {
      server.close();
    }
  }

  @Test
  void aServerKilledOnAFullDiskComesBackWholeWhenThereIsRoom() throws Exception {
    Scene scene = new Scene(DIMENSION, 6);
    ServerProcess server = start("1");
    try {
      try (Connection connection = server.connect();
          Load load = Load.start(connection, List.of(), 0)) {
        scene.createCollection(connection);
        fill(scene, load);
      }
      server.kill();
      Files.delete(ballast);
      server = start("1");
      scene.check(server, Survival.KILL);
    } finally {
      server.close();
    }
  }

  private ServerProcess start(String minFree) throws IOException {
    ServerProcess server =
        ServerProcess.start(
            data,
            work.resolve("server.log"),
            minFree.isEmpty()
                ? java.util.Map.of()
                : java.util.Map.of("KITH_STORE_MIN_FREE_BYTES", minFree));
    server.awaitReady();
    return server;
  }

  private static void fill(Scene scene, Load load) {
    int batches = 0;
    while (write(scene, load)) {
      assertTrue(++batches < MOST_BATCHES, "the disk does not get full");
    }
    assertTrue(batches > 10, "the disk was full at once");
    requireRefusal(load);
  }

  private static boolean write(Scene scene, Load load) {
    long start = System.nanoTime();
    boolean written = scene.upsert(load, BATCH, Durability.DURABILITY_DISK);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(IN_TIME) < 0, () -> "a write took " + took);
    return written;
  }

  private static void refusedInTime(Scene scene, Load load) {
    if (!write(scene, load)) {
      requireRefusal(load);
    }
  }

  private static void requireRefusal(Load load) {
    Status status = load.lastFailure();
    assertNotNull(status);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status::toString);
  }

  private static void resumesInTime(Scene scene, Load load) {
    long end = System.nanoTime() + IN_TIME.toNanos();
    boolean written = false;
    while (!written && System.nanoTime() < end) {
      written = write(scene, load);
    }
    assertTrue(written, () -> "writes have not resumed: " + load.lastFailure());
  }

  private static long count(Connection connection, Scene scene) {
    return connection
        .points()
        .countPoints(
            CountPointsRequest.newBuilder().setCollection(scene.ledger().collection()).build())
        .getPointCount();
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "does not end: " + List.of(command));
    return process.exitValue();
  }
}

package dev.kith.client.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Truncates files and flips their bits: whatever comes of it is either read or refused with the
/// one exception, and never costs more memory than a few times the file.
final class VectorFileFuzzTest {
  private static final long MAX_ALLOCATED_BYTES = 64 << 20;

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({
    "a.npy, 1",
    "half.npy, 2",
    "a.fvecs, 3",
    "a.bvecs, 4",
    "a.ivecs, 5",
    "a.hdf5, 6",
    "a.jsonl, 7"
  })
  void aDamagedFileIsReadOrRefusedInBoundedMemory(String name, long seed) throws IOException {
    Path file = TestFiles.write(folder.resolve(name), TestFiles.integers(40 * 5), 5);
    byte[] sound = Files.readAllBytes(file);
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 400; round++) {
      byte[] damaged = damage(sound, random);
      Files.write(file, damaged);
      long before = allocated();
      try (VectorFile rows = VectorFile.open(file)) {
        RowBatch batch = rows.next(16);
        while (batch != null) {
          batch = rows.next(16);
        }
      } catch (MalformedFileException expected) {
        refused++;
        assertTrue(expected.getMessage().contains("expected"), expected.getMessage());
      }
      long cost = allocated() - before;
      assertTrue(cost < MAX_ALLOCATED_BYTES, "round %d cost %d bytes".formatted(round, cost));
    }
    assertTrue(refused > 100, "only %d of 400 damaged files were refused".formatted(refused));
  }

  private static byte[] damage(byte[] sound, Random random) {
    if (random.nextBoolean()) {
      return Arrays.copyOf(sound, random.nextInt(sound.length));
    }
    byte[] damaged = sound.clone();
    // Headers are where the interesting lies are.
    int range = random.nextBoolean() ? Math.min(256, damaged.length) : damaged.length;
    for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
      damaged[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
    }
    return damaged;
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}

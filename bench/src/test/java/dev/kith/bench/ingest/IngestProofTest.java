package dev.kith.bench.ingest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bulk load with payloads is seen by searches as it is acknowledged, and takes no more memory
/// than its rows and links.
///
/// The long run loads the data set that `-Dkith.dataset=DIR` names, or as many made-up points as
/// `-Dkith.ingest.points=N` says. `-Dkith.ingest.link-threads=N` sets the server's.
final class IngestProofTest {
  private static final int DIMENSION = 100;
  private static final int POINTS = Integer.getInteger("kith.ingest.points", 331_479);
  private static final long MIB = 1 << 20;

  /*
   * What a server may hold besides rows and links, however long the load: the heap of 512 MiB that
   * the test gives it, the write buffers of RocksDB (128 MiB, and as much again while they are
   * flushed), its block cache of 64 MiB, and the machine code, threads and network buffers of a JVM.
   */
  private static final long MOST_OVERHEAD = (512 + 2 * 128 + 64 + 256) * MIB;

  /// By how much objects that stay may grow from the second quarter of a load to the last.
  private static final long MOST_HEAP_GROWTH = 48 * MIB;

  /// By how much memory that is neither heap, rows nor links may grow from the third quarter of a
  /// load to the last.
  private static final long MOST_NATIVE_GROWTH = 64 * MIB;

  @TempDir private Path work;

  @Test
  void aLoadIsSeenAsItIsAcknowledged_seed4() throws Exception {
    try (Material material = Material.clustered(20_000, 200, DIMENSION, 4)) {
      prove(material, Duration.ofMillis(100));
    }
  }

  @Tag("long")
  @Test
  void aLongLoadIsSeenAsItIsAcknowledgedInFlatMemory_seed4() throws Exception {
    Optional<Path> dataset = Optional.ofNullable(System.getProperty("kith.dataset")).map(Path::of);
    try (Material material =
        dataset.isPresent()
            ? Material.read(dataset.get())
            : Material.clustered(POINTS, 200, DIMENSION, 4)) {
      IngestFigures figures = prove(material, Duration.ofSeconds(1));
      long growth = figures.heapFloor(75, 100) - figures.heapFloor(25, 50);
      assertTrue(
          growth < MOST_HEAP_GROWTH,
          () -> "the heap's floor grew by %,d bytes%n%s".formatted(growth, figures.table()));
      long outside = figures.at(100).outsideHeap() - figures.at(75).outsideHeap();
      assertTrue(
          outside < MOST_NATIVE_GROWTH,
          () -> "memory besides grew by %,d bytes%n%s".formatted(outside, figures.table()));
    }
  }

  private IngestFigures prove(Material material, Duration betweenSamples) throws Exception {
    Map<String, String> settings =
        Optional.ofNullable(System.getProperty("kith.ingest.link-threads"))
            .map(threads -> Map.of("KITH_STORE_LINK_THREADS", threads))
            .orElse(Map.of());
    IngestFigures figures = new IngestProof(material, work, settings, betweenSamples).run();
    System.out.printf(
        "load average %.2f, settings %s%n%s%n",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        settings,
        figures.table());
    assertTrue(figures.searches().getTotalCount() >= 20, figures::table);
    assertTrue(figures.retryShare() < 0.01, figures::table);
    assertTrue(figures.recall().at200() >= 0.94, figures::table);
    for (MemorySampler.Sample sample : figures.samples()) {
      assertTrue(
          sample.overhead() < MOST_OVERHEAD,
          () -> "%s is too much besides rows and links%n%s".formatted(sample, figures.table()));
    }
    return figures;
  }
}
